/** A recording folded for what is in it: its events are pulled batch by batch, as fast as they can be read, and nothing is kept. */
import type { JournalItem } from '../../journal/item.js'
import { mergeJournals } from '../../journal/merge.js'
import type { JournalReader } from '../../journal/reader.js'
import type { FeedEvent } from '../../model/event.js'
import type { Stream } from '../../model/stream.js'
import type { TradingEvent } from '../../model/trading.js'
import type { KeptLetter } from '../disputed-trades.js'
import { openWindow, type WindowOptions } from '../journal-source.js'
import { checkpointBefore } from '../seek/seek-index.js'
import { Session } from '../session.js'
import { StreamFilter } from '../stream-filter.js'
import { readTapeSetup, type TapeSetup } from '../tape-header.js'

export interface FoldOptions extends WindowOptions {
  /** Only these; empty for all that were recorded on purpose. */
  readonly streams: readonly Stream[]
  /** Sees each item before it is folded. */
  readonly observe?: (item: JournalItem) => void
  readonly keepDeadLetter?: (letter: KeptLetter) => void
}

/** What comes out: events of the market, and whatever else {@link Fold.add} was given. */
export type FoldedEvent = FeedEvent | TradingEvent

/** Open it, read {@link batches} to the end; what the session knows of the recording is complete then. */
export class Fold {
  /** Called when everything was folded, for last words. */
  onEnd: () => void = () => undefined
  #events: FoldedEvent[] = []

  private constructor(
    readonly session: Session,
    readonly readers: readonly JournalReader[],
    readonly setup: TapeSetup,
    private readonly options: FoldOptions,
  ) {
    session.observer = event => void this.#events.push(event)
  }

  /** @throws UsageError or GenesisError naming the file and what is wrong with it. */
  static async open(paths: readonly string[], options: FoldOptions): Promise<Fold> {
    const setup = await readTapeSetup(paths, options.exchange)
    const streams = options.streams.length > 0 ? options.streams : setup.streams
    const readers: JournalReader[] = []
    const checkpoint = await checkpointBefore(paths, options)
    const begins = checkpoint === null ? options : { ...options, beginAt: checkpoint.place }
    try {
      for (const path of paths) readers.push(await openWindow(path, begins))
    } catch (error) {
      for (const reader of readers) await reader.close()
      throw error
    }
    const session = new Session({
      command: 'fold',
      streams,
      lines: setup.lines,
      feed: null,
      keepDeadLetter: letter => options.keepDeadLetter?.(letter),
      filter: streams.length === 0 ? null : new StreamFilter(streams),
    })
    if (options.from !== undefined) session.beSilent()
    if (checkpoint !== null) session.takeOver(checkpoint.state)
    return new Fold(session, readers, setup, options)
  }

  /** The events of each batch of frames, in order; often none. */
  async *batches(): AsyncGenerator<readonly FoldedEvent[]> {
    const { from, observe } = this.options
    let isSilent = from !== undefined
    for await (const batch of mergeJournals(this.readers)) {
      for (const item of batch) {
        if (isSilent && item.receivedAt >= (from ?? 0)) {
          isSilent = false
          this.session.speak()
        }
        observe?.(item)
        if (item.kind === 'event') this.session.deliverEvent(item.event)
        else this.session.deliver(item)
      }
      yield this.#take()
    }
    // Nothing came any more: what was folded is how things stood at the end.
    if (isSilent) this.session.speak()
    this.onEnd()
    await this.session.bus.stop()
    yield this.#take()
  }

  /** Puts an event in its place among the others: for what is made of them. */
  add(event: FoldedEvent): void {
    this.#events.push(event)
  }

  #take(): readonly FoldedEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }
}
