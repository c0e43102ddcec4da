/** The one order in which a live run folds what its workers bring, and how far it has come. */
import type { FrameOutcome } from '../../engine/boundary.js'
import type { Frame } from '../../model/frame.js'
import type { Micros } from '../../model/time.js'
import type { FoundFrame } from './live-member.js'
import type { Predecoded } from './predecoded.js'
import { TimeMerge } from './time-merge.js'

type Deliver = (frame: Frame) => FrameOutcome | undefined

export class LiveFold {
  readonly merge: TimeMerge<FoundFrame>
  /** Frames folded. */
  frames = 0
  /** When the latest of them was received; 0 before the first. */
  upTo: Micros = 0
  #deliver: Deliver | null = null
  #isFolding = false

  constructor(
    workers: number,
    private readonly predecoded: Predecoded,
  ) {
    this.merge = new TimeMerge(workers)
  }

  begin(deliver: Deliver): void {
    this.#deliver = deliver
  }

  /** Folds all that has its place in the order. @throws what a delivery throws. */
  fold(): void {
    this.#isFolding = true
    try {
      for (let found = this.merge.next(); found !== undefined; found = this.merge.next()) this.#pass(found)
    } finally {
      this.#isFolding = false
    }
  }

  /** A frame of the run's own, at the place where the fold stands. */
  tell(frame: Frame): void {
    this.#deliver?.(frame)
  }

  /**
   * Nothing is folded from here on. What has arrived still is, and after it `last`; unless the end was asked for in the middle of a
   * frame, behind which there is nothing.
   */
  end(workers: number, last: () => readonly Frame[]): void {
    if (!this.#isFolding) {
      for (let index = 0; index < workers; index++) this.merge.close(index)
      this.fold()
      for (const frame of last()) this.#deliver?.(frame)
    }
    this.#deliver = null
  }

  #pass(found: FoundFrame): void {
    const { frame, finding, member } = found
    if (this.#deliver === null) return
    this.upTo = Math.max(this.upTo, frame.receivedAt)
    this.frames++
    if (frame.kind === 'data') this.predecoded.put(frame.data, finding)
    this.#deliver(frame)
    member.folded(found)
  }
}
