/** Highest and lowest of the last n values, amortised O(1) by a monotonic queue. */

export class Extreme {
  value = Number.NaN
  /** The queue, in a ring: values that can still become the extreme, oldest first, and when each came. */
  private readonly values: Float64Array
  private readonly stamps: Float64Array
  private head = 0
  private count = 0
  private seen = 0
  private readonly sign: 1 | -1

  constructor(
    readonly length: number,
    of: 'highest' | 'lowest',
  ) {
    this.values = new Float64Array(length)
    this.stamps = new Float64Array(length)
    this.sign = of === 'highest' ? 1 : -1
  }

  /** @returns the extreme of the last n values; NaN until n have come. */
  update(value: number): number {
    const { values, length, sign } = this
    if (this.count > 0 && (this.stamps[this.head] ?? 0) <= this.seen - length) this.drop()
    while (this.count > 0 && ((values[this.place(this.count - 1)] ?? 0) - value) * sign <= 0) this.count--
    const place = this.place(this.count)
    values[place] = value
    this.stamps[place] = this.seen++
    this.count++
    if (this.seen >= length) this.value = values[this.head] ?? Number.NaN
    return this.value
  }

  private drop(): void {
    this.head = this.place(1)
    this.count--
  }

  private place(offset: number): number {
    const index = this.head + offset
    return index >= this.length ? index - this.length : index
  }
}
