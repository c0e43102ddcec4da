/** What the messages of Bybit that carry the volume say, declared for reading them from their bytes; {@link BybitDecoder} is the general way. */
import type { BookUpdate, Decoded, Trade } from '../../model/event.js'
import { choice, id, integer, list, price, rule, size, text, type Rule } from '../../wire/field.js'
import { Layouts } from '../../wire/layout.js'
import { bybitHead, type BybitCategory } from './bybit-symbol.js'
import { gather, known, levels, millis, pushGathered, type Head } from './layout-fields.js'

/** Of which market the connection is, as the general way has found out; null as long as it has not. */
export interface BybitMarket {
  readonly category: BybitCategory | null
}

/** The layouts of one connection: what a symbol means depends on the connection's market. */
export function bybitLayouts(market: BybitMarket): Layouts {
  const heads = new SentSymbols(market)
  return new Layouts([tradesRule(market, heads), bookRule(heads)])
}

/** Symbols by the market that they are of. */
class SentSymbols {
  private category: BybitCategory | null = null
  private readonly known = new Map<string, Head | undefined>()

  constructor(private readonly market: BybitMarket) {}

  /** Undefined where the text is no symbol. */
  of(symbol: string): Head | undefined {
    const { category } = this.market
    if (category !== this.category || this.known.size > 10_000) this.known.clear()
    this.category = category
    let head = this.known.get(symbol)
    if (head === undefined) {
      head = known((text: string) => bybitHead(text, category))(symbol)
      this.known.set(symbol, head)
    }
    return head
  }
}

/** Trades tell the market; until it is known they go the general way, which learns it from them. */
function tradesRule(market: BybitMarket, heads: SentSymbols): Rule {
  return rule({
    name: 'publicTrade',
    when: {},
    fields: [
      text('topic', topic => (topic.startsWith('publicTrade.') ? topic : undefined)),
      list(
        'data',
        gather<Trade>,
        [
          text('s', symbol => symbol),
          id('i'),
          price('p'),
          size('v'),
          choice('S', { Buy: 'buy' as const, Sell: 'sell' as const }),
          integer('T'),
        ],
        (gathered, name, id, price, size, side, count) => {
          const time = millis(count)
          const head = heads.of(name)
          if (head === undefined || Number.isNaN(time)) gathered.sound = false
          else {
            const { exchange, symbol, pair } = head
            const { received } = gathered
            gathered.events.push({ type: 'trade', exchange, symbol, pair, id, price, size, side, time, received })
          }
        },
      ),
    ],
    make: (_, out: Decoded[], __, gathered) => market.category !== null && pushGathered<Decoded>(gathered, out),
  })
}

/** Books of one level are quotes made of several messages, and go the general way. */
function bookRule(heads: SentSymbols): Rule {
  return rule({
    name: 'orderbook',
    when: {},
    fields: [
      text('topic', topic => (/^orderbook\.(?!1\.)\d{1,4}\./.test(topic) ? topic : undefined)),
      choice('type', { snapshot: 'snapshot' as const, delta: 'delta' as const }),
      text('data.s', symbol => symbol),
      integer('data.u'),
      levels('data.b'),
      levels('data.a'),
      integer('ts'),
    ],
    make: (received, out: Decoded[], _, type, name, last, bids, asks, count) => {
      const time = millis(count)
      const head = heads.of(name)
      if (head === undefined || Number.isNaN(time)) return false
      const { exchange, symbol, pair } = head
      const kind = last === 1 ? 'snapshot' : type
      out.push({
        type: 'bookUpdate',
        exchange,
        symbol,
        pair,
        kind,
        first: last,
        last,
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
