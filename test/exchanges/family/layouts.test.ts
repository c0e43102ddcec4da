/** Messages that the recordings hold few of, read from their bytes and from their JSON: both ways must tell the same. */
import { describe, expect, it } from 'vitest'
import { Random } from '../../../src/engine/random.js'
import { difference, mutated, twins } from '../../wire/differential.js'

const MS = 1_732_353_600_000
const MUTANTS = 4_000

/** One frame of each kind in many of its forms. */
const KINDS: Readonly<Record<string, readonly [exchange: string, frame: (n: number) => string]>> = {
  'gate spot.trades': [
    'gateio',
    n =>
      `{"time":${MS / 1_000},"time_ms":${MS + n},"channel":"spot.trades","event":"update","result":{"id":${309_143_071 + n},"create_time":${MS / 1_000},"create_time_ms":"${MS + n}${n % 5 === 0 ? '' : `.${100 + n}5`}","side":"${n % 2 === 0 ? 'sell' : 'buy'}","currency_pair":"BTC_USDT","amount":"0.${n + 1}","price":"97123.${n}"}}`,
  ],
  'gate spot.trades with times as numbers': [
    'gateio',
    n =>
      `{"time":${MS / 1_000},"channel":"spot.trades","event":"update","result":{"id":${n + 1},"create_time":${MS / 1_000},"create_time_ms":${MS + n}.${100 + n},"side":"buy","currency_pair":"BTC_USDT","amount":"0.5","price":"97123.${n}"}}`,
  ],
  'gate spot.tickers': [
    'gateio',
    n =>
      `{"time":${MS / 1_000},"time_ms":${MS + n},"channel":"spot.tickers","event":"update","result":{"currency_pair":"BTC_USDT","last":"97123.${n}","lowest_ask":"97124","highest_bid":"97123","change_percentage":"-3.6","base_volume":"3811.5${n}","quote_volume":"1.25","high_24h":"98000","low_24h":"95000.${n}"}}`,
  ],
  'gate spot.obu': [
    'gateio',
    n =>
      `{"channel":"spot.obu","result":{"t":${MS + n},"s":"ob.BTC_USDT.400","U":${1_000 + 2 * n},"u":${1_001 + 2 * n},"b":[["97123.${n}","${n}.5"],["97000","0"]]${n % 2 === 0 ? ',"a":[["97124","0.5"]]' : ''}},"time_ms":${MS + n},"time":${MS / 1_000},"event":"update"}`,
  ],
  'gate futures.obu': [
    'gateio',
    n =>
      `{"channel":"futures.obu","result":{"t":${MS + n},"s":"ob.BTC_USDT.50","U":${1_000 + n},"u":${1_000 + n},"a":[["97124.1","${n}"]]},"time_ms":${MS + n},"time":${MS / 1_000},"event":"update"}`,
  ],
  'a full book of gate spot.obu': [
    'gateio',
    n =>
      `{"channel":"spot.obu","result":{"t":${MS + n},"full":true,"s":"ob.BTC_USDT.400","u":${1_000 + n},"b":[["97123","1"]],"a":[["97124","2"]]},"time_ms":${MS + n},"time":${MS / 1_000},"event":"update"}`,
  ],
  'deribit perpetual ticker': [
    'deribit',
    n =>
      `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.BTC-PERPETUAL.100ms","data":{"timestamp":${MS + n},"stats":{"volume_usd":1.5,"volume":11897.2${n},"price_change":-1.5,"low":95000.5,"high":98000.0},"state":"open","settlement_price":97000.1,"open_interest":${1_132_329_370 + n},"mark_price":97110.25,"last_price":97123.5,"instrument_name":"BTC-PERPETUAL","index_price":97100.1,"funding_8h":0.00001,"current_funding":${n % 3 === 0 ? '-0.0001' : `0.0000${n + 1}`},"best_bid_price":97123.0,"best_bid_amount":10.0,"best_ask_price":97123.5,"best_ask_amount":20.0}}}`,
  ],
  'deribit option ticker': [
    'deribit',
    n =>
      `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"ticker.ETH-30JUL21-2800-C.raw","data":{"timestamp":${MS + n},"stats":{"volume":${n % 4 === 0 ? 'null' : `${n}.5`},"low":0.0015,"high":0.0025},"state":"open","open_interest":12685.0,"mark_price":0.001972,"last_price":${n % 5 === 0 ? 'null' : '0.002'},"instrument_name":"ETH-30JUL21-2800-C","greeks":{"theta":-1.6},"best_bid_price":0.0,"best_ask_price":0.0025}}}`,
  ],
}

const framesOf = (make: (n: number) => string): Buffer[] => Array.from({ length: 60 }, (_, n) => Buffer.from(make(n)))

describe('is read from its bytes as its JSON says', () => {
  it.each(Object.entries(KINDS))('%s', (kind, [exchange, make]) => {
    const frames = framesOf(make)
    const both = twins(exchange)
    const { fast: before } = both.learning.layouts.stats()
    expect(frames.flatMap(frame => difference(both, frame) ?? [])).toEqual([])
    const { fast, givenUp } = both.learning.layouts.stats()
    expect(givenUp).toBe(0)
    if (kind.startsWith('a full book')) expect(fast).toBe(before)
    else expect(fast - before).toBeGreaterThan(frames.length / 3)
  })
})

// After the others: what a decoder has looked at in vain long enough, it learns no more.
describe('is read the same where it is broken', () => {
  it.each(Object.entries(KINDS))('%s', (kind, [exchange, make]) => {
    const frames = framesOf(make)
    const both = twins(exchange)
    const random = new Random(`mutants of ${kind}`)
    for (const frame of frames) difference(both, frame)
    const found = Array.from({ length: MUTANTS }, (_, count) => {
      const frame = frames[random.int(0, frames.length - 1)] ?? Buffer.alloc(0)
      const other = frames[random.int(0, frames.length - 1)] ?? frame
      return difference(both, count % 4 === 0 ? frame : mutated(frame, other, random))
    })
    expect(found.filter(text => text !== undefined).slice(0, 3)).toEqual([])
  })
})
