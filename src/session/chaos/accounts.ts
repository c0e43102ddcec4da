/** Traders of a trial: one paper account for each symbol, told by the exchange's clock, and one digest over all they did. */
import { createHash } from 'node:crypto'
import type { Trade } from '../../model/event.js'
import { Session } from '../session.js'
import { Trading, type TradingPlan } from '../trading.js'

interface Account {
  readonly session: Session
  readonly trading: Trading
}

export interface AccountTotals {
  readonly signals: number
  readonly orders: number
  readonly fills: number
}

/**
 * Two runs never receive at the same moments, so here a trade counts as received when the exchange says it happened; and symbols trade
 * apart, since between them only the network decides who is heard first. What is left is decided by the sequence of each symbol's trades.
 */
export class Accounts {
  readonly #accounts = new Map<string, Account>()

  constructor(private readonly plan: TradingPlan) {}

  hear(trade: Trade): void {
    const { session } = this.#accounts.get(trade.symbol) ?? this.#open(trade.symbol)
    session.deliverEvent({ ...trade, received: trade.time })
  }

  /** The last word of every strategy. @returns SHA-256 over the digests of all accounts. */
  close(): string {
    const hash = createHash('sha256')
    for (const symbol of [...this.#accounts.keys()].sort()) {
      const trading = this.#accounts.get(symbol)?.trading
      trading?.finish()
      hash.update(`${symbol} ${trading?.digest() ?? ''}\n`)
    }
    return hash.digest('hex')
  }

  totals(): AccountTotals {
    const total = { signals: 0, orders: 0, fills: 0 }
    for (const { trading } of this.#accounts.values()) {
      for (const desk of trading.desks()) {
        const { counts } = desk.summary()
        total.signals += counts.signals
        total.orders += counts.orders
        total.fills += counts.fills
      }
    }
    return total
  }

  #open(symbol: string): Account {
    const session = new Session({
      command: 'chaos',
      streams: [],
      feed: null,
      keepDeadLetter: () => undefined,
      filter: null,
    })
    const account = { session, trading: new Trading(session, this.plan) }
    this.#accounts.set(symbol, account)
    return account
  }
}
