/** The simulated market: the same bytes for the same seed, and a market that holds together whatever one looks at. */
import { describe, expect, it } from 'vitest'
import { SimulatedMarket } from '../../../src/feed/embedded/simulated-market.js'
import { profileOf } from '../../../src/feed/embedded/symbol-profile.js'
import { Book } from '../../../src/market/book.js'
import type { Level } from '../../../src/model/event.js'
import type { Message } from './client.js'

const START = 1_732_400_000_000_000
const SECOND = 1_000_000

interface Sent {
  readonly stream: string
  readonly text: string
}

function play(seed: number, seconds: number, symbols = ['BTCUSDT'], rate = 50, slices = 1): Sent[] {
  const market = new SimulatedMarket({ seed, start: START, rate })
  const sent: Sent[] = []
  const sink = { wants: () => true, send: (stream: string, text: string) => void sent.push({ stream, text }) }
  for (const symbol of symbols) market.market(symbol)
  for (let slice = 1; slice <= slices; slice++) {
    market.advanceTo(START + Math.round((seconds * SECOND * slice) / slices), sink)
  }
  return sent
}

const of = (sent: readonly Sent[], channel: string): Message[] =>
  sent.filter(({ stream }) => stream.endsWith(`@${channel}`)).map(({ text }) => JSON.parse(text))
const levels = (rows: [string, string][]): Level[] => rows.map(([price, size]) => [Number(price), Number(size)])

describe('SimulatedMarket', () => {
  it('sends the same bytes for the same seed however time is cut, and others for another seed', () => {
    const one = play(7, 20, ['BTCUSDT', 'ETHUSDT'])
    expect(play(7, 20, ['BTCUSDT', 'ETHUSDT'], 50, 333)).toEqual(one)
    expect(play(8, 20, ['BTCUSDT', 'ETHUSDT'])).not.toEqual(one)
    expect(one.length).toBeGreaterThan(1000)
  })

  it('gives a symbol the same market whatever else is listed', () => {
    const alone = play(3, 5, ['ETHUSDT'])
    const together = play(3, 5, ['BTCUSDT', 'ETHUSDT', 'XRPUSDT']).filter(({ stream }) => stream.startsWith('ethusdt'))
    expect(together).toEqual(alone)
  })

  it('numbers trades by one, puts prices on the tick and sizes on the step, and trades at about the rate', () => {
    const trades = of(play(1, 120), 'trade')
    trades.forEach((trade, index) => {
      expect(trade.t).toBe(index + 1)
      expect(trade.p).toMatch(/^\d+\.\d\d000000$/)
      expect(trade.q).toMatch(/^\d+\.\d{5}000$/)
      expect(Number(trade.q)).toBeGreaterThan(0)
    })
    expect(trades.length / 120).toBeGreaterThan(25)
    expect(trades.length / 120).toBeLessThan(100)
  })

  it('aggregates trades without losing or inventing any', () => {
    const sent = play(1, 60)
    const trades = of(sent, 'trade')
    const aggregated = of(sent, 'aggTrade')
    expect(aggregated.map(trade => trade.a)).toEqual(aggregated.map((_, index) => index + 1))
    expect(aggregated[0].f).toBe(1)
    aggregated.slice(1).forEach((trade, index) => expect(trade.f).toBe(aggregated[index].l + 1))
    expect(aggregated.at(-1).l).toBe(trades.at(-1).t)
    expect(aggregated.length).toBeLessThan(trades.length)
    for (const { f, l, q, p, m } of aggregated) {
      const parts = trades.slice(f - 1, l)
      expect(parts.reduce((sum, part) => sum + Number(part.q), 0)).toBeCloseTo(Number(q), 8)
      expect(parts.every(part => part.p === p && part.m === m)).toBe(true)
    }
  })

  it('chains depth updates to a REST snapshot and to the quotes', () => {
    const market = new SimulatedMarket({ seed: 5, start: START, rate: 100 })
    const btc = market.market('BTCUSDT')!
    const sent: Sent[] = []
    const sink = { wants: () => true, send: (stream: string, text: string) => void sent.push({ stream, text }) }
    market.advanceTo(START + 1_234_567, sink)
    const snapshot = JSON.parse(btc.snapshot(5000))
    sent.length = 0
    market.advanceTo(START + 30 * SECOND, sink)
    for (const channel of ['depth', 'depth@100ms']) {
      const book = new Book()
      book.replace({ bids: levels(snapshot.bids), asks: levels(snapshot.asks), texts: null })
      let last: number = snapshot.lastUpdateId
      const deltas = of(sent, channel)
      deltas.forEach((delta, index) => {
        if (index === 0) expect(delta.U).toBeLessThanOrEqual(last + 1)
        else expect(delta.U).toBe(last + 1)
        last = delta.u
        book.apply({ bids: levels(delta.b), asks: levels(delta.a), texts: null })
        expect(book.crossed).toBe(false)
      })
      const now = JSON.parse(btc.snapshot(5000))
      expect(last).toBe(now.lastUpdateId)
      expect(book.bids.top()).toEqual(levels(now.bids))
      expect(book.asks.top()).toEqual(levels(now.asks))
      const quote = of(sent, 'bookTicker').at(-1)
      expect([Number(quote.b), Number(quote.B)]).toEqual(book.bids.top(1)[0])
    }
    expect(of(sent, 'depth20@100ms').at(-1).bids).toHaveLength(20)
  })

  it('trades inside the quotes that stood before, on the side it says', () => {
    const sent = play(11, 60, ['ETHUSDT'])
    let bid = 0
    let ask = Number.POSITIVE_INFINITY
    for (const { stream, text } of sent) {
      const message = JSON.parse(text)
      if (stream.endsWith('@bookTicker')) [bid, ask] = [Number(message.b), Number(message.a)]
      if (stream.endsWith('@bookTicker')) expect(bid).toBeLessThan(ask)
      if (stream.endsWith('@trade') && bid > 0) {
        if (message.m) expect(Number(message.p)).toBeLessThanOrEqual(bid)
        else expect(Number(message.p)).toBeGreaterThanOrEqual(ask)
      }
    }
  })

  it('closes candles on the boundary that agree with the trades, also without any', () => {
    const sent = play(2, 200, ['SOLUSDT'], 0.5)
    const closed = of(sent, 'kline_1s').filter(({ k }) => k.x)
    closed.slice(1).forEach(({ k }, index) => expect(k.t).toBe(closed[index].k.T + 1))
    const trades = of(sent, 'trade')
    expect(closed.some(({ k }) => k.n === 0)).toBe(true)
    for (const { k } of closed) {
      const inside = trades.filter(trade => trade.T >= k.t && trade.T <= k.T)
      expect(k.n).toBe(inside.length)
      if (inside.length === 0) continue
      expect([k.o, k.c]).toEqual([inside[0].p, inside.at(-1).p])
      expect(Number(k.h)).toBe(Math.max(...inside.map(trade => Number(trade.p))))
      expect(Number(k.v)).toBeCloseTo(inside.reduce((sum, trade) => sum + Number(trade.q), 0), 8) // prettier-ignore
    }
    expect(of(sent, 'kline_1m').filter(({ k }) => k.x).length).toBeGreaterThanOrEqual(2)
  })

  it('keeps prices sane and the book full for hours', () => {
    const market = new SimulatedMarket({ seed: 4, start: START, rate: 1 })
    const btc = market.market('BTCUSDT')!
    const none = { wants: () => false, send: () => undefined }
    for (let hour = 1; hour <= 12; hour++) {
      market.advanceTo(START + hour * 3600 * SECOND, none)
      const { bids, asks } = JSON.parse(btc.snapshot(5000))
      expect(Number(bids[0][0])).toBeGreaterThan(97_000 / 1.6)
      expect(Number(asks[0][0])).toBeLessThan(97_000 * 1.6)
      expect((asks[0][0] - bids[0][0]) / bids[0][0]).toBeLessThan(0.005)
      expect(bids.length).toBeGreaterThan(100)
      expect(asks.length).toBeGreaterThan(100)
    }
  })

  it('remembers trades for those who ask for what they missed', () => {
    const market = new SimulatedMarket({ seed: 4, start: START, rate: 100 })
    const { trades } = market.market('BTCUSDT')!
    market.advanceTo(START + 20 * SECOND, { wants: () => false, send: () => undefined })
    expect(trades.from(100, 3).map(trade => trade.id)).toEqual([100, 101, 102])
    expect(trades.from(null, 2).map(trade => trade.id)).toEqual([trades.nextId - 2, trades.nextId - 1])
    expect(trades.from(10_000_000, 5)).toEqual([])
  })
})

describe('profileOf', () => {
  it('gives plausible ticks and lots, and knows what cannot be a symbol', () => {
    expect(profileOf('BTCUSDT')).toMatchObject({ startTicks: 9_700_000, priceDecimals: 2, sizeDecimals: 5 })
    expect(profileOf('ETHBTC')).toMatchObject({ quote: 'BTC', priceDecimals: 6 })
    expect(profileOf('PEPEUSDT')).toMatchObject({ base: 'PEPE', quote: 'USDT' })
    for (const text of ['', 'BTC', 'USDTUSDT', 'btcusdt', '__PROTO__', 'NOSUCHQUOTE'])
      expect(profileOf(text)).toBeUndefined()
  })
})
