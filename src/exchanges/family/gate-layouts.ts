/** What the messages of Gate that carry the volume say, declared for reading them from their bytes; {@link GateDecoder} is the general way. */
import type { Decoded, Quote, Ticker, Trade } from '../../model/event.js'
import { choice, id, integer, milliseconds, optional, price, rule, size, type Rule } from '../../wire/field.js'
import { Layouts } from '../../wire/layout.js'
import { gateHead } from './gate-events.js'
import type { GateMarket } from './gate-names.js'
import { head, levels, micros, millis, type Head } from './layout-fields.js'

export function gateLayouts(): Layouts {
  return new Layouts([
    tradeRule(),
    tickerRule(),
    quoteRule('spot'),
    quoteRule('futures'),
    updateRule('spot', '0', '1'),
    updateRule('futures', 'p', 's'),
    streamRule('spot'),
    streamRule('futures'),
  ])
}

/** Answers to requests and older messages. */
const without = ['method', 'id', 'error'] as const

/** Of spot: the sizes of futures have a sign, which says the side, and go the general way. */
function tradeRule(): Rule {
  return rule({
    name: 'spot trades',
    when: { channel: 'spot.trades', event: 'update' },
    without: [...without, 'result.is_internal'],
    fields: [
      head('result.currency_pair', symbol => gateHead(symbol, 'spot')),
      id('result.id'),
      price('result.price'),
      size('result.amount'),
      choice('result.side', { buy: 'buy' as const, sell: 'sell' as const }),
      milliseconds('result.create_time_ms'),
      integer('time'),
      optional(integer('time_ms')),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, id, price, size, side, created, sent, exactly) => {
      const time = micros(created)
      if (Number.isNaN(time) || Number.isNaN(sentAt(sent, exactly))) return false
      out.push({ type: 'trade', exchange, symbol, pair, id, price, size, side, time, received } satisfies Trade)
      return true
    },
  })
}

/** Of spot: those of futures say funding and open interest as well. */
function tickerRule(): Rule {
  return rule({
    name: 'spot tickers',
    when: { channel: 'spot.tickers', event: 'update' },
    without: [...without, 'result.funding_rate', 'result.total_size'],
    fields: [
      head('result.currency_pair', symbol => gateHead(symbol, 'spot')),
      size('result.last'),
      size('result.high_24h'),
      size('result.low_24h'),
      size('result.base_volume'),
      integer('time'),
      optional(integer('time_ms')),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, last, high, low, volume, sent, exactly) => {
      const time = sentAt(sent, exactly)
      if (Number.isNaN(time)) return false
      const prices = { last, open: null, high, low, volume } as const
      out.push({ type: 'ticker', exchange, symbol, pair, ...prices, time, received } satisfies Ticker)
      return true
    },
  })
}

function quoteRule(market: GateMarket): Rule {
  return rule({
    name: `${market} book_ticker`,
    when: { channel: `${market}.book_ticker`, event: 'update' },
    without,
    fields: [
      head('result.s', symbol => gateHead(symbol, market)),
      price('result.b'),
      size('result.B'),
      price('result.a'),
      size('result.A'),
      integer('result.t'),
      integer('time'),
      optional(integer('time_ms')),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, bid, bidSize, ask, askSize, count, sent, exactly) => {
      const time = millis(count)
      if (Number.isNaN(time) || Number.isNaN(sentAt(sent, exactly))) return false
      out.push({ type: 'quote', exchange, symbol, pair, bid, bidSize, ask, askSize, time, received } satisfies Quote)
      return true
    },
  })
}

/** `obu`: the name is that of the stream, `ob.BTC_USDT.400`; a side that did not change is left out, and a full book goes the general way. */
function streamRule(market: GateMarket): Rule {
  const named = (stream: string): Head => gateHead(/^ob\.(.+)\.\d+$/.exec(stream)?.[1], market)
  return rule({
    name: `${market} obu`,
    when: { channel: `${market}.obu`, event: 'update' },
    without: [...without, 'result.full'],
    fields: [
      head('result.s', named),
      optional(integer('result.U')),
      integer('result.u'),
      optional(levels('result.b')),
      optional(levels('result.a')),
      integer('result.t'),
      integer('time'),
      optional(integer('time_ms')),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, begins, last, bids, asks, count, sent, exactly) => {
      const time = millis(count)
      if (Number.isNaN(time) || Number.isNaN(sentAt(sent, exactly))) return false
      const head = { type: 'bookUpdate', exchange, symbol, pair, previous: null, checksum: null, texts: null } as const
      out.push({
        ...head,
        kind: 'delta',
        first: begins ?? last,
        last,
        bids: bids ?? [],
        asks: asks ?? [],
        time,
        received,
      })
      return true
    },
  })
}

/** Levels are `[price, size]` on spot and `{p, s}` on futures. */
function updateRule(market: GateMarket, priceAt: string, sizeAt: string): Rule {
  return rule({
    name: `${market} order_book_update`,
    when: { channel: `${market}.order_book_update`, event: 'update' },
    without: [...without, 'result.full'],
    fields: [
      head('result.s', symbol => gateHead(symbol, market)),
      optional(integer('result.U')),
      integer('result.u'),
      levels('result.b', priceAt, sizeAt),
      levels('result.a', priceAt, sizeAt),
      integer('result.t'),
      integer('time'),
      optional(integer('time_ms')),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, begins, last, bids, asks, count, sent, exactly) => {
      const time = millis(count)
      if (Number.isNaN(time) || Number.isNaN(sentAt(sent, exactly))) return false
      const head = { type: 'bookUpdate', exchange, symbol, pair, previous: null, checksum: null, texts: null } as const
      out.push({ ...head, kind: 'delta', first: begins ?? last, last, bids, asks, time, received })
      return true
    },
  })
}

/** When the message was sent; NaN where the general way would refuse it, which reads it even where it tells another time. */
function sentAt(seconds: number, milliseconds: number | undefined): number {
  return milliseconds ? millis(milliseconds) : micros(seconds * 1_000_000)
}
