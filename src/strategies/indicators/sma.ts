/** Simple moving average. */

/** Plain mean of the last n values, O(1). The running sum is taken anew once per window, so rounding cannot build up. */
export class Sma {
  value = Number.NaN
  /** The last n values, in a ring. It stands here and not in a Window because this is what most strategies do on every tick. */
  private readonly values: Float64Array
  private at = 0
  private isFull = false
  private sum = 0

  constructor(readonly length: number) {
    this.values = new Float64Array(length)
  }

  /** @returns NaN until n values have come. */
  update(value: number): number {
    const { values, at } = this
    this.sum += value - (values[at] ?? 0)
    values[at] = value
    this.at = at + 1
    if (this.at === this.length) this.turn()
    if (this.isFull) this.value = this.sum / this.length
    return this.value
  }

  private turn(): void {
    const { values, length } = this
    let sum = 0
    for (let index = 0; index < length; index++) sum += values[index] ?? 0
    this.sum = sum
    this.at = 0
    this.isFull = true
  }
}
