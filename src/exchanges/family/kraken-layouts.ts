/** What the messages of Kraken that carry the volume say, declared for reading them from their bytes; books need their digits as sent and go the general way. */
import type { Decoded, Quote, Ticker, Trade } from '../../model/event.js'
import { choice, id, isoTime, list, optional, price, rule, size, type Rule } from '../../wire/field.js'
import { Layouts } from '../../wire/layout.js'
import { krakenHead } from './kraken-v2.js'
import { gather, head, pushGathered } from './layout-fields.js'

export function krakenLayouts(): Layouts {
  return new Layouts([tradesRule(), tickerRule()])
}

function tradesRule(): Rule {
  return rule({
    name: 'trade',
    when: { channel: 'trade', type: 'update' },
    fields: [
      list(
        'data',
        gather<Trade>,
        [
          head('symbol', krakenHead),
          id('trade_id'),
          price('price'),
          size('qty'),
          choice('side', { buy: 'buy' as const, sell: 'sell' as const }),
          isoTime('timestamp'),
        ],
        ({ events, received }, { exchange, symbol, pair }, id, price, size, side, time) =>
          events.push({ type: 'trade', exchange, symbol, pair, id, price, size, side, time, received }),
      ),
    ],
    make: (_, out: Decoded[], gathered) => pushGathered<Decoded>(gathered, out),
  })
}

function tickerRule(): Rule {
  return rule({
    name: 'ticker',
    when: { channel: 'ticker' },
    constants: ['type'],
    fields: [
      list(
        'data',
        gather<Ticker | Quote>,
        [
          head('symbol', krakenHead),
          price('last'),
          price('high'),
          price('low'),
          size('volume'),
          price('bid'),
          size('bid_qty'),
          price('ask'),
          size('ask_qty'),
          optional(isoTime('timestamp')),
        ],
        ({ events, received }, head, last, high, low, volume, bid, bidSize, ask, askSize, sent) => {
          const { exchange, symbol, pair } = head
          const time = sent ?? received
          events.push({
            type: 'ticker',
            exchange,
            symbol,
            pair,
            last,
            open: null,
            high,
            low,
            volume,
            time,
            received,
          })
          events.push({ type: 'quote', exchange, symbol, pair, bid, bidSize, ask, askSize, time, received })
        },
      ),
    ],
    make: (_, out: Decoded[], gathered) => pushGathered<Decoded>(gathered, out),
  })
}
