/** KuCoin's candles: a list for spot, fields by name for the older topic of contracts. */
import type { Candle } from '../../model/event.js'
import { exactPrice, exactSize, sequenceNumber } from '../../model/number.js'
import { asArray, own } from '../../wire/json.js'
import { epochMicros } from './epoch.js'
import { headOf, namedHead, type KucoinMessage } from './kucoin-events.js'
import { unexpected } from './unexpected.js'

/** Wire names of candle lengths by unified interval. */
export const KUCOIN_INTERVALS: ReadonlyMap<string, string> = new Map([
  ['1m', '1min'],
  ['3m', '3min'],
  ['5m', '5min'],
  ['15m', '15min'],
  ['30m', '30min'],
  ['1h', '1hour'],
  ['2h', '2hour'],
  ['4h', '4hour'],
  ['6h', '6hour'],
  ['8h', '8hour'],
  ['12h', '12hour'],
  ['1d', '1day'],
  ['1w', '1week'],
  ['1M', '1month'],
])

/** `[start, open, close, high, low, volume, turnover]`: the close comes before the high. */
export function listCandle({ name, data, received }: KucoinMessage): Candle {
  const [symbol = '', wire] = name.split('_')
  const interval = [...KUCOIN_INTERVALS].find(([, length]) => length === wire)?.[0]
  if (interval === undefined) throw unexpected('interval', wire)
  const [start, open, close, high, low, volume] = asArray(own(data, 'candles'), 'candles')
  return {
    type: 'candle',
    ...headOf(symbol),
    interval,
    start: epochMicros(start, 's', 'start'),
    open: exactPrice(open, 'open'),
    high: exactPrice(high, 'high'),
    low: exactPrice(low, 'low'),
    close: exactPrice(close, 'close'),
    volume: exactSize(volume, 'volume'),
    closed: false,
    time: epochMicros(own(data, 'time'), 'ns', 'time'),
    received,
  }
}

/** The older candle of contracts: fields by name, the length in minutes, `time` its start. */
export function contractCandle(message: KucoinMessage): Candle {
  const { data, received } = message
  const minutes = sequenceNumber(own(data, 'granularity'), 'granularity')
  const interval = INTERVAL_OF_MINUTES.get(minutes)
  if (interval === undefined) throw unexpected('granularity', minutes)
  return {
    type: 'candle',
    ...namedHead(message),
    interval,
    start: epochMicros(own(data, 'time'), 'ms', 'time'),
    open: exactPrice(own(data, 'open'), 'open'),
    high: exactPrice(own(data, 'high'), 'high'),
    low: exactPrice(own(data, 'low'), 'low'),
    close: exactPrice(own(data, 'close'), 'close'),
    volume: exactSize(own(data, 'volume'), 'volume'),
    closed: false,
    time: received,
    received,
  }
}

const INTERVAL_OF_MINUTES: ReadonlyMap<number, string> = new Map([
  [1, '1m'],
  [5, '5m'],
  [15, '15m'],
  [30, '30m'],
  [60, '1h'],
  [120, '2h'],
  [240, '4h'],
  [480, '8h'],
  [720, '12h'],
  [1440, '1d'],
  [10080, '1w'],
])
