/** What the messages of OKX that carry the volume say, declared for reading them from their bytes; {@link OkxDecoder} is the general way. */
import type { BookUpdate, Decoded, Level, Quote, Trade } from '../../model/event.js'
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
import { gather, head, levels, millis, pushGathered, type Head } from './layout-fields.js'
import { okxHead } from './okx-symbol.js'

export function okxLayouts(): Layouts {
  return new Layouts([tradesRule('trades'), tradesRule('trades-all'), quoteRule(), ...BOOKS.map(bookRule)])
}

function tradesRule(channel: string): Rule {
  return rule({
    name: channel,
    when: { 'arg.channel': channel },
    without: ['event'],
    fields: [
      list(
        'data',
        gather<Trade>,
        [
          instrument('instId'),
          id('tradeId'),
          price('px'),
          size('sz'),
          choice('side', { buy: 'buy' as const, sell: 'sell' as const }),
          integer('ts'),
          optional(integer('count')),
        ],
        (gathered, head, id, price, size, side, sent, fills) => {
          const time = millis(sent)
          if (Number.isNaN(time)) gathered.sound = false
          const { exchange, symbol, pair } = head
          const { received } = gathered
          if (fills !== undefined) {
            gathered.events.push({ type: 'trade', exchange, symbol, pair, id, price, size, side, time, received, aggregated: true }) // prettier-ignore
            return
          }
          const ordinal = Number(id)
          if (!Number.isSafeInteger(ordinal)) gathered.sound = false
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
    make: (_, out: Decoded[], gathered) => pushGathered<Decoded>(gathered, out),
  })
}

function quoteRule(): Rule {
  return rule({
    name: 'bbo-tbt',
    when: { 'arg.channel': 'bbo-tbt' },
    without: ['event'],
    fields: [
      instrument('arg.instId'),
      list(
        'data',
        gather<Omit<Quote, 'exchange' | 'symbol' | 'pair'>>,
        [levels('bids'), levels('asks'), integer('ts')],
        (gathered, bids, asks, count) => {
          const [bid, ask] = [bids[0], asks[0]]
          const time = millis(count)
          if (bids.length !== 1 || asks.length !== 1 || !bid || !ask || Number.isNaN(time)) gathered.sound = false
          else {
            const { received } = gathered
            gathered.events.push({
              type: 'quote',
              bid: bid[0],
              bidSize: bid[1],
              ask: ask[0],
              askSize: ask[1],
              time,
              received,
            })
          }
        },
      ),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, { events, sound }) => {
      if (!sound || events.length === 0) return false
      for (const { type, bid, bidSize, ask, askSize, time } of events) {
        out.push({ type, exchange, symbol, pair, bid, bidSize, ask, askSize, time, received })
      }
      return true
    },
  })
}

const BOOKS = ['books', 'books5', 'books-l2-tbt', 'books50-l2-tbt'] as const

interface BookRow {
  readonly bids: Level[]
  readonly asks: Level[]
  readonly last: number | null
  readonly previous: number | null
  readonly time: number
}

/** Messages whose checksum still proves something need the digits as sent, and so the general way. */
function bookRule(channel: (typeof BOOKS)[number]): Rule {
  return rule({
    name: channel,
    when: { 'arg.channel': channel },
    without: ['event'],
    fields: [
      instrument('arg.instId'),
      optional(text('action', action => action)),
      list(
        'data',
        gather<BookRow>,
        [
          levels('bids'),
          levels('asks'),
          integer('ts'),
          optional(choice('checksum', { '0': 0 })),
          optional(integer('seqId')),
          optional(integer('prevSeqId')),
        ],
        (gathered, bids, asks, count, _, last, previous) => {
          const time = millis(count)
          if (Number.isNaN(time)) gathered.sound = false
          gathered.events.push({ bids, asks, last: last ?? null, previous: previous ?? null, time })
        },
      ),
    ],
    make: (received, out: Decoded[], head, action, { events, sound }) => {
      if (!sound || events.length === 0) return false
      const kind = channel === 'books5' ? 'partial' : action === 'update' ? 'delta' : 'snapshot'
      for (const row of events) out.push(bookOf(head, kind, row, received))
      return true
    },
  })
}

function bookOf(
  { exchange, symbol, pair }: Head,
  kind: BookUpdate['kind'],
  row: BookRow,
  received: number,
): BookUpdate {
  const { last, previous, bids, asks, time } = row
  return {
    type: 'bookUpdate',
    exchange,
    symbol,
    pair,
    kind,
    first: last,
    last,
    previous,
    checksum: null,
    bids,
    asks,
    texts: null,
    time,
    received,
  }
}

function instrument(path: string): Field<Head> {
  return head(path, okxHead)
}
