/** Interest on what a margin account owes: who owes how much since when, and what each begun hour of it costs. */
import { MICROS_PER_MINUTE, type Micros } from '../model/time.js'
import type { Ledger } from './ledger.js'
import { marginInterest } from './margin.js'
import { decimal, larger, ONE, ZERO, type Decimal } from './money.js'

const HOUR: Micros = 60 * MICROS_PER_MINUTE
/** Exchanges keep accounts to so many places; what is owed is rounded up. */
const PLACES = 8

/** Percent a day by asset; `*` for all others. */
export type BorrowRates = Readonly<Record<string, string>>

/** An hour in which something was owed. */
export interface BorrowedHour {
  readonly asset: string
  readonly ends: Micros
}

/**
 * The first hour of a debt begins when a balance falls below zero, the next ones follow it. Each costs the daily rate / 24 on the
 * most that was owed in it, also where it was paid back before the hour was over. It is paid at the hour's end and becomes debt itself.
 */
export class Borrowing {
  /** By asset: the most owed in the hour that is running. */
  private readonly most = new Map<string, Decimal>()

  constructor(
    private readonly ledger: Ledger,
    private readonly rates: BorrowRates,
  ) {}

  /** Looks at the balances after they moved. @returns the hours that begin now. */
  begin(now: Micros): BorrowedHour[] {
    return this.ledger.debts().flatMap(([asset, owed]) => {
      if (this.rateOf(asset) === undefined) return []
      const before = this.most.get(asset)
      this.most.set(asset, before === undefined ? owed : larger(before, owed))
      return before === undefined ? [{ asset, ends: now + HOUR }] : []
    })
  }

  /** An hour is over: its interest is paid. What is owed still begins the next one, by {@link begin}. */
  end(asset: string): void {
    const owed = this.most.get(asset) ?? ZERO
    const rate = this.rateOf(asset)
    this.most.delete(asset)
    if (rate !== undefined && owed.gt(ZERO)) this.ledger.payInterest(asset, interestOf(owed, rate))
  }

  /** The run is over: begun hours count whole. @returns whether anything was paid. */
  endAll(): boolean {
    const assets = [...this.most.keys()]
    for (const asset of assets) this.end(asset)
    return assets.length > 0
  }

  private rateOf(asset: string): string | undefined {
    return this.rates[asset] ?? this.rates['*']
  }
}

function interestOf(owed: Decimal, percentADay: string): Decimal {
  return marginInterest(owed, decimal(percentADay).times('0.01'), ONE).round(PLACES, 'up')
}
