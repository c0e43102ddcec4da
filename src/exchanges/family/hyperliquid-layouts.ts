/** What the messages of Hyperliquid that carry the volume say, declared for reading them from their bytes; {@link HyperliquidDecoder} is the general way. */
import type { BookUpdate, Decoded, Quote } from '../../model/event.js'
import { integer, price, rule, size, type Rule } from '../../wire/field.js'
import { Layouts } from '../../wire/layout.js'
import { head, levels, millis, type Head } from './layout-fields.js'

/** Trades go the general way, which knows which of them came before the subscription. */
export function hyperliquidLayouts(headOf: (coin: string) => Head): Layouts {
  return new Layouts([bookRule(headOf), quoteRule(headOf)])
}

function bookRule(headOf: (coin: string) => Head): Rule {
  return rule({
    name: 'l2Book',
    when: { channel: 'l2Book' },
    fields: [
      head('data.coin', headOf),
      levels('data.levels.0', 'px', 'sz'),
      levels('data.levels.1', 'px', 'sz'),
      integer('data.time'),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, bids, asks, count) => {
      const time = millis(count)
      if (Number.isNaN(time)) return false
      out.push({
        type: 'bookUpdate',
        exchange,
        symbol,
        pair,
        kind: 'partial',
        first: null,
        last: null,
        previous: null,
        checksum: null,
        bids,
        asks,
        texts: null,
        time,
        received,
      } satisfies BookUpdate)
      return true
    },
  })
}

function quoteRule(headOf: (coin: string) => Head): Rule {
  return rule({
    name: 'bbo',
    when: { channel: 'bbo' },
    fields: [
      head('data.coin', headOf),
      price('data.bbo.0.px'),
      size('data.bbo.0.sz'),
      price('data.bbo.1.px'),
      size('data.bbo.1.sz'),
      integer('data.time'),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, bid, bidSize, ask, askSize, count) => {
      const time = millis(count)
      if (Number.isNaN(time)) return false
      out.push({ type: 'quote', exchange, symbol, pair, bid, bidSize, ask, askSize, time, received } satisfies Quote)
      return true
    },
  })
}
