/** Highest and lowest of the last n values, amortised O(1) by a monotonic queue. */

export class Extreme {
  value = Number.NaN
  private readonly values: number[] = []
  private readonly stamps: number[] = []
  private head = 0
  private seen = 0

  constructor(
    readonly length: number,
    private readonly of: 'highest' | 'lowest',
  ) {}

  /** @returns the extreme of the last n values; NaN until n have come. */
  update(value: number): number {
    const { values, stamps } = this
    while (values.length > this.head && this.yields(values.at(-1) ?? 0, value)) {
      values.pop()
      stamps.pop()
    }
    values.push(value)
    stamps.push(this.seen++)
    if ((stamps[this.head] ?? 0) <= this.seen - 1 - this.length) this.head++
    if (this.head > this.length) this.compact()
    return (this.value = this.seen < this.length ? Number.NaN : (values[this.head] ?? Number.NaN))
  }

  private yields(older: number, newer: number): boolean {
    return this.of === 'highest' ? older <= newer : older >= newer
  }

  private compact(): void {
    this.values.splice(0, this.head)
    this.stamps.splice(0, this.head)
    this.head = 0
  }
}
