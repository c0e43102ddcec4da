/** When a perpetual's funding is due: the rate that stood before a funding time applies at that time. */
import type { Funding } from '../model/event.js'
import type { Micros } from '../model/time.js'

export interface FundingPayment {
  readonly rate: number
  readonly markPrice: number
}

export class FundingSchedule {
  private readonly standing = new Map<string, { next: Micros; rate: number; markPrice: number | null }>()

  /**
   * Takes one funding event of an instrument.
   * @returns the payment that has fallen due since the one before: when the exchange announces a later funding time, the earlier
   * one has passed, and the last rate before it applies, at its mark price or at `lastPrice` where it told none.
   */
  take(funding: Funding, lastPrice: number): FundingPayment | undefined {
    const key = `${funding.exchange}:${funding.symbol}`
    const before = this.standing.get(key)
    if (funding.nextFunding !== null) {
      this.standing.set(key, { next: funding.nextFunding, rate: funding.rate, markPrice: funding.markPrice })
    }
    if (before === undefined || funding.nextFunding === null || funding.nextFunding <= before.next) return undefined
    const markPrice = before.markPrice ?? lastPrice
    return Number.isNaN(markPrice) ? undefined : { rate: before.rate, markPrice }
  }
}
