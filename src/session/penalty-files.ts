/** Penalties of hosts where other processes of the same user see them: one small file a host, for exchanges count by address and not by process. */
import { closeSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PenaltyStore } from '../feed/host-penalty.js'

/** No host asks for more; what claims to last longer was written by a clock that was wrong. */
const LONGEST_MS = 7 * 86_400_000
const LONGEST_NAME = 200
const WORTH_TELLING_MS = 1_000
const MOST_TOLD = 1_000
/** Digits of a time in milliseconds, and room to notice what is none. */
const MOST_BYTES = 32
const TIME = /^\d{1,16}\n?$/

/**
 * @param directory absent for none.
 * @param note told in a sentence that a host wants to be left alone, once for each penalty: whoever waits wants to know for what.
 */
export function penaltyStore(directory: string | undefined, note: (text: string) => void): PenaltyStore | null {
  return directory === undefined ? null : new PenaltyFiles(directory, () => Date.now(), note)
}

/**
 * A file holds the time (milliseconds since the epoch) until which its host is to be left alone. One that cannot be read or written
 * is as if it were not there: the process then only knows what it was told itself. Files are replaced whole, so that nobody reads half a time.
 */
export class PenaltyFiles implements PenaltyStore {
  private written = 0
  /** Ends of the penalties that were told, by host. */
  private readonly told = new Map<string, number>()

  /** @param wallMs milliseconds since the epoch: the only clock that processes have in common. */
  constructor(
    private readonly directory: string,
    private readonly wallMs: () => number,
    private readonly tell: (text: string) => void = () => undefined,
  ) {}

  waitMs(host: string): number {
    const path = this.pathOf(host)
    const until = path === null ? null : readTime(path)
    const waitMs = until === null ? 0 : until - this.wallMs()
    if (until === null || waitMs <= 0 || waitMs > LONGEST_MS) return 0
    if (waitMs > WORTH_TELLING_MS && this.told.get(host) !== until) {
      if (this.told.size >= MOST_TOLD) this.told.clear()
      this.told.set(host, until)
      this.tell(`${host} has asked to be left alone for ${(waitMs / 1_000).toFixed(0)}s more; waiting`)
    }
    return waitMs
  }

  note(host: string, pauseMs: number): void {
    const path = this.pathOf(host)
    if (path === null || this.waitMs(host) >= pauseMs) return
    const fresh = `${path}.${String(process.pid)}.${String(this.written++)}`
    try {
      mkdirSync(this.directory, { recursive: true, mode: 0o700 })
      writeFileSync(fresh, `${String(Math.ceil(this.wallMs() + pauseMs))}\n`, { mode: 0o600, flag: 'wx' })
      renameSync(fresh, path)
    } catch {
      quietly(() => rmSync(fresh, { force: true }))
    }
  }

  private pathOf(host: string): string | null {
    const name = encodeURIComponent(host)
    return name.length > LONGEST_NAME ? null : join(this.directory, `${name}.until`)
  }
}

function quietly(action: () => void): void {
  try {
    action()
  } catch {
    // There is nobody to tell, and nothing depends on it.
  }
}

/** null where the file is not there, cannot be read, or holds something else. */
function readTime(path: string): number | null {
  let file: number | null = null
  try {
    file = openSync(path, 'r')
    const bytes = Buffer.alloc(MOST_BYTES)
    const text = bytes.toString('latin1', 0, readSync(file, bytes, 0, MOST_BYTES, 0))
    return TIME.test(text) ? Number(text) : null
  } catch {
    return null
  } finally {
    if (file !== null) closeSync(file)
  }
}
