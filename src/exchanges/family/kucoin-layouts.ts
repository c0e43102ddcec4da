/** What the messages of KuCoin that carry the volume say, declared for reading them from their bytes; {@link KucoinDecoder} is the general way. */
import type { Decoded, Level, Quote, Trade } from '../../model/event.js'
import { choice, id, integer, list, nanoseconds, optional, price, rule, size, text, type Field, type Rule } from '../../wire/field.js' // prettier-ignore
import { Layouts } from '../../wire/layout.js'
import { headOf } from './kucoin-events.js'
import { head, known, levels, micros, millis, type Head } from './layout-fields.js'

export function kucoinLayouts(): Layouts {
  return new Layouts([tradeRule(), deltaRule(), partialRule(), quoteRule(''), quoteRule('Price')])
}

/** Messages of the newer feed and those of an account. */
const without = ['T', 'channelType', 'userId'] as const

/** The topic of some kinds; what it means is the name behind the colon. */
function topic(kinds: RegExp): Field<string> {
  return text('topic', topic => (kinds.test(topic) ? topic.slice(topic.indexOf(':') + 1) : undefined))
}

/** Spot counts nanoseconds in `time`, contracts in `ts`. */
function tradeRule(): Rule {
  return rule({
    name: 'match',
    when: {},
    without,
    fields: [
      topic(/^\/(?:market\/match|contractMarket\/execution):/),
      head('data.symbol', headOf),
      id('data.tradeId'),
      price('data.price'),
      size('data.size'),
      choice('data.side', { buy: 'buy' as const, sell: 'sell' as const }),
      optional(nanoseconds('data.time')),
      optional(nanoseconds('data.ts')),
    ],
    make: (received, out: Decoded[], _, { exchange, symbol, pair }, id, price, size, side, spot, contract) => {
      const time = micros(spot ?? contract ?? NaN)
      if (Number.isNaN(time)) return false
      out.push({ type: 'trade', exchange, symbol, pair, id, price, size, side, time, received } satisfies Trade)
      return true
    },
  })
}

interface Changes {
  readonly levels: Level[]
  last: number
  inOrder: boolean
}

/** Changes whose numbers do not go up must be sorted, and go the general way. A price of 0 only uses up its number. */
function changes(path: string): Field<Changes> {
  return list(
    path,
    (): Changes => ({ levels: [], last: 0, inOrder: true }),
    [size('0'), size('1'), integer('2')],
    (changes, price, size, sequence) => {
      if (sequence < changes.last) changes.inOrder = false
      changes.last = sequence
      if (price !== 0) changes.levels.push([price, size])
    },
  )
}

function deltaRule(): Rule {
  return rule({
    name: 'level2',
    when: {},
    without,
    fields: [
      topic(/^\/market\/level2:/),
      head('data.symbol', headOf),
      integer('data.sequenceStart'),
      integer('data.sequenceEnd'),
      changes('data.changes.bids'),
      changes('data.changes.asks'),
      optional(integer('data.time')),
    ],
    make: (received, out: Decoded[], _, head, first, last, bids, asks, sent) => {
      const time = sent === undefined ? received : millis(sent)
      if (!bids.inOrder || !asks.inOrder || Number.isNaN(time)) return false
      const start = bookHead(head)
      out.push({ ...start, kind: 'delta', first, last, bids: bids.levels, asks: asks.levels, time, received })
      return true
    },
  })
}

/** Contracts number their pictures, spot does not. Where the data names a symbol, it goes before the topic's. */
function partialRule(): Rule {
  return rule({
    name: 'level2Depth',
    when: {},
    without: [...without, 'data.symbol'],
    fields: [
      topicHead(/^\/(?:spotMarket|contractMarket)\/level2Depth(?:5|50):/),
      optional(integer('data.sequence')),
      integer('data.timestamp'),
      levels('data.bids'),
      levels('data.asks'),
    ],
    make: (received, out: Decoded[], head, sequence, count, bids, asks) => {
      const time = millis(count)
      if (Number.isNaN(time)) return false
      const numbers = { first: sequence ?? null, last: sequence ?? null }
      out.push({ ...bookHead(head), kind: 'partial', ...numbers, bids, asks, time, received })
      return true
    },
  })
}

function quoteRule(key: '' | 'Price'): Rule {
  return rule({
    name: 'ticker',
    when: {},
    without: [...without, 'data.bids', 'data.asks'],
    fields: [
      topicHead(/^\/(?:market\/ticker|contractMarket\/ticker(?:V2)?):(?!all$)/),
      price(`data.bestBid${key}`),
      size('data.bestBidSize'),
      price(`data.bestAsk${key}`),
      size('data.bestAskSize'),
      optional(integer('data.time')),
      optional(integer('data.timestamp')),
      optional(nanoseconds('data.ts')),
    ],
    make: (received, out: Decoded[], { exchange, symbol, pair }, bid, bidSize, ask, askSize, sent, other, nanos) => {
      const count = sent ?? other
      const time = count === undefined ? micros(nanos ?? NaN) : millis(count)
      if (Number.isNaN(time)) return false
      out.push({ type: 'quote', exchange, symbol, pair, bid, bidSize, ask, askSize, time, received } satisfies Quote)
      return true
    },
  })
}

/** The symbol of a topic of some kinds. */
function topicHead(kinds: RegExp): Field<Head> {
  const read = known(headOf)
  return text('topic', topic => (kinds.test(topic) ? read(topic.slice(topic.indexOf(':') + 1)) : undefined))
}

function bookHead({ exchange, symbol, pair }: Head) {
  return { type: 'bookUpdate', exchange, symbol, pair, previous: null, checksum: null, texts: null } as const
}
