/** Messages that the learned layouts of their exchange can read: known as they are read from the file, and by that proven whole. */
import { EXCHANGES } from '../exchanges/registry.js'
import type { KnownReader } from '../journal/known-frame.js'
import type { Decoded } from '../model/event.js'
import type { Micros } from '../model/time.js'
import { LearningDecoder } from '../wire/layout.js'
import { holdsLinesOf, loadLines } from '../wire/scanner.js'

/** A message that begins closer to the end of what is loaded is given the bytes that follow before it is read. */
const MARGIN = 16 * 1024

/** A reader of all exchanges' messages. What it finds is what a decoder of the exchange would, which then need not look again. */
export class KnownMessages implements KnownReader {
  end = 0
  readonly #decoders = new Map<string, LearningDecoder<Decoded> | null>()
  #exchange = ''
  #decoder: LearningDecoder<Decoded> | null = null
  readonly #found: Decoded[] = []
  /** The part of a block that is loaded, and the last place in it where a message may begin. */
  #block: Buffer | null = null
  #from = 0
  #last = -1

  read(exchange: string, data: Buffer, receivedAt: Micros): Decoded | undefined {
    if (exchange !== this.#exchange) this.#turnTo(exchange)
    try {
      return this.#decoder?.read(data, receivedAt, this.#found) === true ? this.#takeOnly() : undefined
    } catch {
      // Whoever decodes it will hear why.
      this.#found.length = 0
      return undefined
    }
  }

  readAt(exchange: string, block: Buffer, at: number, receivedAt: Micros): Decoded | undefined {
    if (exchange !== this.#exchange) this.#turnTo(exchange)
    const decoder = this.#decoder
    if (decoder === null) return undefined
    if (block !== this.#block || at < this.#from || at > this.#last || !holdsLinesOf(this)) this.#load(block, at)
    try {
      const end = decoder.readAt(at - this.#from, receivedAt, this.#found)
      if (end < 0) return undefined
      this.end = this.#from + end
      return this.#takeOnly()
    } catch {
      this.#found.length = 0
      return undefined
    }
  }

  #load(block: Buffer, from: number): void {
    const to = from + loadLines(this, block, from)
    this.#block = block
    this.#from = from
    this.#last = to === block.length ? to : to - MARGIN
  }

  /** A frame carries one event; of what says more the session's decoder makes all. */
  #takeOnly(): Decoded | undefined {
    const found = this.#found
    const known = found.pop()
    if (found.length === 0) return known
    found.length = 0
    return undefined
  }

  #turnTo(exchange: string): void {
    this.#exchange = exchange
    this.#decoder = this.#decoders.get(exchange) ?? learningDecoder(exchange)
    this.#decoders.set(exchange, this.#decoder)
  }
}

/** null where the exchange has no layouts to learn. */
function learningDecoder(exchange: string): LearningDecoder<Decoded> | null {
  const decoder = EXCHANGES.get(exchange)?.decoder()
  return decoder instanceof LearningDecoder ? (decoder as LearningDecoder<Decoded>) : null
}
