/** OKX's names for channels and candle intervals. */
import type { Stream } from '../../model/stream.js'
import { own, type JsonObject } from '../../wire/json.js'
import { okxType } from './okx-symbol.js'

/** Days, weeks and months begin at 00:00 UTC only with the suffix; without it they begin at 16:00 UTC. */
export const OKX_INTERVALS: ReadonlyMap<string, string> = new Map([
  ['1s', '1s'], ['1m', '1m'], ['3m', '3m'], ['5m', '5m'], ['15m', '15m'], ['30m', '30m'], ['1h', '1H'], ['2h', '2H'], ['4h', '4H'],
  ['6h', '6Hutc'], ['12h', '12Hutc'], ['1d', '1Dutc'], ['2d', '2Dutc'], ['3d', '3Dutc'], ['1w', '1Wutc'], ['1M', '1Mutc'], ['3M', '3Mutc'],
]) // prettier-ignore

/** The unified spelling of an interval as it stands in a channel name (`1Dutc` → `1d`). */
export function okxInterval(wire: string): string {
  const interval = wire.replace('utc', '')
  return /[HDW]$/.test(interval) ? interval.toLowerCase() : interval
}

/** Channels of the `/business` address; all others are on `/public`. */
const BUSINESS = /^(?:candle|trades-all)/

export function okxPath(stream: Stream): string {
  return `/ws/v5/${BUSINESS.test(okxChannel(stream)) ? 'business' : 'public'}`
}

export function okxChannel(stream: Stream): string {
  switch (stream.channel) {
    case 'trade':
      return 'trades-all'
    case 'aggTrade':
      return 'trades'
    case 'quote':
      return 'bbo-tbt'
    case 'book':
    case 'book10':
    case 'book20':
      return 'books'
    case 'book5':
      return 'books5'
    case 'candle':
      return `candle${OKX_INTERVALS.get(stream.interval ?? '') ?? stream.interval ?? ''}`
    case 'ticker':
      return 'tickers'
    case 'liquidation':
      return 'liquidation-orders'
    case 'funding':
      return 'funding-rate'
    case 'openInterest':
      return 'open-interest'
  }
}

/** What names a subscription in requests, acknowledgements and data. Liquidations come by kind of instrument. */
export type OkxArgument = Readonly<Record<string, string>>

export function okxArgument(stream: Stream): OkxArgument {
  const channel = okxChannel(stream)
  return stream.channel === 'liquidation'
    ? { channel, instType: okxType(stream.symbol) }
    : { channel, instId: stream.symbol }
}

/** `trades:BTC-USDT`, `liquidation-orders:SWAP`. */
export function okxTopic(argument: OkxArgument): string {
  const { channel = '', instId, instFamily, instType, sprdId } = argument
  const target = instId ?? instFamily ?? instType ?? sprdId
  return target === undefined ? channel : `${channel}:${target}`
}

/** The known text fields of an argument as sent. */
export function okxArgumentOf(argument: JsonObject): OkxArgument {
  const texts: Record<string, string> = {}
  for (const key of ['channel', 'instId', 'instFamily', 'instType', 'sprdId']) {
    const value = own(argument, key)
    if (typeof value === 'string') texts[key] = value
  }
  return texts
}
