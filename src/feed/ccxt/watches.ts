/** What a stream means in ccxt: the method that watches it, and what of its answer is kept. */
import type { CcxtExchange } from './library.js'

/** What a client asks for, in the words of the adapter. */
export interface WatchRequest {
  readonly op: 'subscribe' | 'unsubscribe'
  readonly id: number
  readonly channel: string
  readonly symbol: string
  readonly interval?: string
}

/** Levels kept on each side of a whole book; the library may hold thousands, and hands out all of them at every change. */
const DEPTH = 100

/** @returns undefined where the text is no request. */
export function readWatch(text: string): WatchRequest | undefined {
  const request = JSON.parse(text) as Partial<WatchRequest>
  const { op, id, channel, symbol } = request
  const isWhole = typeof id === 'number' && typeof channel === 'string' && typeof symbol === 'string'
  return isWhole && (op === 'subscribe' || op === 'unsubscribe') ? (request as WatchRequest) : undefined
}

/** Why the exchange cannot serve it, or undefined. */
export function objection({ has, markets, timeframes }: CcxtExchange, request: WatchRequest): string | undefined {
  const { channel, symbol, interval } = request
  const method = methodOf(has, channel)
  if (method === undefined) return `the library knows no channel ${channel}`
  if (has[method] !== true && has[method] !== 'emulated') return `the library has no ${method} for this exchange`
  if (markets !== undefined && !Object.hasOwn(markets, symbol)) return `no market ${symbol}`
  const isOffered = interval === undefined || timeframes === undefined || Object.hasOwn(timeframes, interval)
  return isOffered ? undefined : `no candles of ${interval}`
}

/** The next news, as the data of a frame. */
export async function watch(exchange: CcxtExchange, { channel, symbol, interval }: WatchRequest): Promise<unknown> {
  if (channel === 'trade') return exchange.watchTrades(symbol)
  if (channel === 'ticker') return exchange.watchTicker(symbol)
  if (channel === 'candle') return exchange.watchOHLCV(symbol, interval ?? '1m')
  if (channel === 'quote' && methodOf(exchange.has, channel) === 'watchBidsAsks') {
    const tickers = (await exchange.watchBidsAsks([symbol])) as Record<string, unknown>
    return tickers[symbol]
  }
  const levels = channel === 'quote' ? 1 : Number(/\d+$/.exec(channel)?.[0] ?? DEPTH)
  return cut((await exchange.watchOrderBook(symbol)) as OrderBook, levels)
}

function methodOf(has: CcxtExchange['has'], channel: string): string | undefined {
  if (channel === 'trade') return 'watchTrades'
  if (channel === 'ticker') return 'watchTicker'
  if (channel === 'candle') return 'watchOHLCV'
  if (channel === 'quote') return has['watchBidsAsks'] === true ? 'watchBidsAsks' : 'watchOrderBook'
  return /^book(?:5|10|20)?$/.test(channel) ? 'watchOrderBook' : undefined
}

interface OrderBook {
  readonly bids: Iterable<unknown>
  readonly asks: Iterable<unknown>
}

/** The library's sides are arrays with a mind of their own, which it goes on changing. */
function cut(book: OrderBook, levels: number): object {
  return { ...book, bids: Array.from(book.bids).slice(0, levels), asks: Array.from(book.asks).slice(0, levels) }
}
