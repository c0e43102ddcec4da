/** What events of a table have in common: exchange and instrument, from the row, the command line or the file's name. */
import { UsageError } from '../../model/errors.js'
import type { TableContext } from './row.js'

export interface EventHead {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

/** Finds the head of a row's events; rows of one instrument share one. */
export class HeadFinder {
  private readonly heads = new Map<string, EventHead>()

  constructor(
    private readonly context: TableContext,
    private readonly exchangeColumn: number,
    private readonly symbolColumn: number,
    /** Column of the quote asset where {@link symbolColumn} has only the base. */
    private readonly quoteColumn = -1,
  ) {}

  /** @throws UsageError where neither the row, the command line nor the file's name says which instrument it is. */
  find(cells: readonly string[]): EventHead {
    const exchange = this.exchangeColumn < 0 ? this.context.exchange : (cells[this.exchangeColumn] ?? '').trim()
    const base = this.symbolColumn < 0 ? '' : (cells[this.symbolColumn] ?? '').trim()
    const symbol = this.quoteColumn < 0 ? base : `${base}/${(cells[this.quoteColumn] ?? '').trim()}`
    const key = `${exchange}\n${symbol}`
    const known = this.heads.get(key)
    if (known !== undefined) return known
    const head = { exchange, ...this.context.instrumentOf(exchange, symbol === '' ? this.symbolOfFile() : symbol) }
    if (this.heads.size < 100_000) this.heads.set(key, head)
    return head
  }

  private symbolOfFile(): string {
    const { symbol, name, path } = this.context
    if (symbol !== undefined) return symbol
    // Binance Vision: BTCUSDT-trades-2024-01-01.csv, BTCUSDT-1m-2024-01.csv.
    const named = /^([A-Z0-9_]{5,30})-(?:trades|aggTrades|bookTicker|bookDepth|\d{1,2}(?:s|m|h|d|w|mo))-/.exec(
      name,
    )?.[1]
    if (named !== undefined) return named
    // LEAN: 20180404_btcusd_minute_trade.csv.
    const lean = /_([a-z0-9]{5,20})_(?:tick|second|minute|hour|daily)_/.exec(name)?.[1]
    if (lean !== undefined) return lean.toUpperCase()
    throw new UsageError('symbol_unknown', `${path}: does not say which instrument it is of`, {
      hint: 'name it with --stream, for example --stream btcusdt@trade',
    })
  }
}
