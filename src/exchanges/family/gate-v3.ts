/** Gate's version 3, as recordings until 2022 have it; its endpoint is gone. */
import type { BookUpdate, Decoded, Level, Trade } from '../../model/event.js'
import { exactPrice, exactSize, idText } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, own, type Json, type JsonObject } from '../../wire/json.js'
import { epochMicros } from './epoch.js'
import { gateHead } from './gate-events.js'
import { unexpected } from './unexpected.js'
import { ignored } from './wire-fields.js'

/** More symbols than one connection carries. */
const SYMBOLS = 10_000

/** Decodes a message that has a `method`. `begun` remembers the symbols whose trades from before the subscription have come. */
export function decodeV3(message: JsonObject, begun: Set<string>, received: Micros, out: Decoded[]): void {
  const params = asArray(own(message, 'params'), 'params')
  const method = own(message, 'method')
  if (method === 'trades.update') decodeTrades(params, begun, received, out)
  else if (method === 'depth.update') out.push(decodeDepth(params, received))
  else if (method === 'ticker.update' || method === 'kline.update') out.push(ignored(method))
  else throw unexpected('method', method, 'unknown')
}

/** Newest first on the wire; the first message of a symbol repeats old trades. */
function decodeTrades([name, list]: readonly Json[], begun: Set<string>, received: Micros, out: Decoded[]): void {
  const head = gateHead(name, 'spot')
  const trades = asArray(list, 'trades').map(entry => decodeTrade(head, asObject(entry, 'trade'), received))
  if (!begun.has(head.symbol)) out.push(ignored('trades from before the subscription'))
  else if (trades.length === 0) out.push(ignored('no trades'))
  else out.push(...trades.reverse())
  if (begun.size < SYMBOLS) begun.add(head.symbol)
}

function decodeTrade(head: ReturnType<typeof gateHead>, data: JsonObject, received: Micros): Trade {
  const side = own(data, 'type')
  if (side !== 'buy' && side !== 'sell') throw unexpected('type', side)
  return {
    type: 'trade',
    ...head,
    id: idText(own(data, 'id'), 'id'),
    price: exactPrice(own(data, 'price'), 'price'),
    size: exactSize(own(data, 'amount'), 'amount'),
    side,
    time: epochMicros(own(data, 'time'), 's', 'time'),
    received,
  }
}

/** `[whole, book, symbol]`; changes have no number. */
function decodeDepth([whole, value, name]: readonly Json[], received: Micros): BookUpdate {
  const book = asObject(value, 'book')
  if (typeof whole !== 'boolean') throw unexpected('whole', whole)
  const time = own(book, 'update')
  return {
    type: 'bookUpdate',
    ...gateHead(name, 'spot'),
    kind: whole ? 'snapshot' : 'delta',
    first: null,
    last: null,
    previous: null,
    checksum: null,
    bids: levelsOf(own(book, 'bids')),
    asks: levelsOf(own(book, 'asks')),
    texts: null,
    time: time === undefined ? received : epochMicros(time, 's', 'update'),
    received,
  }
}

function levelsOf(side: Json | undefined): Level[] {
  return asArray(side ?? [], 'levels').map(entry => {
    const [price, size] = asArray(entry, 'level')
    return [exactPrice(price, 'price'), exactSize(size, 'size')]
  })
}
