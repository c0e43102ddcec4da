/** A connection to a NATS server with JetStream; the client is the user's own installation, loaded when it is needed. */
import type * as JetStream from '@nats-io/jetstream'
import type * as Transport from '@nats-io/transport-node'
import { UsageError, messageOf } from '../../model/errors.js'
import type { NatsAddress } from './address.js'
import { ALL_SUBJECTS } from './subject.js'

export interface Broker {
  readonly connection: Transport.NatsConnection
  readonly stream: JetStream.JetStreamClient
  readonly manager: JetStream.JetStreamManager
  /** Fresh headers for one message. */
  readonly headers: () => Transport.MsgHdrs
}

const CONNECT_WITHIN_MS = 5_000
const ANSWER_WITHIN_MS = 5_000
const NANOS_PER_SECOND = 1e9
/** Copies are recognised for this long. */
const DUPLICATE_WINDOW_SECONDS = 120
const KEPT_SECONDS = 7 * 86_400
/** Error code of JetStream: no such stream. */
const NO_STREAM = 10_059

/**
 * Without reconnection of the client's own: what it buffered would overtake what has to be sent again.
 * @throws whatever the client throws where the server cannot be reached.
 */
export async function connectBroker({ server, user, password }: NatsAddress): Promise<Broker> {
  const { transport, jetstream } = await clients()
  const connection = await transport.connect({
    servers: server,
    reconnect: false,
    timeout: CONNECT_WITHIN_MS,
    pingInterval: 5_000,
    maxPingOut: 2,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { pass: password }),
  })
  try {
    const manager = await jetstream.jetstreamManager(connection, { timeout: ANSWER_WITHIN_MS })
    return {
      connection,
      manager,
      stream: jetstream.jetstream(connection, { timeout: ANSWER_WITHIN_MS }),
      headers: () => transport.headers(),
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** Makes the stream where there is none. @returns the number of its last message. */
export async function ensureStream({ manager }: Broker, name: string): Promise<number> {
  const last = await lastSequence(manager, name)
  if (last !== null) return last
  try {
    const made = await manager.streams.add({
      name,
      subjects: [ALL_SUBJECTS],
      duplicate_window: DUPLICATE_WINDOW_SECONDS * NANOS_PER_SECOND,
      max_age: KEPT_SECONDS * NANOS_PER_SECOND,
    })
    return made.state.last_seq
  } catch (error) {
    // Another publisher may have made it in this moment.
    const found = await lastSequence(manager, name)
    if (found === null) throw error
    return found
  }
}

/** @returns null where there is no such stream. */
export async function lastSequence(manager: JetStream.JetStreamManager, name: string): Promise<number | null> {
  try {
    return (await manager.streams.info(name)).state.last_seq
  } catch (error) {
    if (isNoStream(error)) return null
    throw error
  }
}

function isNoStream(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === NO_STREAM
}

/** @throws UsageError saying what to install. */
async function clients(): Promise<{ transport: typeof Transport; jetstream: typeof JetStream }> {
  try {
    const [transport, jetstream] = await Promise.all([import('@nats-io/transport-node'), import('@nats-io/jetstream')])
    return { transport, jetstream }
  } catch (error) {
    throw new UsageError('no_nats', `NATS needs its client: ${messageOf(error)}`, {
      hint: 'npm install @nats-io/transport-node @nats-io/jetstream',
      cause: error,
    })
  }
}
