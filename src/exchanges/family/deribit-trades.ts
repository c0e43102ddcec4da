/** Deribit's trades, on the stream and out of the archive, and whom they liquidated. */
import type { Side, Trade } from '../../model/event.js'
import { exactNumber, exactPrice, exactSize, idText, sequenceNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asString, own, type Json, type JsonObject } from '../../wire/json.js'
import { deribitHead, isCombo } from './deribit-names.js'
import { epochMicros } from './epoch.js'
import { unexpected } from './unexpected.js'

/** Amounts stay as sent: US dollars for inverse perpetuals and futures, coins for linear ones and options. */
export function deribitTrade(data: JsonObject, received: Micros): Trade {
  const head = deribitHead(asString(own(data, 'instrument_name'), 'instrument_name'))
  const side = own(data, 'direction')
  if (side !== 'buy' && side !== 'sell') throw unexpected('direction', side)
  const price = own(data, 'price')
  return {
    type: 'trade',
    ...head,
    id: idText(own(data, 'trade_id'), 'trade_id'),
    price: isCombo(head.symbol) ? exactNumber(price, 'price') : exactPrice(price, 'price'),
    size: exactSize(own(data, 'amount'), 'amount'),
    side,
    time: epochMicros(own(data, 'timestamp'), 'ms', 'timestamp'),
    received,
    ordinal: sequenceNumber(own(data, 'trade_seq'), 'trade_seq'),
  }
}

/** Whose order was a forced one: the taker's (`T`), the maker's (`M`) on the other side, or both (`MT`). */
export function liquidatedSides(flag: Json | undefined, taker: Side): Side[] {
  if (typeof flag !== 'string') return []
  const sides: Side[] = flag.includes('T') ? [taker] : []
  if (flag.includes('M')) sides.push(taker === 'buy' ? 'sell' : 'buy')
  return sides
}
