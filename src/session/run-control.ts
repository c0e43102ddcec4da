/** What may be asked of a run while it lasts: other streams, a recording, a halt. Decisions become frames, so that a replay repeats them. */
import { resolveStream } from '../exchanges/registry.js'
import { EXIT, GenesisError, UsageError } from '../model/errors.js'
import type { Frame } from '../model/frame.js'
import type { Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'
import type { Live } from './live.js'
import { SUBSCRIBE } from './session.js'
import { SideRecordings } from './side-recordings.js'

export interface RunControlParts {
  /** null where the run is not live: its streams are what its files or its source bring. */
  readonly live: Live | null
  readonly streams: readonly Stream[]
  readonly content: 'frames' | 'events'
  readonly now: () => Micros
}

/** Streams that one run may carry. */
const MOST_STREAMS = 2_000

export class RunControl {
  readonly recordings: SideRecordings
  readonly #streams = new Map<string, Stream>()
  #deliver: ((frame: Frame) => unknown) | null = null

  constructor(private readonly parts: RunControlParts) {
    for (const stream of parts.streams) this.#streams.set(keyOf(stream), stream)
    this.recordings = new SideRecordings({
      now: parts.now,
      streams: () => this.streams(),
      content: parts.content,
      renewLines: () => parts.live?.renewLines('a recording begins'),
      wantSnapshot: (exchange, symbol, pair) => parts.live?.control.wantSnapshot(exchange, symbol, pair),
    })
  }

  get isLive(): boolean {
    return this.parts.live !== null
  }

  streams(): readonly Stream[] {
    return [...this.#streams.values()]
  }

  /** The run takes frames from here on. */
  begin(deliver: (frame: Frame) => unknown): void {
    this.#deliver = deliver
  }

  /**
   * @returns the stream, and whether it is new.
   * @throws UsageError where there is no such stream, GenesisError where the run is not live.
   */
  async subscribe(text: string, exchange: string): Promise<{ readonly stream: Stream; readonly isNew: boolean }> {
    const live = this.#live()
    const stream = resolveStream(text, exchange)
    if (this.#streams.has(keyOf(stream))) return { stream, isNew: false }
    if (this.#streams.size >= MOST_STREAMS) {
      throw new UsageError('too_many_streams', `this run carries ${MOST_STREAMS} streams already`)
    }
    this.#streams.set(keyOf(stream), stream)
    this.command(SUBSCRIBE, `${stream.exchange}:${stream.name}`)
    await live.subscribe(stream)
    return { stream, isNew: true }
  }

  /** @returns undefined where the run does not carry the stream. @throws as {@link subscribe}. */
  unsubscribe(text: string, exchange: string): Stream | undefined {
    const live = this.#live()
    const stream = resolveStream(text, exchange)
    const carried = this.#streams.get(keyOf(stream))
    if (carried === undefined) return undefined
    this.#streams.delete(keyOf(stream))
    live.unsubscribe(carried)
    return carried
  }

  /** Puts a decision into the run as a frame: on its tape, in order, and heard by whoever it concerns. @throws GenesisError before the run has begun. */
  command(topic: string, value: unknown): void {
    if (this.#deliver === null) throw new GenesisError('not_running', 'the run has not begun')
    this.#deliver({ kind: 'control', receivedAt: this.parts.now(), topic, value })
  }

  #live(): Live {
    if (this.parts.live !== null) return this.parts.live
    throw new GenesisError('not_live', 'this run is not live: its streams cannot be changed', EXIT.failed)
  }
}

function keyOf({ exchange, symbol, channel, interval }: Stream): string {
  return JSON.stringify([exchange, symbol, channel, interval])
}
