/** One SHA-256 over a sequence of events: equal digests mean equal runs, to the last byte. */
import { createHash, type Hash } from 'node:crypto'
import { eventLine } from '../model/event-line.js'

/** Characters hashed at once: a call for each line costs more than writing the line. */
const BATCH = 16_384

export class Digest {
  readonly #hash: Hash = createHash('sha256')
  #waiting = ''
  #count = 0

  add(event: object): void {
    this.#waiting += `${eventLine(event)}\n`
    if (this.#waiting.length > BATCH) this.#pass()
    this.#count++
  }

  get count(): number {
    return this.#count
  }

  /** Lower-case hexadecimal of everything added so far; more may follow. */
  hex(): string {
    this.#pass()
    return this.#hash.copy().digest('hex')
  }

  #pass(): void {
    this.#hash.update(this.#waiting)
    this.#waiting = ''
  }
}
