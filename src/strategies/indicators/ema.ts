/** Exponential moving averages. */

/** `k = 2/(n+1)`, seeded with the first value (the Metastock convention); NaN until n values have come. */
export class Ema {
  value = Number.NaN
  private current = Number.NaN
  private seen = 0
  private readonly weight: number

  constructor(readonly length: number) {
    this.weight = 2 / (length + 1)
  }

  update(value: number): number {
    this.current = this.seen === 0 ? value : this.current + (value - this.current) * this.weight
    if (this.seen < this.length && ++this.seen < this.length) return Number.NaN
    return (this.value = this.current)
  }
}

/** Wilder's smoothing: the mean of the first n values, then `(previous·(n-1) + x)/n`; NaN until n values have come. */
export class Wilder {
  value = Number.NaN
  private sum = 0
  private seen = 0

  constructor(readonly length: number) {}

  update(value: number): number {
    const { length } = this
    if (this.seen === length) return (this.value = (this.value * (length - 1) + value) / length)
    this.sum += value
    if (++this.seen === length) this.value = this.sum / length
    return this.value
  }
}
