/** Old trades of OKX by REST, in pages that end before an id. */
import { DecodeError } from '../../model/errors.js'
import type { Decoded, Trade } from '../../model/event.js'
import { plainDecimal } from '../../model/number.js'
import { MICROS_PER_MS, type Micros } from '../../model/time.js'
import { asArray, asObject, own, type JsonObject } from '../../wire/json.js'
import type { TradeRequest } from '../exchange.js'
import { restOrigin } from './address.js'
import { okxTrade } from './okx-events.js'
import { shown } from './unexpected.js'
import { ignored } from './wire-fields.js'

const REST = 'https://www.okx.com'
const PATH = '/api/v5/market/history-trades'
const MOST = 100

/** `type=1` pages by trade id. @see https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-trades-history */
export const okxTrades: TradeRequest = {
  most: MOST,
  url: ({ symbol, channel }, { from, to }, base) => {
    // On `trades` one message stands for several fills, which the archive tells one by one.
    if (channel !== 'trade') return undefined
    const page = `type=1&after=${String(to + 1)}&limit=${String(Math.min(MOST, to - from + 1))}`
    return `${restOrigin(base, REST)}${PATH}?instId=${encodeURIComponent(symbol)}&${page}`
  },
  wrap: (_, __, body) => `{"history":"trades","generated":true,"answer":${body}}`,
  answer: ({ pathname, searchParams }, past) => {
    if (pathname !== PATH) return undefined
    const symbol = searchParams.get('instId') ?? ''
    const before = Number(searchParams.get('after') ?? Infinity)
    const limit = Math.min(MOST, Number(searchParams.get('limit') ?? MOST))
    const rows = past.of(symbol, 'trade').filter(({ id }) => Number(id) < before)
    return `{"code":"0","msg":"","data":[${rows.slice(-limit).reverse().map(rowText).join(',')}]}`
  },
}

/** A page as {@link okxTrades} wraps it, oldest first. @throws DecodeError where the answer is an error or not as documented. */
export function readOkxHistory(message: JsonObject, received: Micros, out: Decoded[]): void {
  const answer = asObject(own(message, 'answer'), 'answer')
  if (own(answer, 'code') !== '0') {
    throw new DecodeError('shape', `code ${shown(own(answer, 'code'))}: ${shown(own(answer, 'msg'))}`)
  }
  const rows = asArray(own(answer, 'data'), 'data')
  if (rows.length === 0) out.push(ignored('no trades'))
  for (const row of rows.reverse()) out.push({ ...okxTrade(asObject(row, 'trade'), received), fetched: true })
}

function rowText({ symbol, id, price, size, side, time }: Trade): string {
  const ts = String(Math.floor(time / MICROS_PER_MS))
  return JSON.stringify({ instId: symbol, side, sz: plainDecimal(size), px: plainDecimal(price), tradeId: id, ts })
}
