/** EventHorizonV4 · error boundary, dead letters: a frame is decoded whole or kept whole, and none stops the run. */
import { DecodeError, messageOf, type DecodeCode } from '../model/errors.js'
import type { Decoded } from '../model/event.js'
import type { DataFrame } from '../model/frame.js'
import type { Micros } from '../model/time.js'

/** What became of a frame. `control` says something about the connection only. */
export type FrameOutcome = 'decoded' | 'control' | 'refused'

/** The part of an exchange's decoder that the boundary needs. */
export interface FrameDecoder {
  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void
}

/** A refused frame, whole, with the reason; what `--dead-letters` writes and `replay` reads back. */
export interface DeadLetter {
  readonly type: 'deadLetter'
  readonly exchange: string
  readonly line: number
  readonly code: DecodeCode
  readonly stage: 'size' | 'decode'
  readonly message: string
  readonly time: Micros
  readonly frame: DataFrame
}

export interface BoundaryOptions {
  /** Keeps a dead letter. If it throws, the letter is counted as `unkept` and the run goes on. */
  readonly keep: (letter: DeadLetter) => void
  /** Frames above this many bytes are refused unread; 4 MiB unless told. */
  readonly maxBytes?: number
}

export interface ExchangeCounts {
  frames: number
  decoded: number
  control: number
  deadLettered: number
}

export interface BoundaryStats extends Readonly<ExchangeCounts> {
  /** Dead letters that `keep` failed to keep. */
  readonly unkept: number
  readonly byCode: Readonly<Partial<Record<DecodeCode, number>>>
  readonly byExchange: ReadonlyMap<string, Readonly<ExchangeCounts>>
  readonly last: { readonly exchange: string; readonly code: DecodeCode; readonly time: Micros } | null
}

/** Stands between untrusted bytes and everything else; `frames = decoded + control + deadLettered`, exactly. */
export class ErrorBoundary {
  private readonly keep: (letter: DeadLetter) => void
  private readonly maxBytes: number
  private readonly exchanges = new Map<string, ExchangeCounts>()
  private readonly codes = new Map<DecodeCode, number>()
  private current: ExchangeCounts | undefined
  private currentName = ''
  private unkept = 0
  private last: BoundaryStats['last'] = null

  constructor(options: BoundaryOptions) {
    this.keep = options.keep
    this.maxBytes = options.maxBytes ?? 4 * 1024 * 1024
  }

  /** Decodes `frame`, appending to `out`; where that fails `out` is as it was and the frame becomes a dead letter. */
  decode(frame: DataFrame, decoder: FrameDecoder, out: Decoded[]): FrameOutcome {
    const counts = frame.exchange === this.currentName && this.current ? this.current : this.countsOf(frame.exchange)
    const start = out.length
    counts.frames++
    try {
      // What is known was short enough to be read byte for byte.
      if (frame.known !== undefined) out.push(frame.known)
      else if (frame.data.length > this.maxBytes) return this.refuseSize(frame, counts)
      else decoder.decode(frame.data, frame.receivedAt, out)
    } catch (error) {
      out.length = start
      return this.refuse(frame, counts, 'decode', error instanceof DecodeError ? error.code : 'internal', error)
    }
    if (isControl(out, start)) {
      counts.control++
      return 'control'
    }
    counts.decoded++
    return 'decoded'
  }

  stats(): BoundaryStats {
    const total: ExchangeCounts = { frames: 0, decoded: 0, control: 0, deadLettered: 0 }
    for (const counts of this.exchanges.values()) {
      total.frames += counts.frames
      total.decoded += counts.decoded
      total.control += counts.control
      total.deadLettered += counts.deadLettered
    }
    const byCode = Object.fromEntries(this.codes) as Partial<Record<DecodeCode, number>>
    return { ...total, unkept: this.unkept, byCode, byExchange: this.exchanges, last: this.last }
  }

  private refuseSize(frame: DataFrame, counts: ExchangeCounts): FrameOutcome {
    const message = `${frame.data.length} bytes are more than the ${this.maxBytes} allowed`
    return this.refuse(frame, counts, 'size', 'too_large', message)
  }

  private refuse(
    frame: DataFrame,
    counts: ExchangeCounts,
    stage: DeadLetter['stage'],
    code: DecodeCode,
    reason: unknown,
  ): FrameOutcome {
    const { exchange, line, receivedAt: time } = frame
    counts.deadLettered++
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1)
    this.last = { exchange, code, time }
    try {
      this.keep({ type: 'deadLetter', exchange, line, code, stage, message: messageOf(reason), time, frame })
    } catch {
      this.unkept++
    }
    return 'refused'
  }

  private countsOf(exchange: string): ExchangeCounts {
    let counts = this.exchanges.get(exchange)
    if (counts === undefined) {
      counts = { frames: 0, decoded: 0, control: 0, deadLettered: 0 }
      this.exchanges.set(exchange, counts)
    }
    this.currentName = exchange
    this.current = counts
    return counts
  }
}

/** True where the frame said something and all of it concerns the connection. An empty frame of the market counts as decoded. */
function isControl(out: readonly Decoded[], start: number): boolean {
  if (out.length === start) return false
  for (let index = start; index < out.length; index++) {
    const decoded = out[index]
    if (decoded !== undefined && !isNotice(decoded)) return false
  }
  return true
}

function isNotice(decoded: Decoded): boolean {
  switch (decoded.type) {
    case 'ack':
    case 'refused':
    case 'heartbeat':
    case 'answer':
    case 'renew':
    case 'ignored':
      return true
    default:
      return false
  }
}
