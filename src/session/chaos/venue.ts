/** The embedded exchange of a trial, in a process of its own so that its load is not ours: the same `genesis exchange` a user runs. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ServerStats } from '../../feed/embedded/exchange-server.js'
import { GenesisError } from '../../model/errors.js'
import { faultsOf, type Storm } from './storm.js'
import type { Tape } from './tape.js'

const STARTS_WITHIN_MS = 15_000
const ENDS_WITHIN_MS = 5_000

export class Venue {
  private constructor(
    private readonly child: ChildProcess,
    /** `ws://127.0.0.1:port`. */
    readonly url: string,
    private readonly summary: Promise<ServerStats | undefined>,
  ) {}

  /** @throws GenesisError where the process does not say within a bound where it listens. */
  static async start(args: readonly string[]): Promise<Venue> {
    const child = spawn(process.execPath, [programPath(), 'exchange', ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GENESIS_'))),
    })
    const orphaned = (): void => void child.kill('SIGKILL')
    process.once('exit', orphaned)
    child.once('exit', () => process.off('exit', orphaned))
    const lines = readLines(child)
    const url = await within(STARTS_WITHIN_MS, lines.url)
    if (url === undefined) {
      child.kill('SIGKILL')
      throw new GenesisError('venue', 'the embedded exchange did not start', undefined, {
        hint: 'try: genesis exchange',
      })
    }
    return new Venue(child, url, lines.summary)
  }

  /** Plays the tape to as many lines as there are, under the storm's faults. */
  static play(tape: Tape, storm: Storm, lines: 1 | 2): Promise<Venue> {
    return Venue.start([tape.path, '--as', 'binance', '--seed', String(storm.seed), '--fault', faultsOf(storm, lines)])
  }

  /** Ends it without asking for its account; nothing where it has ended. */
  abandon(): void {
    this.child.kill('SIGKILL')
  }

  /** Ends it. @returns its account of what it sent and did; @throws GenesisError where it gives none. */
  async stop(): Promise<ServerStats> {
    this.child.kill('SIGINT')
    const stats = await within(ENDS_WITHIN_MS, this.summary)
    this.child.kill('SIGKILL')
    if (stats === undefined) throw new GenesisError('venue', 'the embedded exchange ended without an account')
    return stats
  }
}

interface Lines {
  readonly url: Promise<string | undefined>
  readonly summary: Promise<ServerStats | undefined>
}

function readLines(child: ChildProcess): Lines {
  let tellUrl: (url: string | undefined) => void = () => undefined
  let tellSummary: (stats: ServerStats | undefined) => void = () => undefined
  const url = new Promise<string | undefined>(resolve => (tellUrl = resolve))
  const summary = new Promise<ServerStats | undefined>(resolve => (tellSummary = resolve))
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', line => {
      const message = JSON.parse(line) as { type?: string; url?: string }
      if (message.type === 'listening') tellUrl(message.url)
      if (message.type === 'summary') tellSummary(message as unknown as ServerStats)
    })
  }
  child.once('error', () => tellUrl(undefined))
  child.once('close', () => {
    tellUrl(undefined)
    tellSummary(undefined)
  })
  return { url, summary }
}

async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>(resolve => (timer = setTimeout(() => resolve(undefined), ms)))
  const value = await Promise.race([promise, late])
  clearTimeout(timer)
  return value
}

/** Our own command line, from the bundle as from the sources. */
function programPath(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, 'bin', 'genesis.js')
    if (existsSync(path)) return path
    if (folder === dirname(folder)) throw new GenesisError('venue', 'bin/genesis.js is not where it was installed')
  }
}

/** For the failure of what was to be done with it: ends the process and passes the error on. */
export function abandoning(venue: { abandon(): void }): (error: unknown) => never {
  return error => {
    venue.abandon()
    throw error
  }
}
