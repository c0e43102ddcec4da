/** The account as a strategy sees it: numbers for deciding, read-only. */
import type { AccountView, Order } from '../model/trading.js'
import type { Funds } from './funds.js'
import type { Holding, Ledger } from './ledger.js'
import { toNumber, ZERO } from './money.js'
import type { PaperExchange } from './paper-exchange.js'

/** `instrument` gives the one seen last, for calls that name none. */
export function accountView(
  ledger: Ledger,
  funds: Funds,
  paper: () => PaperExchange,
  instrument: () => { readonly exchange: string; readonly symbol: string } | undefined,
  asset: string,
): AccountView {
  const holding = (exchange?: string, symbol?: string): Holding | undefined => {
    const seen = instrument()
    const [where, what] = [exchange ?? seen?.exchange, symbol ?? seen?.symbol]
    return where === undefined || what === undefined ? undefined : ledger.holding(where, what)
  }
  return {
    position: (exchange, symbol) => toNumber(holding(exchange, symbol)?.position.size ?? ZERO),
    entryPrice: (exchange, symbol) => {
      const average = holding(exchange, symbol)?.position.averagePrice() ?? null
      return average === null ? null : toNumber(average)
    },
    cash: () => toNumber(funds.free(asset)),
    equity: () => toNumber(ledger.total()),
    openOrders: (): readonly Order[] =>
      paper()
        .openOrders()
        .map(working => working.order),
  }
}
