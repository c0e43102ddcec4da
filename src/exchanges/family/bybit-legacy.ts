/** Messages of Bybit before v5, for recordings: v2 trades, books and liquidations, and the third spot protocol. */
import type { BookUpdate, Decoded, Level } from '../../model/event.js'
import { exactPrice, exactSize, idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, own, type Json, type JsonObject } from '../../wire/json.js'
import { bybitHead } from './bybit-symbol.js'
import { epochMicros } from './epoch.js'
import { dataObjects, ignored, isoTime, readLevels, readSide } from './wire-fields.js'

/** `trade.<symbol>` of v2, derivatives only. */
export function pushV2Trades(message: JsonObject, received: Micros, out: Decoded[]): void {
  for (const item of dataObjects(own(message, 'data'))) {
    const exact = own(item, 'trade_time_ms')
    out.push({
      type: 'trade',
      ...bybitHead(own(item, 'symbol'), 'linear'),
      id: idText(own(item, 'trade_id'), 'trade_id'),
      price: exactPrice(own(item, 'price'), 'price'),
      size: exactSize(own(item, 'size'), 'size'),
      side: readSide(own(item, 'side'), 'side'),
      time:
        exact === undefined ? isoTime(own(item, 'timestamp'), 'timestamp') : epochMicros(exact, 'ms', 'trade_time_ms'),
      received,
    })
  }
}

/** `orderBookL2_25.<symbol>`: no number steps by one, so that a loss cannot be seen. */
export function v2Book(symbol: string, message: JsonObject, received: Micros): BookUpdate {
  const data = own(message, 'data')
  const whole = own(message, 'type') === 'snapshot'
  const rows = whole ? snapshotRows(data) : changedRows(asObject(data, 'data'))
  const levels = (side: string): Level[] => rows.filter(row => own(row, 'side') === side).map(levelOf)
  return {
    type: 'bookUpdate',
    ...bybitHead(symbol, 'linear'),
    kind: whole ? 'snapshot' : 'delta',
    first: null,
    last: null,
    previous: null,
    checksum: null,
    bids: levels('Buy'),
    asks: levels('Sell'),
    texts: null,
    time: epochMicros(own(message, 'timestamp_e6'), 'us', 'timestamp_e6'),
    received,
  }
}

function snapshotRows(data: Json | undefined): JsonObject[] {
  const rows = Array.isArray(data) ? data : asArray(own(asObject(data, 'data'), 'order_book'), 'order_book')
  return rows.map(row => asObject(row, 'level'))
}

/** A deleted row keeps its old size or has none. */
function changedRows(data: JsonObject): JsonObject[] {
  const rows = (key: string): JsonObject[] => asArray(own(data, key) ?? [], key).map(row => asObject(row, key))
  return [...rows('delete').map(row => ({ ...row, size: 0 })), ...rows('update'), ...rows('insert')]
}

function levelOf(row: JsonObject): Level {
  return [exactPrice(own(row, 'price'), 'price'), exactSize(own(row, 'size'), 'size')]
}

/** The third spot protocol names the channel as `topic` and the symbol in `params`. */
export function decodeSpotV3(message: JsonObject, received: Micros): Decoded {
  if (own(message, 'event') !== undefined) {
    return { type: 'ack', request: null, streams: [] }
  }
  const head = bybitHead(own(asObject(own(message, 'params'), 'params'), 'symbol'), 'spot')
  const data = asObject(own(message, 'data'), 'data')
  switch (own(message, 'topic')) {
    case 'trade':
      return {
        type: 'trade',
        ...head,
        id: idText(own(data, 'v'), 'v'),
        price: exactPrice(own(data, 'p'), 'p'),
        size: exactSize(own(data, 'q'), 'q'),
        // In this protocol `m` says that the taker bought.
        side: own(data, 'm') === true ? 'buy' : 'sell',
        time: epochMicros(own(data, 't'), 'ms', 't'),
        received,
      }
    case 'bookTicker':
      return {
        type: 'quote',
        ...head,
        bid: exactPrice(own(data, 'bidPrice'), 'bidPrice'),
        bidSize: exactSize(own(data, 'bidQty'), 'bidQty'),
        ask: exactPrice(own(data, 'askPrice'), 'askPrice'),
        askSize: exactSize(own(data, 'askQty'), 'askQty'),
        time: epochMicros(own(data, 'time'), 'ms', 'time'),
        received,
      }
    case 'depth':
      return {
        ...{ type: 'bookUpdate', ...head, kind: 'partial', first: null, last: null, previous: null, checksum: null },
        ...{ bids: readLevels(own(data, 'b'), 'b'), asks: readLevels(own(data, 'a'), 'a'), texts: null },
        time: epochMicros(own(data, 't'), 'ms', 't'),
        received,
      }
    default:
      return ignored('spot v3')
  }
}
