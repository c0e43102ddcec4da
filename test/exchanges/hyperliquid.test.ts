/** Hyperliquid against the table test and another project's expectations. */
import { describe, expect, it } from 'vitest'
import { hyperliquid } from '../../src/exchanges/hyperliquid.js'
import { hasShared, sharedLines } from '../support/shared.js'
import { conformance, decodeLast, RECEIVED, streamOf } from './conformance.js'
import { tardisSteps } from './third-party.js'

const head = { exchange: 'hyperliquid', symbol: 'BTC', pair: 'BTC/USDC:USDC' } as const
const at = { time: 1_732_353_600_101_000, received: RECEIVED }
const now = { time: RECEIVED, received: RECEIVED }

const trades = (tid: number, side = 'B', coin = 'BTC'): string =>
  `{"channel":"trades","data":[{"coin":"${coin}","side":"${side}","px":"97123.5","sz":"0.38111","time":1732353600101,"hash":"0x00","tid":${tid},"users":["0x1","0x2"]}]}`
const candle = (start: number, volume: string): string =>
  `{"channel":"candle","data":{"t":${start},"T":${start + 59_999},"s":"BTC","i":"1m","o":"97000.0","c":"97100.0","h":"97200.0","l":"96950.5","v":"${volume}","n":12}}`
const running = {
  type: 'candle', ...head, interval: '1m', start: 1_732_353_540_000_000,
  open: 97000, high: 97200, low: 96950.5, close: 97100, volume: 1.25, closed: false, ...now,
} as const // prettier-ignore

conformance({
  exchange: hyperliquid,
  golden: [
    {
      name: 'a trade that a buyer took',
      stream: 'BTC@trade',
      before: [trades(1)],
      frame: trades(1016375172059570),
      events: [{ type: 'trade', ...head, id: '1016375172059570', price: 97123.5, size: 0.38111, side: 'buy', ...at }],
    },
    {
      name: 'a trade that a seller took, keys in another order',
      before: [trades(1)],
      frame:
        '{"data":[{"tid":7,"time":1732353600101,"sz":"2","px":"97123.5","side":"A","coin":"BTC"}],"channel":"trades"}',
      events: [{ type: 'trade', ...head, id: '7', price: 97123.5, size: 2, side: 'sell', ...at }],
    },
    {
      name: 'a book',
      stream: 'BTC@book20',
      frame:
        '{"channel":"l2Book","data":{"coin":"BTC","time":1732353600101,"levels":[[{"px":"97123.0","sz":"3.4","n":1},{"px":"97122.0","sz":"1.6","n":2}],[{"px":"97124.0","sz":"2.9","n":1}]]}}',
      events: [
        {
          type: 'bookUpdate', ...head, kind: 'partial', first: null, last: null, previous: null, checksum: null,
          bids: [[97123, 3.4], [97122, 1.6]], asks: [[97124, 2.9]], texts: null, ...at,
        },
      ],
    },
    {
      name: 'a quote',
      stream: 'BTC@quote',
      frame:
        '{"channel":"bbo","data":{"coin":"BTC","time":1732353600101,"bbo":[{"px":"97123.0","sz":"3.4","n":1},{"px":"97124.0","sz":"2.9","n":1}]}}',
      events: [{ type: 'quote', ...head, bid: 97123, bidSize: 3.4, ask: 97124, askSize: 2.9, ...at }],
    },
    { name: 'a running candle', stream: 'BTC@candle_1m', frame: candle(1732353540000, '1.25'), events: [running] },
    {
      name: 'a new candle, which closes the one before',
      before: [candle(1732353540000, '1.25')],
      frame: candle(1732353600000, '0.5'),
      events: [{ ...running, closed: true }, { ...running, start: 1_732_353_600_000_000, volume: 0.5 }],
    },
    {
      name: 'a volume printed to 17 digits, which names one double',
      frame: candle(1732353540000, '3495670.8399999999'),
      events: [{ ...running, volume: 3495670.84 }],
    },
    {
      name: 'funding and open interest',
      stream: 'BTC@openInterest',
      frame:
        '{"channel":"activeAssetCtx","data":{"coin":"BTC","ctx":{"funding":"0.0000125","openInterest":"8123.40122","prevDayPx":"96000.0","dayNtlVlm":"1169046.29406","premium":"0.00031774","oraclePx":"97100.0","markPx":"97110.5","midPx":"97123.5","impactPxs":["97123.0","97124.0"]}}}',
      events: [
        { type: 'funding', ...head, rate: 0.0000125, markPrice: 97110.5, nextFunding: null, ...now },
        { type: 'openInterest', ...head, openInterest: 8123.40122, ...now },
      ],
    },
  ], // prettier-ignore
  control: [
    { name: 'the batch from before the subscription', frame: trades(1), type: 'ignored' },
    {
      name: 'an acknowledgement',
      frame: '{"channel":"subscriptionResponse","data":{"method":"subscribe","subscription":{"type":"trades","coin":"BTC"}}}',
      type: 'ack',
    },
    {
      name: 'an unsubscription',
      frame: '{"channel":"subscriptionResponse","data":{"method":"unsubscribe","subscription":{"type":"trades","coin":"BTC"}}}',
      type: 'ignored',
    },
    { name: 'an error', frame: '{"channel":"error","data":"Invalid subscription {\\"type\\":\\"trades\\",\\"coin\\":\\"NOPE\\"}"}', type: 'refused' },
    { name: 'a second subscription to the same', frame: '{"channel":"error","data":"Already subscribed: {\\"type\\":\\"trades\\",\\"coin\\":\\"BTC\\"}"}', type: 'ack' },
    { name: 'a pong', frame: '{"channel":"pong"}', type: 'heartbeat' },
    { name: 'all mid prices', frame: '{"channel":"allMids","data":{"mids":{"BTC":"97123.5"}}}', type: 'ignored' },
    { name: 'a quote without bids', frame: '{"channel":"bbo","data":{"coin":"BTC","time":1732353600101,"bbo":[null,{"px":"1","sz":"1","n":1}]}}', type: 'ignored' },
    { name: 'the context of a spot coin', frame: '{"channel":"activeAssetCtx","data":{"coin":"@107","ctx":{"markPx":"1.5"}}}', type: 'ignored' },
  ], // prettier-ignore
  broken: [
    { name: 'an unknown channel', frame: '{"channel":"surprise","data":{}}', code: 'unknown' },
    { name: 'a message without a channel', frame: '{"data":{}}', code: 'field' },
    { name: 'a side that is none', frame: trades(1, 'C'), code: 'field' },
    { name: 'a coin that is none', frame: trades(1, 'B', 'BTC/EUR'), code: 'symbol' },
    { name: 'a coin in the wrong case', frame: trades(1, 'B', 'btc'), code: 'symbol' },
    { name: 'a time in seconds', frame: trades(1).replace('1732353600101', '1732353600'), code: 'time' },
    { name: 'a size that no double holds', frame: trades(1).replace('0.38111', '0.3811100000000000001'), code: 'inexact' },
    { name: 'a long volume that names no double', frame: candle(1732353540000, '3495670.8399999991'), code: 'inexact' },
    { name: 'a book without asks', frame: '{"channel":"l2Book","data":{"coin":"BTC","time":1732353600101,"levels":[[]]}}', code: 'shape' },
  ], // prettier-ignore
  instruments: [
    ['btc', 'BTC', 'BTC/USDC:USDC'],
    ['eth/usdc:usdc', 'ETH', 'ETH/USDC:USDC'],
    ['KPEPE', 'kPEPE', 'KPEPE/USDC:USDC'],
    ['KAS', 'KAS', 'KAS/USDC:USDC'],
    ['purr/usdc', 'PURR/USDC', 'PURR/USDC'],
    ['HYPE/USDC', '@107', 'HYPE/USDC'],
    ['@999', '@999', '@999'],
    ['xyz:NVDA', 'xyz:NVDA', 'XYZ-NVDA/USDC:USDC'],
  ],
  strangers: ['BTC/USDT', 'NOPE/USDC', 'BTC-PERP-X', '@x', '/USDC:USDC'],
  streams: [
    {
      typed: 'BTC@trade',
      subscribe: [{ method: 'subscribe', subscription: { type: 'trades', coin: 'BTC' } }],
      unsubscribe: [{ method: 'unsubscribe', subscription: { type: 'trades', coin: 'BTC' } }],
      address: 'wss://api.hyperliquid.xyz/ws',
    },
    { typed: 'kpepe@quote', subscribe: [{ method: 'subscribe', subscription: { type: 'bbo', coin: 'kPEPE' } }] },
    { typed: 'BTC@book', subscribe: [{ method: 'subscribe', subscription: { type: 'l2Book', coin: 'BTC' } }] },
    {
      typed: 'HYPE/USDC@candle_1h',
      subscribe: [{ method: 'subscribe', subscription: { type: 'candle', coin: '@107', interval: '1h' } }],
    },
    { typed: 'BTC@funding', subscribe: [{ method: 'subscribe', subscription: { type: 'activeAssetCtx', coin: 'BTC' } }] },
  ], // prettier-ignore
  recordings: ['hyperliquid'],
})

describe('hyperliquid', () => {
  it('asks once for what two streams share', () => {
    const streams = ['funding', 'openInterest'].map(channel => streamOf(hyperliquid, `BTC@${channel}`))
    expect(hyperliquid.subscribe(streams, 1).map(frame => frame.streams)).toEqual([streams])
  })

  it('takes only the first batch of each coin for history', () => {
    const frames = [trades(1), trades(2, 'B', 'ETH'), trades(3)]
    expect(decodeLast(hyperliquid, frames.slice(0, 2)).map(entry => entry.type)).toEqual(['ignored'])
    expect(decodeLast(hyperliquid, frames).map(entry => entry.type)).toEqual(['trade'])
  })

  it('names the subscription that an error speaks of', () => {
    const frame = '{"channel":"error","data":"Invalid subscription {\\"type\\":\\"candle\\",\\"coin\\":\\"NOPE\\",\\"interval\\":\\"1m\\"}"}'
    expect(decodeLast(hyperliquid, [frame])).toMatchObject([{ type: 'refused', streams: ['candle NOPE 1m'] }])
  }) // prettier-ignore
})

if (hasShared('recorded/_expected')) {
  describe('hyperliquid, compared', () => {
    it('agrees with tardis-node on trades and books', () => {
      const steps = tardisSteps(hyperliquid, 'hyperliquid')
      expect(steps.length).toBeGreaterThan(0)
      for (const { index, actual, expected } of steps) expect(actual, String(index)).toEqual(expected)
    })

    it('never shows a crossed book in the recorded session, and trades at its prices', () => {
      const decoder = hyperliquid.decoder()
      let best: { bid: number; ask: number } | undefined
      let checked = 0
      for (const line of sharedLines('recorded/hyperliquid/_session.hft-btc-20250126-A.jsonl.gz')) {
        const out: Parameters<typeof decoder.decode>[2] = []
        decoder.decode(Buffer.from(line), RECEIVED, out)
        for (const entry of out) {
          if (entry.type === 'bookUpdate') best = { bid: entry.bids[0]?.[0] ?? 0, ask: entry.asks[0]?.[0] ?? Infinity }
          if (best) expect(best.bid).toBeLessThan(best.ask)
          if (entry.type !== 'trade' || !best) continue
          // A buyer takes the ask or above, a seller the bid or below; the picture is up to half a second old.
          expect(entry.side).toBe(entry.price >= best.ask ? 'buy' : 'sell')
          checked++
        }
      }
      expect(checked).toBeGreaterThan(0)
    })
  })
}
