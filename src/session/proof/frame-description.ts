/** Which stream a frame belongs to and which ids it carries, for the manifest of a recording in many files. */
import type { Describe } from '../../journal/segment-tally.js'
import type { Decoded } from '../../model/event.js'
import type { StreamNames } from '../stream-names.js'

/** Told what was found in a frame right before that frame is recorded. */
export class FrameDescription {
  #found: readonly Decoded[] = []
  #names: StreamNames | null = null

  readonly describe: Describe = frame => {
    const [first] = this.#found
    if (first === undefined || this.#names === null || !('pair' in first)) return undefined
    const stream = `${frame.exchange}:${first.type === 'trade' ? this.#names.ofTrade(first) : this.#names.of(first)}`
    const id = idOf(first)
    const lastId = idOf(this.#found.at(-1))
    return { stream, ...(id === undefined ? {} : { id }), ...(lastId === undefined ? {} : { lastId }) }
  }

  take(found: readonly Decoded[], names: StreamNames): void {
    this.#found = found
    this.#names = names
  }
}

function idOf(found: Decoded | undefined): string | undefined {
  if (found?.type === 'trade') return found.id
  if (found?.type === 'bookUpdate' && found.last !== null) return String(found.last)
  return undefined
}
