/** Third-party expectations: what another library's mappers make of recorded messages, compared event by event. */
import { expect, it } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.js'
import type { Decoded } from '../../src/model/event.js'
import { parseIsoMicros } from '../../src/model/time.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { RECEIVED } from './conformance.js'
import { cryptoMsgParserAssertions } from './third-party.js'

interface Expected {
  readonly exchange: string
  readonly tardis_exchange: string
  readonly test: string
  readonly index: number
  readonly message: unknown
  readonly expected: readonly ExpectedEvent[]
}

interface ExpectedEvent {
  readonly type: string
  readonly symbol: string
  readonly id?: string | null
  readonly price?: number
  readonly amount?: number
  readonly side?: string
  readonly isSnapshot?: boolean
  readonly bids?: readonly { readonly price: number; readonly amount: number }[]
  readonly asks?: readonly { readonly price: number; readonly amount: number }[]
  readonly bidPrice?: number
  readonly askPrice?: number
  readonly bidAmount?: number | null
  readonly askAmount?: number | null
  readonly fundingRate?: number | null
  readonly openInterest?: number | null
  readonly timestamp: string
}

export interface Comparison {
  readonly exchange: Exchange
  /** Folder name in the expectations. */
  readonly folder: string
  /** Which messages are compared; others differ for a documented reason. */
  readonly compared: (test: string, index: number, message: unknown, event: ExpectedEvent) => boolean
  /** Makes our symbol theirs. */
  readonly symbol?: (symbol: string) => string
}

const FILE = 'recorded/_expected/tardis-mappers.public.json'

/** Declares one test per group of messages: trades, book changes, quotes and liquidations must be found among what we decode. */
export function agreesWithMappers({ exchange, folder, compared, symbol = same => same }: Comparison): void {
  if (!hasShared(FILE)) return
  const all = JSON.parse(sharedLines(FILE).join('')) as Expected[]
  const groups = new Map<string, Expected[]>()
  for (const entry of all.filter(({ exchange: name }) => name === folder)) {
    groups.set(entry.test, [...(groups.get(entry.test) ?? []), entry])
  }
  for (const [test, entries] of groups) {
    const wanted = entries.map(({ index, message, expected }) =>
      expected.flatMap(event => (compared(test, index, message, event) ? (fromTheirs(event) ?? []) : [])),
    )
    if (wanted.flat().length === 0) continue
    it(`agrees with ${test}`, () => {
      const decoder = exchange.decoder()
      for (const [position, { index, message }] of entries.entries()) {
        const out: Decoded[] = []
        decoder.decode(Buffer.from(JSON.stringify(message)), RECEIVED, out)
        const mine = out.map(event => comparable(event, symbol))
        for (const event of wanted[position] ?? []) {
          expect(mine, `${String(index)} ${JSON.stringify(message)}`).toContainEqual(event)
        }
      }
    })
  }
}

/** Declares one test: what another parser's tests assert of values as sent. */
export function agreesWithParser(
  exchange: Exchange,
  folder: string,
  differs: (test: string, path: string) => boolean = () => false,
): void {
  if (!hasShared('recorded/_expected/crypto-msg-parser.public.json')) return
  it('agrees with crypto-msg-parser wherever it speaks of values as sent', () => {
    const assertions = cryptoMsgParserAssertions(exchange, folder).filter(({ test, path }) => !differs(test, path))
    expect(assertions.length).toBeGreaterThan(0)
    for (const { test, path, expected, actual } of assertions) {
      // They keep milliseconds.
      const cut = path.endsWith('timestamp') ? Math.floor(Number(actual)) : actual
      expect(cut, `${test} ${path}`).toEqual(expected)
    }
  })
}

function comparable(event: Decoded, symbol: (symbol: string) => string): object {
  switch (event.type) {
    case 'trade':
    case 'liquidation':
      return {
        type: event.type,
        symbol: symbol(event.symbol),
        price: event.price,
        size: event.size,
        side: event.side,
        time: event.time,
        ...(event.type === 'trade' ? { id: /^\d+$|-/.test(event.id) ? event.id : null } : {}),
      }
    case 'quote': {
      const { bid, bidSize, ask, askSize, time } = event
      return { type: event.type, symbol: symbol(event.symbol), bid, bidSize, ask, askSize, time }
    }
    case 'bookUpdate':
      return {
        type: 'book',
        symbol: symbol(event.symbol),
        snapshot: event.kind !== 'delta',
        bids: event.bids,
        asks: event.asks,
        time: event.time,
      }
    default:
      return { type: event.type }
  }
}

/** Their event in our words; undefined for kinds that have no counterpart among ours. */
function fromTheirs(event: ExpectedEvent): object | undefined {
  const { symbol, price, amount: size, side } = event
  const time = parseIsoMicros(event.timestamp)
  const levels = (list: ExpectedEvent['bids']): number[][] => (list ?? []).map(level => [level.price, level.amount])
  switch (event.type) {
    case 'trade':
      return { type: 'trade', symbol, price, size, side, time, id: event.id }
    case 'liquidation':
      return { type: 'liquidation', symbol, price, size, side, time }
    case 'book_ticker': {
      const { bidPrice: bid, bidAmount: bidSize, askPrice: ask, askAmount: askSize } = event
      return bidSize === null ? undefined : { type: 'quote', symbol, bid, bidSize, ask, askSize, time }
    }
    case 'book_change':
      return {
        type: 'book',
        symbol,
        snapshot: event.isSnapshot,
        bids: levels(event.bids),
        asks: levels(event.asks),
        time,
      }
    default:
      return undefined
  }
}
