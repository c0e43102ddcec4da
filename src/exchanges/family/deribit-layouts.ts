/** What the messages of Deribit that carry the volume say, declared for reading them from their bytes; {@link DeribitDecoder} is the general way. */
import type { BookUpdate, Decoded, Funding, Level, OpenInterest, Quote, Ticker, Trade } from '../../model/event.js'
import {
  choice,
  id,
  integer,
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
import { isCombo } from './deribit-names.js'
import { gather, head, millis, pushGathered, type Head } from './layout-fields.js'

/** @param headOf what an event of an instrument begins with; throws where the text is none. */
export function deribitLayouts(headOf: (symbol: string) => Head): Layouts {
  const instrument = (path: string): Field<Head> => head(path, headOf)
  return new Layouts([
    tradesRule(headOf),
    bookRule(instrument('params.data.instrument_name')),
    quoteRule(instrument),
    tickerRule(instrument),
  ])
}

const SUBSCRIPTION = { method: 'subscription' } as const

function channel(kind: string, segments = ''): Field<string> {
  const pattern = new RegExp(`^${kind}\\.[^.]+${segments}$`)
  return text('params.channel', name => (pattern.test(name) ? name : undefined))
}

/** Forced trades tell a liquidation as well, and combinations may have prices below zero: both go the general way. */
function tradesRule(headOf: (symbol: string) => Head): Rule {
  const single = (symbol: string): Head => {
    if (isCombo(symbol)) throw new Error('a combination')
    return headOf(symbol)
  }
  return rule({
    name: 'trades',
    when: SUBSCRIPTION,
    fields: [
      text('params.channel', name => (name.startsWith('trades.') ? name : undefined)),
      list(
        'params.data',
        gather<Trade>,
        [
          head('instrument_name', single),
          id('trade_id'),
          price('price'),
          size('amount'),
          choice('direction', { buy: 'buy' as const, sell: 'sell' as const }),
          optional(choice('liquidation', { none: 'none' })),
          integer('trade_seq'),
          integer('timestamp'),
        ],
        (gathered, head, id, price, size, side, _, ordinal, count) => {
          const time = millis(count)
          if (Number.isNaN(time)) gathered.sound = false
          const { exchange, symbol, pair } = head
          const { received } = gathered
          gathered.events.push({
            type: 'trade',
            exchange,
            symbol,
            pair,
            id,
            price,
            size,
            side,
            time,
            received,
            ordinal,
          })
        },
      ),
    ],
    make: (_, out: Decoded[], __, gathered) => pushGathered<Decoded>(gathered, out),
  })
}

/** `book.NAME.INTERVAL`. Prices are above zero in all books but those of combinations. */
function bookRule(instrument: Field<Head>): Rule {
  return rule({
    name: 'book',
    when: SUBSCRIPTION,
    fields: [
      channel('book', '\\.[^.]+'),
      instrument,
      integer('params.data.change_id'),
      optional(integer('params.data.prev_change_id')),
      choice('params.data.type', { snapshot: 'snapshot' as const, change: 'delta' as const }),
      changes('params.data.bids'),
      changes('params.data.asks'),
      integer('params.data.timestamp'),
    ],
    make: (received, out: Decoded[], _, { exchange, symbol, pair }, last, previous, kind, bids, asks, count) => {
      const time = millis(count)
      if (Number.isNaN(time)) return false
      out.push({
        type: 'bookUpdate',
        exchange,
        symbol,
        pair,
        kind,
        first: last,
        last,
        previous: kind === 'delta' ? (previous ?? null) : null,
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

/** `[action, price, amount]`; a deleted level has no size. */
function changes(path: string): Field<Level[]> {
  return list(
    path,
    () => [] as Level[],
    [choice('0', { new: true, change: true, delete: false }), price('1'), size('2')],
    (levels, stands, price, size) => levels.push([price, stands ? size : 0]),
  )
}

function quoteRule(instrument: (path: string) => Field<Head>): Rule {
  return rule({
    name: 'quote',
    when: SUBSCRIPTION,
    fields: [
      channel('quote'),
      instrument('params.data.instrument_name'),
      price('params.data.best_bid_price'),
      size('params.data.best_bid_amount'),
      price('params.data.best_ask_price'),
      size('params.data.best_ask_amount'),
      integer('params.data.timestamp'),
    ],
    make: (received, out: Decoded[], _, { exchange, symbol, pair }, bid, bidSize, ask, askSize, count) => {
      const time = millis(count)
      if (Number.isNaN(time)) return false
      out.push({
        type: 'quote',
        exchange,
        symbol,
        pair,
        bid,
        bidSize,
        ask,
        askSize,
        time,
        received,
      } satisfies Quote)
      return true
    },
  })
}

/** The day's prices, the open interest, and of perpetuals the funding; where a value is missing, null or below zero it goes the general way. */
function tickerRule(instrument: (path: string) => Field<Head>): Rule {
  return rule({
    name: 'ticker',
    when: SUBSCRIPTION,
    fields: [
      channel('ticker', '\\.[^.]+'),
      instrument('params.data.instrument_name'),
      size('params.data.last_price'),
      size('params.data.stats.high'),
      size('params.data.stats.low'),
      size('params.data.stats.volume'),
      optional(size('params.data.current_funding')),
      size('params.data.mark_price'),
      size('params.data.open_interest'),
      integer('params.data.timestamp'),
    ],
    make: (received, out: Decoded[], _, head, last, high, low, volume, rate, markPrice, openInterest, count) => {
      const time = millis(count)
      if (Number.isNaN(time)) return false
      const { exchange, symbol, pair } = head
      out.push({ type: 'ticker', exchange, symbol, pair, last, open: null, high, low, volume, time, received } satisfies Ticker) // prettier-ignore
      if (rate !== undefined) {
        out.push({ type: 'funding', exchange, symbol, pair, rate, markPrice, nextFunding: null, time, received } satisfies Funding) // prettier-ignore
      }
      out.push({ type: 'openInterest', exchange, symbol, pair, openInterest, time, received } satisfies OpenInterest)
      return true
    },
  })
}
