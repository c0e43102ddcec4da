/** What the messages of Bitstamp that carry the volume say, declared for reading them from their bytes; {@link BitstampDecoder} is the general way. */
import type { BookUpdate, Decoded, Trade } from '../../model/event.js'
import { choice, id, integer, price, rule, size, type Rule } from '../../wire/field.js'
import { Layouts } from '../../wire/layout.js'
import { head, levels, micros, type Head } from './layout-fields.js'

/** @param headOf what an event begins with, by the channel without its kind: `btcusd`; throws where there is no such pair. */
export function bitstampLayouts(headOf: (symbol: string) => Head): Layouts {
  return new Layouts([tradeRule(headOf), bookRule(headOf)])
}

function channelOf(kind: string, headOf: (symbol: string) => Head): (channel: string) => Head {
  return channel => {
    if (!channel.startsWith(kind)) throw new Error('another channel')
    return headOf(channel.slice(kind.length))
  }
}

/** The texts beside the numbers have all digits. Times of old messages, in milliseconds, are too small for microseconds. */
function tradeRule(headOf: (symbol: string) => Head): Rule {
  return rule({
    name: 'trade',
    when: { event: 'trade' },
    fields: [
      head('channel', channelOf('live_trades_', headOf)),
      id('data.id'),
      price('data.price_str'),
      size('data.amount_str'),
      choice('data.type', { '0': 'buy' as const, '1': 'sell' as const }),
      integer('data.microtimestamp'),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, id, price, size, side, count) => {
      const time = micros(count)
      if (Number.isNaN(time)) return false
      out.push({ type: 'trade', exchange, symbol, pair, id, price, size, side, time, received } satisfies Trade)
      return true
    },
  })
}

function bookRule(headOf: (symbol: string) => Head): Rule {
  return rule({
    name: 'diff_order_book',
    when: { event: 'data' },
    fields: [
      head('channel', channelOf('diff_order_book_', headOf)),
      integer('data.microtimestamp'),
      levels('data.bids'),
      levels('data.asks'),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, count, bids, asks) => {
      const time = micros(count)
      if (Number.isNaN(time)) return false
      out.push({
        type: 'bookUpdate',
        exchange,
        symbol,
        pair,
        kind: 'delta',
        first: time,
        last: time,
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
