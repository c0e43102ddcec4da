import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventLine } from '../../src/model/event-line.js'
import type { TradingEvent } from '../../src/model/trading.js'
import { TradingLines } from '../../src/session/trading-lines.js'

/** Few, so that events often share them, and among them what needs an escape. */
const word = fc.oneof(
  fc.constantFrom('binance', 'BTCUSDT', '币安', 'a"b\\c', '\u001b[2J\u202e', '\ud800', 'é'),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const wordOrNull = fc.option(word)
const decimal = fc.constantFrom('0', '1', '-0.5', '97123.45', '0.00000001', '123456789012345678901234567890.5')
const decimalOrNull = fc.option(decimal)
const time = fc.oneof(fc.constantFrom(0, 99_999_999, 100_000_000, 1_732_406_459_999_999), fc.maxSafeNat())
const head = { exchange: word, symbol: word, pair: word, strategy: word }
const side = fc.constantFrom('buy', 'sell')
const status = fc.constantFrom(
  'submitted',
  'open',
  'triggered',
  'partial',
  'filled',
  'cancelled',
  'rejected',
  'expired',
)

const terms = {
  timeInForce: fc.constantFrom('GTC', 'IOC', 'FOK', 'GTD', 'day'),
  expires: fc.option(time),
  postOnly: fc.boolean(),
  reduceOnly: fc.boolean(),
  group: wordOrNull,
  filled: decimal,
  status,
  reason: fc.option(fc.constantFrom('funds', 'oco', 'time')),
  time,
}
const kind = fc.constantFrom('market', 'limit', 'stop', 'stop-limit', 'trailing-stop', 'take-profit')
const prices = { size: decimal, price: decimalOrNull, stopPrice: decimalOrNull, trailing: fc.option(fc.constantFrom('25', '0.5%')) } // prettier-ignore
const order = { type: fc.constant('order'), ...head, id: word, tag: wordOrNull, side, kind, ...prices }
const sums = { price: decimal, size: decimal, fee: decimal, feeAsset: word }
const held = { size: decimal, cost: decimal, averagePrice: decimalOrNull, realised: decimal, unrealised: decimalOrNull }
const money = { cash: decimal, equity: decimal, realised: decimal, unrealised: decimal, fees: decimal }

const event = fc.oneof(
  fc.record({ type: fc.constant('signal'), ...head, direction: fc.constantFrom('long', 'short', 'flat'), size: wordOrNull, reason: word, time }), // prettier-ignore
  fc.record({ ...order, ...terms }),
  fc.record({ ...order, activation: decimal, ...terms }),
  fc.record({ type: fc.constant('fill'), ...head, id: word, order: word, side, ...sums, liquidity: fc.constantFrom('maker', 'taker'), time }), // prettier-ignore
  fc.record({ type: fc.constant('position'), ...head, ...held, time }),
  fc.record({ type: fc.constant('equity'), strategy: word, asset: word, ...money, time }),
  fc.record({ type: fc.constant('refusal'), ...head, side: fc.option(side), kind, size: wordOrNull, price: wordOrNull, code: fc.constant('funds'), detail: word, time }), // prettier-ignore
  fc.record({ type: fc.constant('halt'), strategy: word, blocks: fc.constant('all'), code: fc.constant('failure'), detail: word, time }), // prettier-ignore
) as fc.Arbitrary<TradingEvent>

describe('the lines of trading events', () => {
  it('are those of all other events, whatever went before', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), events => {
        const lines = new TradingLines()
        expect(events.map(told => lines.of(told))).toEqual(events.map(eventLine))
      }),
      { numRuns: 500 },
    )
  })

  it('are told anew for an order of which anything was changed', () => {
    const all = fc.record({ ...order, activation: decimal, ...terms })
    fc.assert(
      fc.property(all, all, (one, other) => {
        const lines = new TradingLines()
        for (const key of Object.keys(one)) {
          const changed = { ...one, [key]: other[key as keyof typeof other] }
          for (const told of [one, changed] as unknown as TradingEvent[]) expect(lines.of(told)).toBe(eventLine(told))
        }
      }),
      { numRuns: 300 },
    )
  })
})
