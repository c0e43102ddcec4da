/** Messages of OKX's third WebSocket protocol (until 2022, OKEx and OKCoin), for recordings: by `table`. */
import { DecodeError } from '../../model/errors.js'
import type { Decoded } from '../../model/event.js'
import { exactNumber, exactPrice, exactSize, idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asString, own, type JsonObject } from '../../wire/json.js'
import { okxBookUpdate } from './okx-book.js'
import { okxHead } from './okx-symbol.js'
import { unexpected } from './unexpected.js'
import { dataObjects, ignored, isoTime, orNull, readSide, volumeOrNull } from './wire-fields.js'

/** @throws DecodeError where a message is not as documented. */
export function decodeOkxTable(message: JsonObject, received: Micros, out: Decoded[]): void {
  const table = asString(own(message, 'table'), 'table')
  const kind = /^(?:spot|futures|swap|option|index)\/([a-z0-9_]+)$/.exec(table)?.[1]
  if (kind === undefined) throw new DecodeError('unknown', `table ${table.slice(0, 40)}`)
  for (const item of dataObjects(own(message, 'data'))) {
    if (table.startsWith('index/')) out.push(ignored(table))
    else pushItem(kind, own(message, 'action') !== 'update', item, received, out)
  }
}

function pushItem(kind: string, whole: boolean, item: JsonObject, received: Micros, out: Decoded[]): void {
  switch (kind) {
    case 'trade':
      out.push(trade(item, received))
      return
    case 'depth':
    case 'depth_l2_tbt':
    case 'depth5': {
      const update = kind === 'depth5' ? 'partial' : whole ? 'snapshot' : 'delta'
      out.push(okxBookUpdate(item, okxHead(own(item, 'instrument_id')), update, timeOf(item), received))
      return
    }
    case 'ticker':
      pushTicker(item, received, out)
      return
    case 'funding_rate':
      out.push(funding(item, received))
      return
    case 'liquidation':
      out.push(liquidation(item, received))
      return
    default:
      out.push(ignored(kind))
  }
}

function timeOf(item: JsonObject): Micros {
  return isoTime(own(item, 'timestamp'), 'timestamp')
}

function trade(item: JsonObject, received: Micros): Decoded {
  return {
    type: 'trade',
    ...okxHead(own(item, 'instrument_id')),
    id: idText(own(item, 'trade_id'), 'trade_id'),
    price: exactPrice(own(item, 'price'), 'price'),
    size: exactSize(own(item, 'size') ?? own(item, 'qty'), 'size'),
    side: readSide(own(item, 'side'), 'side'),
    time: timeOf(item),
    received,
  }
}

function pushTicker(item: JsonObject, received: Micros, out: Decoded[]): void {
  const head = okxHead(own(item, 'instrument_id'))
  const time = timeOf(item)
  const number = (key: string): number | null => orNull(own(item, key), value => exactNumber(value, key))
  const volume = volumeOrNull(own(item, 'base_volume_24h') ?? own(item, 'volume_24h'), 'volume')
  const last = exactNumber(own(item, 'last'), 'last')
  out.push({ type: 'ticker', ...head, last, open: number('open_24h'), high: number('high_24h'), low: number('low_24h'), volume, time, received }) // prettier-ignore
  const [bid, bidSize] = [number('best_bid'), number('best_bid_size')]
  const [ask, askSize] = [number('best_ask'), number('best_ask_size')]
  // Until the autumn of 2019 tickers carried no sizes, and without sizes there is no quote.
  if (bid && ask && bidSize !== null && askSize !== null) {
    out.push({ type: 'quote', ...head, bid, bidSize, ask, askSize, time, received })
  }
  const openInterest = number('open_interest')
  if (openInterest !== null) out.push({ type: 'openInterest', ...head, openInterest, time, received })
}

function funding(item: JsonObject, received: Micros): Decoded {
  const head = okxHead(own(item, 'instrument_id'))
  const rate = exactNumber(own(item, 'funding_rate'), 'funding_rate')
  const nextFunding = isoTime(own(item, 'funding_time'), 'funding_time')
  return { type: 'funding', ...head, rate, markPrice: null, nextFunding, time: received, received }
}

/** Type 3 closes a long, 4 a short. */
function liquidation(item: JsonObject, received: Micros): Decoded {
  const type = own(item, 'type')
  if (type !== '3' && type !== '4') throw unexpected('type', type)
  const price = exactPrice(own(item, 'price'), 'price')
  const size = exactSize(own(item, 'size'), 'size')
  const time = isoTime(own(item, 'created_at'), 'created_at')
  const side = type === '3' ? 'sell' : 'buy'
  return { type: 'liquidation', ...okxHead(own(item, 'instrument_id')), price, size, side, time, received }
}
