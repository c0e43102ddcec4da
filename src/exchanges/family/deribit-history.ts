/** Old trades of Deribit by REST, by their count within the instrument. */
import { DecodeError } from '../../model/errors.js'
import type { Decoded, Trade } from '../../model/event.js'
import { plainDecimal } from '../../model/number.js'
import { MICROS_PER_MS, type Micros } from '../../model/time.js'
import { asArray, asObject, own, type JsonObject } from '../../wire/json.js'
import type { TradeRequest } from '../exchange.js'
import { restOrigin } from './address.js'
import { deribitTrade } from './deribit-trades.js'
import { shown } from './unexpected.js'
import { ignored } from './wire-fields.js'

const REST = 'https://www.deribit.com'
const PATH = '/api/v2/public/get_last_trades_by_instrument'
const MOST = 1_000

/** @see https://docs.deribit.com/api-reference/market-data/public-get_last_trades_by_instrument */
export const deribitTrades: TradeRequest = {
  most: MOST,
  url: ({ symbol, channel }, { from, to }, base) => {
    if (channel !== 'trade') return undefined
    const page = `start_seq=${String(from)}&end_seq=${String(to)}&count=${String(Math.min(MOST, to - from + 1))}&sorting=asc`
    return `${restOrigin(base, REST)}${PATH}?instrument_name=${encodeURIComponent(symbol)}&${page}`
  },
  wrap: (_, __, body) => `{"method":"history","generated":true,"answer":${body}}`,
  answer: ({ pathname, searchParams }, past) => {
    if (pathname !== PATH) return undefined
    const [from, to] = [Number(searchParams.get('start_seq') ?? 0), Number(searchParams.get('end_seq') ?? Infinity)]
    const count = Math.min(MOST, Number(searchParams.get('count') ?? 10))
    const within = past
      .of(searchParams.get('instrument_name') ?? '', 'trade')
      .filter(({ ordinal = NaN }) => ordinal >= from && ordinal <= to)
    const rows = within.slice(0, count)
    return `{"jsonrpc":"2.0","result":{"trades":[${rows.map(rowText).join(',')}],"has_more":${String(within.length > count)}},"testnet":false}`
  },
}

/** A page as {@link deribitTrades} wraps it. @throws DecodeError where the answer is an error or not as documented. */
export function readDeribitHistory(message: JsonObject, received: Micros, out: Decoded[]): void {
  const answer = asObject(own(message, 'answer'), 'answer')
  const error = own(answer, 'error')
  if (error !== undefined) throw new DecodeError('shape', `error: ${shown(error)}`)
  const rows = asArray(own(asObject(own(answer, 'result'), 'result'), 'trades'), 'trades')
  if (rows.length === 0) out.push(ignored('no trades'))
  for (const row of rows) out.push({ ...deribitTrade(asObject(row, 'trade'), received), fetched: true })
}

function rowText({ symbol, id, ordinal = 0, price, size, side, time }: Trade): string {
  return `{"trade_seq":${String(ordinal)},"trade_id":${JSON.stringify(id)},"timestamp":${String(Math.floor(time / MICROS_PER_MS))},"price":${plainDecimal(price)},"amount":${plainDecimal(size)},"direction":"${side}","instrument_name":${JSON.stringify(symbol)}}`
}
