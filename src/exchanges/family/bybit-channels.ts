/** Bybit's names for channels and candle intervals. */
import type { Stream } from '../../model/stream.js'
import { bybitCategory } from './bybit-symbol.js'

export const BYBIT_INTERVALS: ReadonlyMap<string, string> = new Map([
  ['1m', '1'], ['3m', '3'], ['5m', '5'], ['15m', '15'], ['30m', '30'], ['1h', '60'], ['2h', '120'], ['4h', '240'], ['6h', '360'],
  ['12h', '720'], ['1d', 'D'], ['1w', 'W'], ['1M', 'M'],
]) // prettier-ignore

/** The unified spelling of an interval; undefined where Bybit has no such interval. */
export function bybitInterval(wire: string): string | undefined {
  for (const [name, interval] of BYBIT_INTERVALS) if (interval === wire) return name
  return undefined
}

/** The topic that carries a stream; tickers of derivatives carry funding and open interest as well. */
export function bybitTopic(stream: Stream): string {
  const { symbol, channel } = stream
  const option = bybitCategory(stream.pair) === 'option'
  switch (channel) {
    case 'trade':
    case 'aggTrade':
      // Trades of options come by underlying.
      return `publicTrade.${option ? (symbol.split('-')[0] ?? symbol) : symbol}`
    case 'quote':
      return option ? `tickers.${symbol}` : `orderbook.1.${symbol}`
    case 'book':
    case 'book5':
    case 'book10':
    case 'book20':
      return `orderbook.${option ? 100 : 200}.${symbol}`
    case 'candle':
      return `kline.${BYBIT_INTERVALS.get(stream.interval ?? '') ?? stream.interval ?? ''}.${symbol}`
    case 'liquidation':
      return `allLiquidation.${symbol}`
    case 'ticker':
    case 'funding':
    case 'openInterest':
      return `tickers.${symbol}`
  }
}
