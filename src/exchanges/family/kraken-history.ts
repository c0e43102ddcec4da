/** Old trades of Kraken by REST, in pages that begin at a time. */
import { DecodeError } from '../../model/errors.js'
import type { Decoded, Trade } from '../../model/event.js'
import { exactPrice, exactSize, idText, plainDecimal, sequenceNumber } from '../../model/number.js'
import { MICROS_PER_MS, MICROS_PER_SECOND, type Micros } from '../../model/time.js'
import { asArray, asObject, own, type Json, type JsonObject } from '../../wire/json.js'
import type { TradeRequest } from '../exchange.js'
import { restOrigin } from './address.js'
import { epochMicros } from './epoch.js'
import { krakenInstrument } from './kraken-symbol.js'
import { krakenHead } from './kraken-v2.js'
import { shown, unexpected } from './unexpected.js'
import { ignored, quietObject } from './wire-fields.js'

const REST = 'https://api.kraken.com'
const PATH = '/0/public/Trades'
const MOST = 1_000

/** @see https://docs.kraken.com/api/docs/rest-api/get-recent-trades */
export const krakenTrades: TradeRequest = {
  most: MOST,
  pace: { count: 1, perMs: 1_000 },
  url: ({ symbol, channel }, { since }, base) => {
    if (channel !== 'trade' || since === null) return undefined
    // In nanoseconds. Stream and archive cut the digits of a time differently: a millisecond earlier is before the trade in both.
    const from = `${String(since - MICROS_PER_MS)}000`
    return `${restOrigin(base, REST)}${PATH}?pair=${encodeURIComponent(restName(symbol))}&since=${from}&count=${String(MOST)}`
  },
  wrap: ({ symbol }, { from, to }, body) =>
    `{"channel":"trade","type":"history","generated":true,"symbol":${JSON.stringify(symbol)},"from":${String(from)},"to":${String(to)},"answer":${body}}`,
  reached: (body, before) => {
    try {
      const last = rowsOf(quietObject(body) ?? {}).findLast(row => sequenceNumber(row[6], 'trade_id') < before)
      return last === undefined ? null : epochMicros(last[2], 's', 'time')
    } catch {
      return null
    }
  },
  answer: ({ pathname, searchParams }, past) => {
    if (pathname !== PATH) return undefined
    const pair = searchParams.get('pair') ?? ''
    const since = Number((searchParams.get('since') ?? '0').slice(0, -3))
    const trades = past.of(krakenInstrument(pair)?.symbol ?? pair, 'trade').filter(({ time }) => time > since)
    const rows = trades.slice(0, MOST)
    return `{"error":[],"result":{${JSON.stringify(pair)}:[${rows.map(rowText).join(',')}],"last":"${String(rows.at(-1)?.time ?? since)}000"}}`
  },
}

/** A page as {@link krakenTrades} wraps it. @throws DecodeError where the answer is an error or not as documented. */
export function readKrakenHistory(message: JsonObject, received: Micros, out: Decoded[]): void {
  const head = krakenHead(own(message, 'symbol'))
  const [from, to] = [sequenceNumber(own(message, 'from'), 'from'), sequenceNumber(own(message, 'to'), 'to')]
  for (const [price, size, time, side, , , id] of rowsOf(asObject(own(message, 'answer'), 'answer'))) {
    const ordinal = sequenceNumber(id, 'trade_id')
    if (ordinal < from || ordinal > to) continue
    if (side !== 'b' && side !== 's') throw unexpected('side', side)
    out.push({
      type: 'trade',
      ...head,
      id: idText(id, 'trade_id'),
      price: exactPrice(price, 'price'),
      size: exactSize(size, 'volume'),
      side: side === 'b' ? 'buy' : 'sell',
      time: epochMicros(time, 's', 'time'),
      received,
      fetched: true,
    })
  }
  if (out.length === 0) out.push(ignored('none of the trades asked for'))
}

/** `{"error":[],"result":{"XXBTZUSD":[[price, volume, time, side, type, misc, trade_id], …],"last":…}}` */
function rowsOf(answer: JsonObject): Json[][] {
  const errors = asArray(own(answer, 'error'), 'error')
  if (errors.length > 0) throw new DecodeError('shape', `error: ${shown(errors)}`)
  const lists = Object.values(asObject(own(answer, 'result'), 'result')).filter(Array.isArray)
  if (lists.length !== 1) throw new DecodeError('shape', 'result: expected the trades of one pair')
  return asArray(lists[0], 'trades').map(row => asArray(row, 'trade'))
}

/** REST knows bitcoin as XBT and dogecoin as XDG, and writes no slash. */
function restName(symbol: string): string {
  return symbol
    .split('/')
    .map(asset => (asset === 'BTC' ? 'XBT' : asset === 'DOGE' ? 'XDG' : asset))
    .join('')
}

function rowText({ id, price, size, side, time }: Trade): string {
  const seconds = `${String(Math.floor(time / MICROS_PER_SECOND))}.${String(time % MICROS_PER_SECOND).padStart(6, '0')}`
  return `["${plainDecimal(price)}","${plainDecimal(size)}",${seconds},"${side.slice(0, 1)}","m","",${id}]`
}
