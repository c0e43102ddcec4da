/** The account as a strategy sees it: numbers for deciding, read-only. */
import type { AccountView, Order } from '../model/trading.js'
import type { Funds } from './funds.js'
import type { Instruments } from './instruments.js'
import type { Holding, Ledger } from './ledger.js'
import { toNumber, ZERO } from './money.js'
import type { PaperExchange } from './paper-exchange.js'

/** Calls that name no instrument mean the one seen last. */
export function accountView(
  ledger: Ledger,
  funds: Funds,
  paper: PaperExchange,
  instruments: Instruments,
  asset: string,
): AccountView {
  const holding = (exchange?: string, symbol?: string): Holding | undefined => {
    const seen = instruments.latest
    const [where, what] = [exchange ?? seen?.exchange, symbol ?? seen?.symbol]
    if (where === undefined || what === undefined || instruments.find(where, what) === undefined) return undefined
    return ledger.holding(where, what)
  }
  return {
    position: (exchange, symbol) => toNumber(holding(exchange, symbol)?.position.size ?? ZERO),
    entryPrice: (exchange, symbol) => {
      const average = holding(exchange, symbol)?.position.averagePrice() ?? null
      return average === null ? null : toNumber(average)
    },
    cash: () => toNumber(funds.free(asset)),
    equity: () => toNumber(ledger.total()),
    openOrders: (): readonly Order[] => paper.openOrders().map(working => working.order),
  }
}
