/** KuCoin's newer feed (`x-push-spot.kucoin.com`): messages that name their channel in `T` and carry one entry in `d`. */
import type { BookUpdate, Candle, Decoded, Quote, Trade } from '../../model/event.js'
import { exactNumber, exactPrice, exactSize, idText, sequenceNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asObject, asString, own, type Json, type JsonObject } from '../../wire/json.js'
import { epochMicros, type EpochUnit } from './epoch.js'
import { KUCOIN_INTERVALS } from './kucoin-candles.js'
import { headOf } from './kucoin-events.js'
import { unexpected } from './unexpected.js'
import { ignored, readLevels } from './wire-fields.js'

/** Decodes a message that has a `T`, such as `trade.SPOT`. */
export function decodePro(message: JsonObject, received: Micros): Decoded {
  const type = asString(own(message, 'T'), 'T')
  const [channel = ''] = type.split('.')
  const data = asObject(own(message, 'd'), 'd')
  if (channel === 'trade') return proTrade(data, received)
  if (channel === 'ticker') return proQuote(data, received)
  if (channel === 'obu') return proBook(message, data, received)
  if (channel === 'kline') return proCandle(message, data, received)
  if (SILENT.test(channel)) return ignored(type)
  throw unexpected('T', type, 'unknown')
}

const SILENT =
  /^(?:mark-?price|index-?price|funding-?rate|call-?auction|order|execution|balance|position|leverage|announcement)/

/** Nanoseconds by all that was seen, microseconds by some of the documentation: their number of digits tells. */
function timeOf(value: Json | undefined, field: string): Micros {
  const digits = String(typeof value === 'string' || typeof value === 'number' ? value : '').length
  const unit: EpochUnit = digits > 17 ? 'ns' : digits > 14 ? 'us' : 'ms'
  return epochMicros(value, unit, field)
}

function headIn(data: JsonObject): ReturnType<typeof headOf> {
  return headOf(asString(own(data, 's'), 's'))
}

function proTrade(data: JsonObject, received: Micros): Trade {
  const side = own(data, 'S')
  const taken = typeof side === 'string' ? side.toLowerCase() : ''
  if (taken !== 'buy' && taken !== 'sell') throw unexpected('S', side)
  return {
    type: 'trade',
    ...headIn(data),
    id: idText(own(data, 'ti'), 'ti'),
    price: exactPrice(own(data, 'p'), 'p'),
    size: exactSize(own(data, 'q'), 'q'),
    side: taken,
    time: timeOf(own(data, 'M'), 'M'),
    received,
  }
}

/** Best bid and ask beside the last trade. An empty side has no price; half a quote is no quote. */
function proQuote(data: JsonObject, received: Micros): Quote | Decoded {
  const head = headIn(data)
  const [bid, ask] = [own(data, 'b'), own(data, 'a')]
  if (!bid || !ask || exactNumber(bid, 'b') === 0 || exactNumber(ask, 'a') === 0) {
    return ignored('quote with an empty side')
  }
  return {
    type: 'quote',
    ...head,
    bid: exactPrice(bid, 'b'),
    bidSize: exactSize(own(data, 'B'), 'B'),
    ask: exactPrice(ask, 'a'),
    askSize: exactSize(own(data, 'A'), 'A'),
    time: timeOf(own(data, 'M'), 'M'),
    received,
  }
}

/** `dp` is a number of levels, each time whole, or `increment…`: then a snapshot and changes from number `O` to `C`. */
function proBook(message: JsonObject, data: JsonObject, received: Micros): BookUpdate {
  const kind = own(message, 't')
  if (kind !== 'snapshot' && kind !== 'delta') throw unexpected('t', kind)
  const chained = asString(own(message, 'dp'), 'dp').startsWith('increment')
  return {
    type: 'bookUpdate',
    ...headIn(data),
    kind: chained ? kind : 'partial',
    first: sequenceNumber(own(data, 'O'), 'O'),
    last: sequenceNumber(own(data, 'C'), 'C'),
    previous: null,
    checksum: null,
    bids: readLevels(own(data, 'b'), 'b'),
    asks: readLevels(own(data, 'a'), 'a'),
    texts: null,
    time: timeOf(own(data, 'M'), 'M'),
    received,
  }
}

/** `S` says whether the candle is closed. */
function proCandle(message: JsonObject, data: JsonObject, received: Micros): Candle {
  const wire = own(data, 'i')
  const interval = [...KUCOIN_INTERVALS].find(([, length]) => length === wire)?.[0]
  if (interval === undefined) throw unexpected('i', wire)
  return {
    type: 'candle',
    ...headIn(data),
    interval,
    start: epochMicros(own(data, 'O'), 's', 'O'),
    open: exactPrice(own(data, 'o'), 'o'),
    high: exactPrice(own(data, 'h'), 'h'),
    low: exactPrice(own(data, 'l'), 'l'),
    close: exactPrice(own(data, 'c'), 'c'),
    volume: exactSize(own(data, 'v'), 'v'),
    closed: own(data, 'S') === 'true' || own(data, 'S') === true,
    time: timeOf(own(message, 'P'), 'P'),
    received,
  }
}
