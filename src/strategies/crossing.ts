/** Tells when one value crosses another. */

export class Crossing {
  private above: boolean | null = null

  /**
   * Takes the difference of the two values.
   * @returns `up` or `down` at a crossing, else null. Equal values are no crossing yet, and NaN (still warming up) is neither.
   */
  update(difference: number): 'up' | 'down' | null {
    if (!(difference > 0) && !(difference < 0)) return null
    const before = this.above
    this.above = difference > 0
    if (before === null || before === this.above) return null
    return this.above ? 'up' : 'down'
  }
}
