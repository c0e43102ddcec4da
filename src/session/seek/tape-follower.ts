/** Reads a recording that is continued, as a replay will, and takes its checkpoints: from the last one of before on, behind the recorder. */
import { openJournal } from '../../journal/reader.js'
import { Session } from '../session.js'
import { readTapeSetup } from '../tape-header.js'
import { checkpointBefore, encode, IndexWriter, type Checkpoint } from './seek-index.js'
import { MOST_LIVE, Spacing, type SpacingOptions } from './spacing.js'

/** Unpacked bytes that are folded at a look, so that the feed beside it is not held up. */
const AT_A_LOOK = 1024 * 1024

export class TapeFollower {
  readonly #following: Promise<void>
  #hasEnded = false
  /** Who waits for the next look: for more to read, or for time to read it. */
  readonly #waiting = new Set<() => void>()

  constructor(
    private readonly path: string,
    private readonly software: string,
    private readonly spacing: SpacingOptions,
  ) {
    this.#following = this.#follow().catch(() => undefined)
  }

  look(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  /** What was not read by then has no checkpoints: nobody waits for them. */
  async close(): Promise<void> {
    this.#hasEnded = true
    this.look()
    await this.#following
  }

  async #follow(): Promise<void> {
    const { path, software } = this
    const begin = await checkpointBefore([path], { from: Infinity, software })
    const writer = begin === null ? await IndexWriter.create(path, software) : await IndexWriter.goOn(path, software)
    const session = await this.#sessionAt(begin)
    try {
      await this.#take(session, begin, writer)
    } finally {
      await writer.close()
      await session.bus.stop()
    }
  }

  async #sessionAt(begin: Checkpoint | null): Promise<Session> {
    const { streams, lines } = await readTapeSetup([this.path], 'binance')
    const session = new Session({ command: 'index', streams, lines, feed: null, keepDeadLetter: () => undefined, filter: null }) // prettier-ignore
    session.beSilent()
    if (begin !== null) session.takeOver(begin.state)
    return session
  }

  async #take(session: Session, begin: Checkpoint | null, writer: IndexWriter): Promise<void> {
    const beginAt = begin?.place.get(this.path)
    const reader = await openJournal(this.path, {
      onCorrupt: 'skip',
      follow: () => this.#more(),
      ...(beginAt === undefined ? {} : { beginAt }),
    })
    const spacing = new Spacing(this.spacing)
    let due = AT_A_LOOK
    for await (const batch of reader.batches()) {
      for (const item of batch) if (item.kind !== 'event') session.deliver(item)
      const { bytes } = reader.report()
      const place = spacing.isDue(bytes) ? reader.place() : null
      const remembered = place === null ? null : session.remember()
      if (place !== null && remembered !== null) {
        const state = encode(remembered)
        if (state.length > MOST_LIVE) return
        await writer.add(place, remembered.time, state)
        spacing.taken(bytes, state.length)
      }
      if (bytes >= due) {
        due = bytes + AT_A_LOOK
        await this.#more()
      }
      if (this.#hasEnded) return
    }
  }

  /** Resolves at the next look; with false when there is none any more. */
  async #more(): Promise<boolean> {
    if (!this.#hasEnded) await new Promise<void>(resolve => this.#waiting.add(resolve))
    return !this.#hasEnded
  }
}
