/** One SHA-256 over a sequence of events: equal digests mean equal runs, to the last byte. */
import { createHash, type Hash } from 'node:crypto'
import { eventLine } from '../model/event-line.js'
import type { TradingEvent } from '../model/trading.js'
import { TradingLines } from './trading-lines.js'

/** Bytes hashed at once: a call for each line costs more than writing the line, and so does joining many lines to one text. */
const BATCH = 16_384
/** A character of a line takes at most so many bytes. */
const MOST_BYTES = 3

export class Digest {
  readonly #hash: Hash = createHash('sha256')
  readonly #lines = new TradingLines()
  readonly #waiting = Buffer.allocUnsafe(BATCH)
  #filled = 0
  #count = 0

  add(event: object): void {
    this.#take(`${eventLine(event)}\n`)
  }

  /** The same for what a desk tells. */
  addTold(event: TradingEvent): void {
    this.#take(`${this.#lines.of(event)}\n`)
  }

  get count(): number {
    return this.#count
  }

  /** Lower-case hexadecimal of everything added so far; more may follow. */
  hex(): string {
    this.#pass()
    return this.#hash.copy().digest('hex')
  }

  #take(line: string): void {
    const most = line.length * MOST_BYTES
    if (this.#filled + most > BATCH) this.#pass()
    if (most > BATCH) this.#hash.update(line)
    else this.#filled += this.#waiting.write(line, this.#filled)
    this.#count++
  }

  #pass(): void {
    this.#hash.update(this.#waiting.subarray(0, this.#filled))
    this.#filled = 0
  }
}
