/** The gate every order passes: limits that refuse with a reason, and a kill switch that opens only on command. */
import { MICROS_PER_DAY, MICROS_PER_SECOND, type Micros } from '../model/time.js'
import type { Halt } from '../model/trading.js'
import { decimal, decimalOf, textOf, toNumber, type Decimal } from './money.js'
import type { Draft, Objection } from './order-draft.js'

export interface RiskLimits {
  /** Largest absolute position, base units (contracts for derivatives). */
  readonly maxPosition?: string
  /** Largest value of one order, quote units. */
  readonly maxOrderValue?: string
  /** Orders in any one second of engine time; default 50. */
  readonly maxOrdersPerSecond?: number
  /** Refused orders in a row for rate after which the strategy is stopped; default 1,000. */
  readonly maxRateRefusals?: number
  /** Farthest a price may lie from the latest one, percent. */
  readonly priceBandPercent?: number
  /** Orders open at once; default 200. */
  readonly maxOpenOrders?: number
  /** Loss since the start of the UTC day that blocks entries until the next day, quote units. */
  readonly maxDailyLoss?: string
  /** Fall of mark-to-market equity from its peak that turns the kill switch on, percent. */
  readonly maxDrawdownPercent?: number
  /** What the kill switch blocks: `entries` (default), `all`, or `flatten`: close everything, then block all. */
  readonly drawdownBlocks?: 'entries' | 'all' | 'flatten'
}

/** What the gate needs to know of the account at the moment of the order. */
export interface RiskView {
  /** Signed position plus what open orders of the same side would add. */
  readonly exposure: Decimal
  readonly position: Decimal
  readonly openOrders: number
  /** Latest price; NaN before the first. */
  readonly mark: number
}

export class RiskGate {
  /** Whether any limit needs to see mark-to-market equity. */
  readonly watches: boolean
  private readonly stamps: Micros[] = []
  private rateRefusals = 0
  private peak = Number.NEGATIVE_INFINITY
  private day = Number.NaN
  private dayStart = 0
  private switchedOn: Halt['blocks'] = 'none'
  private dayBlocked = false

  constructor(
    private readonly strategy: string,
    private readonly limits: RiskLimits,
  ) {
    this.watches = limits.maxDrawdownPercent !== undefined || limits.maxDailyLoss !== undefined
  }

  /** What is blocked at the moment. */
  get blocks(): Halt['blocks'] {
    if (this.switchedOn !== 'none') return this.switchedOn
    return this.dayBlocked ? 'entries' : 'none'
  }

  /** @returns the objection, or undefined where the order may go. */
  assess(draft: Draft, view: RiskView, now: Micros): Objection | undefined {
    const reduces = isReducing(draft, view.position)
    return (
      this.assessRate(now) ??
      this.assessBlocks(reduces) ??
      this.assessValue(draft, view) ??
      (reduces ? undefined : this.assessPosition(draft, view)) ??
      this.assessCount(view)
    )
  }

  /** True once the strategy has run so far past its order rate that it must be stopped. */
  get runaway(): boolean {
    return this.rateRefusals >= (this.limits.maxRateRefusals ?? 1_000)
  }

  /**
   * Follows mark-to-market equity; called on every sample of it.
   * @returns what was switched on by this sample, once.
   */
  watch(equity: number, now: Micros): Halt | undefined {
    const day = Math.floor(now / MICROS_PER_DAY)
    if (day !== this.day) {
      this.day = day
      this.dayStart = equity
      this.dayBlocked = false
    }
    if (equity > this.peak) this.peak = equity
    return this.watchDrawdown(equity, now) ?? this.watchDay(equity, now)
  }

  /** How far equity may still fall before the switch goes on, as a share of the peak; null without a limit. */
  distance(equity: number): number | null {
    const limit = this.limits.maxDrawdownPercent
    return limit === undefined ? null : limit / 100 - (this.peak - equity) / this.peak
  }

  /** The only way to open the kill switch again; the peak starts anew at `equity`. */
  resume(equity: number, now: Micros): Halt {
    this.switchedOn = 'none'
    this.dayBlocked = false
    this.rateRefusals = 0
    this.peak = equity
    this.dayStart = equity
    return this.halt('none', 'command', 'trading resumed', now)
  }

  /** Blocks by decision from outside: a command, a liquidation, a strategy that failed. */
  block(blocks: Halt['blocks'], code: Halt['code'], detail: string, now: Micros): Halt {
    this.switchedOn = blocks
    return this.halt(blocks, code, detail, now)
  }

  private assessRate(now: Micros): Objection | undefined {
    const limit = this.limits.maxOrdersPerSecond ?? 50
    while (this.stamps.length > 0 && (this.stamps[0] ?? 0) <= now - MICROS_PER_SECOND) this.stamps.shift()
    if (this.stamps.length >= limit) {
      this.rateRefusals++
      return { code: 'rate', detail: `more than ${limit} orders in a second` }
    }
    this.stamps.push(now)
    this.rateRefusals = 0
    return undefined
  }

  private assessBlocks(reduces: boolean): Objection | undefined {
    const { blocks } = this
    if (blocks === 'none' || (blocks === 'entries' && reduces)) return undefined
    const code = this.switchedOn === 'none' ? 'daily-loss' : this.switchCode
    return { code, detail: `trading is blocked (${blocks}) until resumed` }
  }

  private switchCode: 'drawdown' | 'halted' = 'drawdown'

  private assessValue(draft: Draft, view: RiskView): Objection | undefined {
    if (Number.isNaN(view.mark)) {
      return draft.kind === 'market' ? { code: 'no-price', detail: 'no price has been seen yet' } : undefined
    }
    return this.assessBand(draft, view.mark) ?? this.assessNotional(draft, view.mark)
  }

  private assessBand(draft: Draft, mark: number): Objection | undefined {
    const band = this.limits.priceBandPercent
    if (band === undefined || draft.price === null) return undefined
    const off = Math.abs(toNumber(draft.price) / mark - 1) * 100
    if (off <= band) return undefined
    return { code: 'band', detail: `price ${textOf(draft.price)} is ${off.toFixed(2)} % from ${mark}, limit ${band} %` }
  }

  private assessNotional(draft: Draft, mark: number): Objection | undefined {
    const price = draft.price ?? draft.stopPrice ?? decimalOf(mark)
    const value = draft.market.contract === 'inverse' ? draft.size : draft.size.times(price)
    const { minNotional } = draft.market
    if (minNotional !== null && value.lt(minNotional) && !draft.reduceOnly) {
      return { code: 'notional', detail: `value ${textOf(value)} is below the least, ${textOf(minNotional)}` }
    }
    const most = this.limits.maxOrderValue
    return most !== undefined && value.gt(decimal(most))
      ? { code: 'notional', detail: `value ${textOf(value)} is above the limit, ${most}` }
      : undefined
  }

  private assessPosition(draft: Draft, view: RiskView): Objection | undefined {
    const most = this.limits.maxPosition
    if (most === undefined) return undefined
    const after = draft.side === 'buy' ? view.exposure.plus(draft.size) : view.exposure.minus(draft.size)
    return after.abs().gt(decimal(most))
      ? { code: 'position', detail: `position would be ${textOf(after)}, limit ${most}` }
      : undefined
  }

  private assessCount(view: RiskView): Objection | undefined {
    const most = this.limits.maxOpenOrders ?? 200
    return view.openOrders >= most ? { code: 'orders', detail: `${most} orders are open already` } : undefined
  }

  private watchDrawdown(equity: number, now: Micros): Halt | undefined {
    const limit = this.limits.maxDrawdownPercent
    if (limit === undefined || this.switchedOn !== 'none' || this.peak <= 0) return undefined
    const fall = ((this.peak - equity) / this.peak) * 100
    if (fall < limit) return undefined
    this.switchCode = 'drawdown'
    const detail = `equity ${equity.toFixed(2)} is ${fall.toFixed(2)} % below its peak ${this.peak.toFixed(2)}, limit ${limit} %`
    return this.block(this.limits.drawdownBlocks ?? 'entries', 'drawdown', detail, now)
  }

  private watchDay(equity: number, now: Micros): Halt | undefined {
    const limit = this.limits.maxDailyLoss
    if (limit === undefined || this.dayBlocked || this.dayStart - equity < Number(limit)) return undefined
    this.dayBlocked = true
    return this.halt('entries', 'daily-loss', `lost ${(this.dayStart - equity).toFixed(2)} today, limit ${limit}`, now)
  }

  private halt(blocks: Halt['blocks'], code: Halt['code'], detail: string, time: Micros): Halt {
    this.switchCode = code === 'drawdown' ? 'drawdown' : 'halted'
    return { type: 'halt', strategy: this.strategy, blocks, code, detail, time }
  }
}

/** Whether the order can only shrink the position. */
export function isReducing(draft: Draft, position: Decimal): boolean {
  if (draft.reduceOnly) return true
  const opposite = !position.isZero && position.isNegative === (draft.side === 'buy')
  return opposite && draft.size.lte(position.abs())
}
