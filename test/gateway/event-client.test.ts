import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batches, type Policy } from '../../src/gateway/batches.js'
import { BUFFER_LIMIT, EventClient, SLOW_CONSUMER } from '../../src/gateway/event-client.js'
import { EventRing } from '../../src/gateway/event-ring.js'
import { parsePattern, TopicFilter, topicOf } from '../../src/gateway/topic.js'
import { MarketState, stateKey } from '../../src/session/market-state.js'
import type { Book, Quote, Trade } from '../../src/model/event.js'

const head = { exchange: 'sim', symbol: 'BTCUSDT', pair: 'BTC/USDT' } as const
const trade = (id: number): Trade => ({ type: 'trade', ...head, id: String(id), price: 100 + id, size: 1, side: 'buy', time: id, received: id }) // prettier-ignore
const quote = (at: number): Quote => ({ type: 'quote', ...head, bid: at, bidSize: 1, ask: at + 1, askSize: 1, time: at, received: at }) // prettier-ignore
const book = (sequence: number, bids: [number, number][], snapshot = false): Book => ({ type: 'book', ...head, snapshot, bids, asks: [], sequence: String(sequence), time: sequence, received: sequence }) // prettier-ignore

function rig(capacity = 1_000) {
  const ring = new EventRing({ capacity })
  const state = new MarketState()
  const outlet = { sent: [] as string[], closed: null as [number, string] | null, buffered: 0 }
  const wholeBook = (event: object) => ('bids' in event ? state.book('sim', 'BTCUSDT') : undefined)
  const client = new EventClient({
    id: '1',
    ring,
    outlet: {
      send: text => outlet.sent.push(text.toString()),
      close: (code, reason) => (outlet.closed = [code, reason]),
      get buffered() {
        return outlet.buffered
      },
    },
    snapshot: filter => [...state.snapshot()].filter(event => filter.passes(topicOf(event as Trade))),
    batches: new Batches({ ring, stateKey, wholeBook }),
  })
  return {
    ring,
    outlet,
    client,
    add: (event: Trade | Quote | Book) => {
      ring.append(topicOf(event), event)
      state.apply(event)
    },
    listen: (policy: Policy, from: number | null = null, ...topics: string[]) =>
      client.listen(
        new TopicFilter((topics.length === 0 ? ['*'] : topics).map(text => parsePattern(text)!)),
        policy,
        from,
      ),
    messages: () => outlet.sent.splice(0).flatMap(text => text.split('\n').map(line => JSON.parse(line))),
  }
}

describe('a lossless client', () => {
  it('gets a snapshot, then every event with its number, and resumes behind the last one', () => {
    const { add, listen, client, messages } = rig()
    add(quote(1))
    add(trade(2))
    listen('lossless')
    expect(messages()).toEqual([
      { type: 'subscribed', topics: ['*'], policy: 'lossless', resumed: false, sequence: 2 },
      { type: 'snapshot', sequence: 2, events: [quote(1)] },
    ])
    add(trade(3))
    add(quote(4))
    client.flush()
    expect(messages()).toEqual([
      { sequence: 3, event: trade(3) },
      { sequence: 4, event: quote(4) },
    ])
    listen('lossless', 3)
    client.flush()
    expect(messages()).toEqual([
      { type: 'subscribed', topics: ['*'], policy: 'lossless', resumed: true, sequence: 3 },
      { sequence: 4, event: quote(4) },
    ])
  })

  it('begins anew where its place is no longer kept or has not been yet', () => {
    const { add, listen, messages } = rig(4)
    for (let id = 1; id <= 10; id++) add(trade(id))
    listen('lossless', 2)
    expect(messages()[0]).toMatchObject({ resumed: false, sequence: 10 })
    listen('lossless', 99)
    expect(messages()[0]).toMatchObject({ resumed: false, sequence: 10 })
    listen('lossless', 6)
    expect(messages()[0]).toMatchObject({ resumed: true, sequence: 6 })
  })

  it('is ended with the reason where it fell behind what is kept', () => {
    const { add, listen, client, outlet } = rig(8)
    listen('lossless')
    outlet.buffered = BUFFER_LIMIT + 1
    for (let id = 1; id <= 20; id++) {
      add(trade(id))
      client.flush()
    }
    expect(outlet.closed).toEqual([SLOW_CONSUMER, expect.stringContaining('slow consumer')])
    const { offered, delivered, conflated, dropped, waiting } = client.report()
    expect(offered).toBe(delivered + conflated + dropped + waiting)
    expect(dropped).toBeGreaterThan(0)
  })

  it('hears only what it asked for', () => {
    const { add, listen, client, messages } = rig()
    listen('lossless', 0, 'trade.sim')
    messages()
    add(quote(1))
    add(trade(2))
    client.flush()
    expect(messages()).toEqual([{ sequence: 2, event: trade(2) }])
  })
})

describe('a client of the latest', () => {
  it('gets the newest of each state, every trade, and a whole book for passed deltas', () => {
    const { add, listen, client, messages } = rig()
    listen('latest')
    messages()
    add(book(1, [[10, 1]], true))
    add(quote(2))
    add(book(3, [[11, 2]]))
    add(trade(4))
    add(quote(5))
    add(trade(6))
    client.flush()
    expect(messages()).toEqual([
      { sequence: 3, event: { ...book(3, [[11, 2], [10, 1]]), snapshot: true } },
      { sequence: 4, event: trade(4) },
      { sequence: 5, event: quote(5) },
      { sequence: 6, event: trade(6) },
    ]) // prettier-ignore
    expect(client.report()).toMatchObject({ offered: 6, delivered: 4, conflated: 2, dropped: 0, waiting: 0 })
  })

  it('is told what it missed and begins from a snapshot after a stall, with bounded memory', () => {
    const { add, listen, client, outlet, messages } = rig(8)
    listen('latest')
    messages()
    outlet.buffered = BUFFER_LIMIT + 1
    for (let at = 1; at <= 20; at++) {
      add(quote(at))
      client.flush()
    }
    expect(messages()).toEqual([])
    outlet.buffered = 0
    client.flush()
    expect(messages()).toEqual([
      { type: 'skipped', events: 12 },
      { type: 'snapshot', sequence: 20, events: [quote(20)] },
    ])
    expect(outlet.closed).toBeNull()
  })

  it('accounts for every event whatever happens', () => {
    const step = fc.oneof(fc.constant('trade'), fc.constant('quote'), fc.constant('flush'), fc.constant('stall'), fc.constant('go')) // prettier-ignore
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.constantFrom<Policy>('latest', 'lossless'),
        (steps, policy) => {
          const { add, listen, client, outlet, ring } = rig(16)
          listen(policy)
          let at = 0
          for (const what of steps) {
            if (what === 'trade') add(trade(++at))
            else if (what === 'quote') add(quote(++at))
            else if (what === 'flush') client.flush()
            else outlet.buffered = what === 'stall' ? BUFFER_LIMIT + 1 : 0
          }
          const { offered, delivered, conflated, dropped, waiting } = client.report()
          expect(offered).toBe(delivered + conflated + dropped + waiting)
          expect(ring.size).toBeLessThanOrEqual(16)
          if (outlet.closed === null && client.isBehind && ring.oldest <= 1) expect(offered).toBe(at)
        },
      ),
    )
  })
})

describe('the ring', () => {
  it('keeps numbers in order within its bounds of events and bytes', () => {
    const ring = new EventRing({ capacity: 100, bytes: 10_000 })
    for (let id = 1; id <= 1_000; id++) ring.append(['trade', 'sim', 'X'], trade(id))
    expect(ring.head).toBe(1_000)
    expect(ring.weight).toBeLessThanOrEqual(10_000)
    expect(ring.get(ring.oldest)).toMatchObject({ sequence: ring.oldest, event: trade(ring.oldest) })
    expect(ring.get(ring.oldest - 1)).toBeUndefined()
    expect(ring.get(1_001)).toBeUndefined()
  })
})
