/** What the messages of the Coinbase feed that carry the volume say, declared for reading them from their bytes; {@link CoinbaseDecoder} is the general way. */
import type { BookUpdate, Decoded, Level, Quote, Ticker, Trade } from '../../model/event.js'
import type { Instrument } from '../../model/instrument.js'
import {
  choice,
  id,
  isoTime,
  list,
  optional,
  price,
  rule,
  size,
  text,
  type Field,
  type Rule,
} from '../../wire/field.js'
import { Layouts } from '../../wire/layout.js'
import { SentProducts } from './coinbase-products.js'

const exchange = 'coinbase'

export function coinbaseLayouts(): Layouts {
  return new Layouts([matchRule(), updateRule(), tickerRule()])
}

/** `side` is the side of the maker order. */
function matchRule(): Rule {
  return rule({
    name: 'match',
    when: { type: 'match' },
    fields: [
      product(),
      id('trade_id'),
      price('price'),
      size('size'),
      choice('side', { buy: 'sell' as const, sell: 'buy' as const }),
      optional(isoTime('time')),
    ],
    make: (received, out: Decoded[], { symbol, pair }, id, price, size, side, time = received) => {
      out.push({ type: 'trade', exchange, symbol, pair, id, price, size, side, time, received } satisfies Trade)
      return true
    },
  })
}

function updateRule(): Rule {
  return rule({
    name: 'l2update',
    when: { type: 'l2update' },
    fields: [
      product(),
      list(
        'changes',
        () => ({ bids: [] as Level[], asks: [] as Level[] }),
        [choice('0', { buy: true, sell: false }), price('1'), size('2')],
        ({ bids, asks }, isBid, price, size) => (isBid ? bids : asks).push([price, size]),
      ),
      optional(isoTime('time')),
    ],
    make: (received, out: Decoded[], { symbol, pair }, { bids, asks }, time = received) => {
      out.push({
        type: 'bookUpdate',
        exchange,
        symbol,
        pair,
        kind: 'delta',
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

function tickerRule(): Rule {
  return rule({
    name: 'ticker',
    when: { type: 'ticker' },
    fields: [
      product(),
      price('price'),
      optional(size('open_24h')),
      optional(size('high_24h')),
      optional(size('low_24h')),
      optional(size('volume_24h')),
      optional(price('best_bid')),
      optional(size('best_bid_size')),
      optional(price('best_ask')),
      optional(size('best_ask_size')),
      optional(isoTime('time')),
    ],
    make: (received, out: Decoded[], product, last, open, high, low, volume, bid, bidSize, ask, askSize, sent) => {
      const head = { exchange, ...product }
      const times = { time: sent ?? received, received }
      const day = { open: open ?? null, high: high ?? null, low: low ?? null, volume: volume ?? null }
      out.push({ type: 'ticker', ...head, last, ...day, ...times } satisfies Ticker)
      if (bid === undefined || bidSize === undefined || ask === undefined || askSize === undefined) return true
      out.push({ type: 'quote', ...head, bid, bidSize, ask, askSize, ...times } satisfies Quote)
      return true
    },
  })
}

function product(): Field<Instrument> {
  const products = new SentProducts()
  return text('product_id', symbol => {
    try {
      return products.of(symbol)
    } catch {
      return undefined
    }
  })
}
