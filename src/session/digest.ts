/** One SHA-256 over a sequence of events: equal digests mean equal runs, to the last byte. */
import { createHash, type Hash } from 'node:crypto'
import { eventLine } from '../model/event-line.js'

export class Digest {
  readonly #hash: Hash = createHash('sha256')
  #count = 0

  add(event: object): void {
    this.#hash.update(eventLine(event))
    this.#hash.update('\n')
    this.#count++
  }

  get count(): number {
    return this.#count
  }

  /** Lower-case hexadecimal of everything added so far; more may follow. */
  hex(): string {
    return this.#hash.copy().digest('hex')
  }
}
