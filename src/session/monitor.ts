/** A window into a running process, for its own user only: the thirteen mechanisms over a local socket. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, unlinkSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GenesisError, messageOf } from '../model/errors.js'
import type { Attach, Attachment } from './execute.js'
import { MechanismWatch, type MechanismState } from './mechanisms.js'

/** First what everything is, then what has changed since, numbered one by one. */
export type MonitorMessage =
  | {
      readonly type: 'snapshot'
      readonly sequence: number
      readonly pid: number
      readonly states: readonly MechanismState[]
    }
  | { readonly type: 'delta'; readonly sequence: number; readonly states: readonly MechanismState[] }

export interface MonitoredProcess {
  readonly pid: number
  readonly path: string
}

const LOOK_EVERY_MS = 500
const MOST_WATCHERS = 16
/** A watcher that has not read so much misses a change, sees it by the numbers and asks for everything anew. */
const MOST_UNREAD_BYTES = 256 * 1024
/** What a watcher may ask with. */
const ASK = 's'
/** Longest path of a socket on Linux, less its final zero; macOS allows a little less. */
const LONGEST_PATH = 100

/** Opens the window beside a run. Where that is not possible the run goes on without it, and says so. */
export function monitorAttachment(env: Environment): Attach {
  return async (parts, note): Promise<Attachment> => {
    try {
      const directory = openMonitorDirectory(env)
      clearStale(directory)
      const monitor = new Monitor(new MechanismWatch(parts), process.pid)
      await monitor.listen(join(directory, `${process.pid}.sock`))
      return { note: null, close: () => monitor.close() }
    } catch (error) {
      note(`genesis mechanisms cannot look into this run: ${messageOf(error)}`)
      return { note: null, close: () => Promise.resolve() }
    }
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Processes of this user that can be looked into, oldest first; sockets that a killed process left are removed. */
export function monitoredProcesses(env: Environment): MonitoredProcess[] {
  const directory = monitorDirectory(env)
  clearStale(directory)
  return socketsIn(directory).sort((a, b) => lstatSync(a.path).mtimeMs - lstatSync(b.path).mtimeMs)
}

export class Monitor {
  readonly #server: Server
  readonly #watchers = new Set<Socket>()
  #path = ''
  #sequence = 0
  #shown: readonly MechanismState[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly watch: Pick<MechanismWatch, 'states'>,
    private readonly pid: number,
  ) {
    this.#server = createServer(socket => this.#admit(socket))
  }

  async listen(path: string): Promise<void> {
    this.#path = path
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(path, resolve)
    })
    chmodSync(path, 0o600)
    this.#shown = this.watch.states()
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    for (const watcher of this.#watchers) watcher.destroy()
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
    removeQuietly(this.#path)
  }

  #admit(socket: Socket): void {
    if (this.#watchers.size >= MOST_WATCHERS) {
      socket.destroy()
      return
    }
    this.#watchers.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#watchers.delete(socket))
    socket.on('data', data => {
      if (data.includes(ASK)) this.#tellAll(socket)
    })
    this.#tellAll(socket)
  }

  #look(): void {
    const states = this.watch.states()
    const changed = states.filter((state, index) => JSON.stringify(state) !== JSON.stringify(this.#shown[index]))
    this.#shown = states
    if (changed.length === 0) return
    this.#sequence++
    for (const watcher of this.#watchers) {
      this.#send(watcher, { type: 'delta', sequence: this.#sequence, states: changed })
    }
  }

  #tellAll(socket: Socket): void {
    this.#send(socket, { type: 'snapshot', sequence: this.#sequence, pid: this.pid, states: this.#shown })
  }

  #send(socket: Socket, message: MonitorMessage): void {
    if (socket.writableLength <= MOST_UNREAD_BYTES) socket.write(`${JSON.stringify(message)}\n`)
  }
}

/** Where sockets lie: the user's runtime directory, else the state directory, else one of the user's own in the temporary directory. */
function monitorDirectory(env: Environment): string {
  const { XDG_RUNTIME_DIR: runtime, XDG_STATE_HOME: state, HOME: home } = env
  const base = [runtime, state, home === undefined ? undefined : join(home, '.local', 'state')]
  const chosen = base.find(path => path !== undefined && path !== '' && path.length < LONGEST_PATH - 30)
  return chosen === undefined ? join(tmpdir(), `genesis-${process.getuid?.() ?? 0}`) : join(chosen, 'genesis', 'run')
}

/** @throws GenesisError where the directory is another user's or open to others. */
function openMonitorDirectory(env: Environment): string {
  const directory = monitorDirectory(env)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const facts = lstatSync(directory)
  const isOurs = facts.isDirectory() && facts.uid === (process.getuid?.() ?? facts.uid)
  if (!isOurs) throw new GenesisError('monitor', `${directory} does not belong to this user`)
  if ((facts.mode & 0o077) !== 0) chmodSync(directory, 0o700)
  return directory
}

function clearStale(directory: string): void {
  for (const { pid, path } of socketsIn(directory)) if (!isAlive(pid)) removeQuietly(path)
}

function socketsIn(directory: string): MonitoredProcess[] {
  let names: string[]
  try {
    names = readdirSync(directory)
  } catch {
    // Nothing was ever monitored here.
    return []
  }
  return names.flatMap(name => {
    const [, digits] = /^(\d{1,10})\.sock$/.exec(name) ?? []
    return digits === undefined ? [] : [{ pid: Number(digits), path: join(directory, name) }]
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Somebody else was faster.
  }
}
