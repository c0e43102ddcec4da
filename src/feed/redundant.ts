/** ResilientReplicationV4 · redundant A/B feeds: two copies of each stream on ways of their own, and which of them wins. */
import type { Micros } from '../model/time.js'
import type { Route } from './failover.js'

/** Of one line: copies brought first, copies brought second, and the sum of the leads (as the arbiter counts them). */
export interface LineWins {
  readonly wins: number
  readonly losses: number
  readonly leadMicros: Micros
}

/** Which of how many feeds of one run this is: their lines have numbers of their own. */
export interface FeedShare {
  readonly index: number
  readonly of: number
}

export interface CopyStats extends LineWins {
  readonly copy: number
  readonly name: string
  /** Mean lead of its wins over the other copy; null where it has none. */
  readonly meanLeadMicros: number | null
}

const NAMES = ['A', 'B', 'C', 'D']

/**
 * Line numbers carry the copy (number modulo copies), so that a line that replaces another counts for the same copy.
 * The arbiter (`market/arbiter`) lets the first copy of a message through; here it is decided which ways the copies take.
 */
export class RedundantLines {
  constructor(
    readonly copies: number,
    private readonly share: FeedShare = { index: 0, of: 1 },
  ) {}

  copyOf(line: number): number {
    return line % this.copies
  }

  /** The lowest number that is free for a line of this copy. */
  freeNumber(copy: number, isTaken: (line: number) => boolean): number {
    const { index, of } = this.share
    let line = copy + index * this.copies
    while (isTaken(line)) line += this.copies * of
    return line
  }

  /** Each copy starts at a different endpoint, where there are several: what takes one down then spares the other. */
  routesOf(copy: number, routes: readonly Route[]): readonly Route[] {
    const shift = copy % Math.max(1, routes.length)
    return [...routes.slice(shift), ...routes.slice(0, shift)]
  }

  stats(lines: ReadonlyMap<number, LineWins>): readonly CopyStats[] {
    return Array.from({ length: this.copies }, (_, copy) => {
      const total = { wins: 0, losses: 0, leadMicros: 0 }
      for (const [line, { wins, losses, leadMicros }] of lines) {
        if (this.copyOf(line) !== copy) continue
        total.wins += wins
        total.losses += losses
        total.leadMicros += leadMicros
      }
      const meanLeadMicros = total.wins === 0 ? null : total.leadMicros / total.wins
      return { copy, name: NAMES[copy] ?? String(copy), ...total, meanLeadMicros }
    })
  }
}
