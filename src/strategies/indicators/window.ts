/** The last n values, in a ring. */

export class Window {
  private readonly values: Float64Array
  private at = 0
  private seen = 0

  constructor(readonly length: number) {
    this.values = new Float64Array(length)
  }

  get full(): boolean {
    return this.seen >= this.length
  }

  get count(): number {
    return Math.min(this.seen, this.length)
  }

  /** Whether the next value goes to the first place: once in every n. */
  get wraps(): boolean {
    return this.at === 0
  }

  /** Puts a value in. @returns the one that fell out; 0 while the window fills. */
  push(value: number): number {
    const { at } = this
    const old = this.values[at] ?? 0
    this.values[at] = value
    this.at = at + 1 === this.length ? 0 : at + 1
    this.seen++
    return old
  }

  /** The value `back` pushes ago; 0 is the newest. NaN where there is none. */
  ago(back: number): number {
    if (back >= this.count) return Number.NaN
    return this.values[(this.at - 1 - back + 2 * this.length) % this.length] ?? Number.NaN
  }

  sum(): number {
    let sum = 0
    for (let index = 0; index < this.count; index++) sum += this.values[index] ?? 0
    return sum
  }

  /** Sum of squared distances from `center`. */
  squaresAround(center: number): number {
    let sum = 0
    for (let index = 0; index < this.count; index++) sum += ((this.values[index] ?? 0) - center) ** 2
    return sum
  }

  /** Mean distance from `center`. */
  deviationAround(center: number): number {
    let sum = 0
    for (let index = 0; index < this.count; index++) sum += Math.abs((this.values[index] ?? 0) - center)
    return sum / this.count
  }
}
