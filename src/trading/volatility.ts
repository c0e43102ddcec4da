/** How much an instrument's price moves in a day, from prices at regular times. */
import { MICROS_PER_DAY, type Micros } from '../model/time.js'

/** Weight of the newest return: about the last hundred count. */
const NEWEST = 0.02
const LEAST = 20

/** Exponentially weighted standard deviation of log returns over one interval, scaled by the square root of time to a day. */
export class Volatility {
  private price = Number.NaN
  private next: Micros = Number.NaN
  private variance = 0
  private returns = 0

  constructor(private readonly intervalMicros: Micros) {}

  /** Takes the price that stands at `now`; looks only at interval boundaries. */
  see(price: number, now: Micros): void {
    if (now < this.next) return
    const { intervalMicros } = this
    if (!Number.isNaN(this.price) && this.price > 0 && price > 0) {
      const periods = Math.max(1, Math.floor((now - this.next) / intervalMicros) + 1)
      const squared = Math.log(price / this.price) ** 2 / periods
      this.returns++
      const weight = Math.max(NEWEST, 1 / this.returns)
      this.variance += weight * (squared - this.variance)
    }
    this.price = price
    this.next = (Math.floor(now / intervalMicros) + 1) * intervalMicros
  }

  /** As a share; null before {@link LEAST} returns. */
  daily(): number | null {
    if (this.returns < LEAST) return null
    return Math.sqrt(this.variance * (MICROS_PER_DAY / this.intervalMicros))
  }
}
