/** The fold: frames in, events out, in order, on one thread, with no I/O and no wall clock. */
import type { BookUpdate, Decoded, FeedEvent, MarketEvent, Notice } from '../model/event.js'
import type { ControlFrame, DataFrame, Frame, LinkFrame } from '../model/frame.js'
import type { Micros } from '../model/time.js'
import type { ErrorBoundary, FrameOutcome } from './boundary.js'
import type { VirtualClock } from './clock.js'

/** Decodes the messages of one line; `Exchange.decoder()` makes one. */
export interface LineDecoder {
  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void
}

/** Where the fold puts what it found; the session's pipeline implements it. */
export interface EngineOutlet {
  market(event: MarketEvent, line: number): void
  book(update: BookUpdate, line: number): void
  notice(notice: Notice, line: number): void
  /** An event of a file that was normalised before; nothing of it is checked again. */
  imported(event: FeedEvent): void
  link(frame: LinkFrame): void
  control(frame: ControlFrame): void
}

export interface EngineParts {
  readonly clock: VirtualClock
  readonly boundary: ErrorBoundary
  /** A decoder without history for one line of an exchange. @throws where the exchange is unknown. */
  readonly createDecoder: (exchange: string) => LineDecoder
  readonly outlet: EngineOutlet
}

/** Same frames in, same events out: live, replayed or simulated. */
export class Engine {
  readonly #parts: EngineParts
  readonly #decoders = new Map<string, (LineDecoder | undefined)[]>()
  /** Reused for every frame; nothing holds on to it. */
  readonly #found: Decoded[] = []

  constructor(parts: EngineParts) {
    this.#parts = parts
  }

  ingest(frame: Frame): FrameOutcome {
    this.#parts.clock.advanceTo(frame.receivedAt)
    switch (frame.kind) {
      case 'data':
        return this.#ingestData(frame)
      case 'link':
        if (frame.state === 'connected') this.#forget(frame.exchange, frame.line)
        this.#parts.outlet.link(frame)
        return 'control'
      case 'control':
        this.#parts.outlet.control(frame)
        return 'control'
      case 'tick':
        return 'control'
    }
  }

  /** An event that comes without a frame: a file of normalised events, or of another tool's data. */
  ingestEvent(event: FeedEvent, receivedAt: Micros): void {
    this.#parts.clock.advanceTo(receivedAt)
    this.#parts.outlet.imported(event)
  }

  /** The decoders of the lines that have brought something since they connected. */
  *decoders(): Generator<{ readonly exchange: string; readonly line: number; readonly decoder: LineDecoder }> {
    for (const [exchange, lines] of this.#decoders) {
      for (const [line, decoder] of lines.entries()) if (decoder !== undefined) yield { exchange, line, decoder }
    }
  }

  /** The decoder of a line, a new one where it has none. */
  decoderOf(exchange: string, line: number): LineDecoder {
    const lines = this.#decoders.get(exchange) ?? []
    const known = lines[line]
    if (known !== undefined) return known
    const decoder = this.#parts.createDecoder(exchange)
    lines[line] = decoder
    this.#decoders.set(exchange, lines)
    return decoder
  }

  #ingestData(frame: DataFrame): FrameOutcome {
    const found = this.#found
    // Most often of one; setting the length would cost more, and would give the memory away.
    while (found.length > 0) found.pop()
    const outcome = this.#parts.boundary.decode(frame, this.decoderOf(frame.exchange, frame.line), found)
    const outlet = this.#parts.outlet
    for (const item of found) {
      switch (item.type) {
        case 'bookUpdate':
          outlet.book(item, frame.line)
          break
        case 'ack':
        case 'refused':
        case 'heartbeat':
        case 'answer':
        case 'renew':
        case 'ignored':
          outlet.notice(item, frame.line)
          break
        default:
          outlet.market(item, frame.line)
      }
    }
    return outcome
  }

  /** A new connection starts with no history: channel numbers and snapshots of the old one mean nothing on it. */
  #forget(exchange: string, line: number): void {
    const lines = this.#decoders.get(exchange)
    if (lines !== undefined) lines[line] = undefined
  }
}
