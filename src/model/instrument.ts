/** An instrument: what an exchange trades under one id, and the rules it sets for orders. */

export interface Instrument {
  /** The exchange's own id, as it appears in its messages. */
  readonly symbol: string
  /** Unified: `BTC/USDT`, perpetuals `BTC/USDT:USDT`, dated `BTC/USDT:USDT-241227`. */
  readonly pair: string
}

/** Order rules; decimal strings. A missing rule is one the exchange has not told us, and is not enforced. */
export interface TradingRules {
  readonly tickSize?: string
  readonly stepSize?: string
  readonly minSize?: string
  readonly minNotional?: string
  readonly maker?: string
  readonly taker?: string
}
