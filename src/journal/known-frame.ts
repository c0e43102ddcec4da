/** Frames of which is known what they say before anybody decodes them. */
import type { Decoded } from '../model/event.js'
import type { DataFrame } from '../model/frame.js'
import type { Micros } from '../model/time.js'
import type { LineSource } from './line-head.js'

/** Reads messages whose every byte it expects, which proves that they are whole. */
export interface KnownReader {
  /** What the message says; undefined of all that are not known. */
  read(exchange: string, data: Buffer, receivedAt: Micros): Decoded | undefined
  /** The same for the message that begins at `at` in a block of lines; where it ends, {@link end} says. */
  readAt(exchange: string, block: Buffer, at: number, receivedAt: Micros): Decoded | undefined
  readonly end: number
}

/** Hardly anybody asks for the bytes of such a frame, and a view of them costs more than all else that is in it: it is made when asked for. */
export class KnownFrame implements DataFrame {
  readonly kind = 'data'
  readonly binary = false
  readonly exchange: string
  readonly line: number
  private view: Buffer | undefined = undefined

  constructor(
    readonly receivedAt: Micros,
    { exchange, line }: LineSource,
    readonly known: Decoded,
    private readonly block: Buffer,
    private readonly start: number,
    private readonly end: number,
  ) {
    this.exchange = exchange
    this.line = line
  }

  get data(): Buffer {
    return (this.view ??= this.block.subarray(this.start, this.end))
  }
}
