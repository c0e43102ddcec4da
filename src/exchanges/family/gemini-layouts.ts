/** What the messages of Gemini that carry the volume say, declared for reading them from their bytes; {@link GeminiDecoder} is the general way. */
import type { Decoded, Level, Trade } from '../../model/event.js'
import { choice, id, integer, list, price, rule, size, type Rule } from '../../wire/field.js'
import { Layouts } from '../../wire/layout.js'
import { head, millis, type Head } from './layout-fields.js'

/** @param headOf what an event of a symbol begins with; throws where the text is none. */
export function geminiLayouts(headOf: (symbol: string) => Head): Layouts {
  return new Layouts([tradeRule(headOf), changesRule(headOf)])
}

function tradeRule(headOf: (symbol: string) => Head): Rule {
  return rule({
    name: 'trade',
    when: { type: 'trade' },
    fields: [
      head('symbol', headOf),
      id('event_id'),
      price('price'),
      size('quantity'),
      choice('side', { buy: 'buy' as const, sell: 'sell' as const }),
      integer('timestamp'),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, id, price, size, side, count) => {
      const time = millis(count)
      if (Number.isNaN(time)) return false
      out.push({ type: 'trade', exchange, symbol, pair, id, price, size, side, time, received } satisfies Trade)
      return true
    },
  })
}

/** With trades or auctions beside them the changes are a whole book. */
function changesRule(headOf: (symbol: string) => Head): Rule {
  return rule({
    name: 'l2_updates',
    when: { type: 'l2_updates' },
    without: ['trades', 'auction_events'],
    fields: [
      head('symbol', headOf),
      list(
        'changes',
        () => ({ bids: [] as Level[], asks: [] as Level[] }),
        [choice('0', { buy: true, sell: false }), price('1'), size('2')],
        ({ bids, asks }, isBid, price, size) => (isBid ? bids : asks).push([price, size]),
      ),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, { bids, asks }) => {
      const numbers = { first: null, last: null, previous: null, checksum: null, texts: null }
      const head = { type: 'bookUpdate', exchange, symbol, pair } as const
      out.push({ ...head, ...numbers, kind: 'delta', bids, asks, time: received, received })
      return true
    },
  })
}
