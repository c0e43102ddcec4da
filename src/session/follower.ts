/** Follows the mechanisms of another process through its monitor: a replica of its states, whole or not shown. */
import { createConnection, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { Replica, type ReplicaRule, type ReplicaStats } from '../engine/replica.js'
import { GenesisError, messageOf } from '../model/errors.js'
import type { MechanismState } from './mechanisms.js'
import type { MonitorMessage } from './monitor.js'

type States = Map<string, MechanismState>
type Snapshot = Extract<MonitorMessage, { type: 'snapshot' }>
type Delta = Extract<MonitorMessage, { type: 'delta' }>

const RULE: ReplicaRule<States, Snapshot, Delta> = {
  open: ({ sequence, states }) => ({ sequence, state: new Map(states.map(state => [state.name, state])) }),
  span: ({ sequence }) => ({ first: sequence, last: sequence }),
  apply: (known, { states }) => {
    for (const state of states) known.set(state.name, state)
    return known
  },
}

export interface FollowerEvents {
  /** The states, all thirteen, and the names of those that are new. */
  changed(states: readonly MechanismState[], names: readonly string[]): void
}

export class MechanismFollower {
  readonly #replica = new Replica(RULE)
  readonly #socket: Socket
  /** Resolves when the other process has ended or hung up. */
  readonly ended: Promise<void>

  private constructor(socket: Socket, events: FollowerEvents) {
    this.#socket = socket
    this.ended = new Promise(resolve => socket.once('close', () => resolve()))
    createInterface({ input: socket }).on('line', line => this.#hear(JSON.parse(line) as MonitorMessage, events))
  }

  /** @throws GenesisError where nobody listens there. */
  static async open(path: string, events: FollowerEvents): Promise<MechanismFollower> {
    const socket = createConnection(path)
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', error =>
        reject(new GenesisError('monitor', `cannot look into the run: ${messageOf(error)}`)),
      )
    })
    socket.on('error', () => undefined)
    return new MechanismFollower(socket, events)
  }

  stats(): ReplicaStats {
    return this.#replica.stats()
  }

  close(): void {
    this.#socket.destroy()
  }

  #hear(message: MonitorMessage, events: FollowerEvents): void {
    if (message.type === 'snapshot') this.#replica.onSnapshot(message)
    else if (this.#replica.onDelta(message) === 'gap') this.#socket.write('s')
    const { state } = this.#replica
    if (state !== undefined)
      events.changed(
        [...state.values()],
        message.states.map(({ name }) => name),
      )
  }
}
