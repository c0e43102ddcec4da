import { beforeEach, describe, expect, it } from 'vitest'
import { resolveStream } from '../../src/exchanges/registry.js'
import type { FeedEvent } from '../../src/model/event.js'
import type { DataFrame, LinkFrame } from '../../src/model/frame.js'
import type { KeptLetter } from '../../src/session/disputed-trades.js'
import { FEED_EVENTS } from '../../src/session/events.js'
import type { FeedControl } from '../../src/session/intake.js'
import { Session } from '../../src/session/session.js'
import { findImbalance } from '../../src/session/summary.js'

const T0 = 1_732_400_000_000_000
let events: FeedEvent[]
let letters: KeptLetter[]
let asked: string[]
let session: Session

const feed: FeedControl = {
  heard: () => undefined,
  wantSnapshot: (exchange, symbol) => asked.push(`snapshot ${exchange} ${symbol}`),
  resubscribeBook: (exchange, symbol) => asked.push(`resubscribe ${exchange} ${symbol}`),
}

const open = (lines = 1): Session => {
  const made = new Session({
    command: 'test',
    streams: [resolveStream('btcusdt@trade', 'binance'), resolveStream('btcusdt@depth', 'binance')],
    feed,
    keepDeadLetter: letter => letters.push(letter),
    filter: null,
    lines,
  })
  for (const type of FEED_EVENTS) made.bus.subscribe(type, (event: FeedEvent) => events.push(event))
  return made
}

const data = (text: string, at = 0, line = 0): DataFrame => {
  return { kind: 'data', receivedAt: T0 + at, exchange: 'binance', line, data: Buffer.from(text), binary: false }
}
const trade = (id: number, kind: 'trade' | 'aggTrade' = 'trade'): string =>
  `{"stream":"btcusdt@${kind}","data":{"e":"${kind}","E":1732400000000,"s":"BTCUSDT","${kind === 'trade' ? 't' : 'a'}":${id},"p":"97000.10","q":"0.5","T":1732400000000,"m":false,"M":true}}`
const depth = (first: number, last: number): string =>
  `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1732400000000,"s":"BTCUSDT","U":${first},"u":${last},"b":[["97000.00","1.5"]],"a":[]}}`
const snapshot = (last: number): string =>
  `{"stream":"btcusdt@depthSnapshot","generated":true,"data":{"lastUpdateId":${last},"bids":[["96999.00","1"]],"asks":[["97001.00","1"]]}}`
const link = (state: LinkFrame['state'], detail = '', at = 0, line = 0): LinkFrame => {
  return { kind: 'link', receivedAt: T0 + at, exchange: 'binance', line, state, streams: ['btcusdt@trade'], detail }
}
const told = (): string[] =>
  events.map(event =>
    event.type === 'status'
      ? event.state
      : event.type === 'trade'
        ? event.id
        : `${event.type}${event.type === 'book' && event.snapshot ? '!' : ''}`,
  )

beforeEach(() => {
  events = []
  letters = []
  asked = []
  session = open()
})

describe('trades', () => {
  it('pass once, and a loss is named before the trade that shows it', () => {
    for (const id of [1, 2, 2, 5]) session.deliver(data(trade(id)))
    expect(told()).toEqual(['1', '2', 'gap', '5'])
    expect(events[2]).toMatchObject({ stream: 'btcusdt@trade', detail: 'trades 3 to 4 missing' })
    expect(session.summary('end', 1)).toMatchObject({ duplicates: 1, gaps: 1, events: { trade: 3, status: 1 } })
  })

  it('of two kinds count their ids apart', () => {
    for (const frame of [trade(10), trade(900, 'aggTrade'), trade(11), trade(901, 'aggTrade')])
      session.deliver(data(frame))
    expect(told()).toEqual(['10', '900', '11', '901'])
    expect(session.summary('end', 1)).toMatchObject({ gaps: 0, duplicates: 0 })
  })

  it('of two lines fill each other up, and a hole on both is believed after the wait', () => {
    session = open(2)
    session.deliver(data(trade(1), 0, 0))
    session.deliver(data(trade(1), 1, 1))
    session.deliver(data(trade(3), 2, 0))
    session.deliver(data(trade(2), 3, 1))
    expect(told()).toEqual(['1', '2', '3'])
    session.deliver(data(trade(6), 10, 0))
    expect(told()).toEqual(['1', '2', '3'])
    session.deliver({ kind: 'tick', receivedAt: T0 + 1_000_000 })
    expect(told()).toEqual(['1', '2', '3', 'gap', '6'])
  })
})

describe('books', () => {
  it('ask for a snapshot and appear once it fits', () => {
    session.deliver(data(depth(11, 12)))
    expect(asked).toEqual(['snapshot binance BTCUSDT'])
    session.deliver(data(snapshot(12)))
    session.deliver(data(depth(13, 14)))
    expect(told()).toEqual(['book!', 'book'])
    expect(session.books.get('binance', 'BTC/USDT')?.isLive).toBe(true)
  })

  it('that never get a snapshot are told at the end', () => {
    for (const frame of [depth(11, 12), depth(13, 14)]) session.deliver(data(frame))
    expect(told()).toEqual([])
    expect(session.summary('end', 1).booksWithoutSnapshot).toEqual([{ stream: 'btcusdt@depth', updates: 2 }])
  })

  it('say gap when an update is missing, and resynced when they are whole again', () => {
    for (const frame of [depth(11, 12), snapshot(12), depth(20, 21), snapshot(21), depth(22, 23)])
      session.deliver(data(frame))
    expect(told()).toEqual(['book!', 'gap', 'resynced', 'book!', 'book'])
    expect(session.summary('end', 1)).toMatchObject({ gaps: 1 })
  })

  it('go on through a planned handover', () => {
    session.deliver(data(depth(11, 12), 0, 0))
    session.deliver(data(snapshot(12), 0, 0))
    session.deliver(data(depth(13, 14), 0, 0))
    session.deliver(link('disconnected', 'renewed: the exchange asked for it', 1, 0))
    session.deliver(data(depth(15, 16), 2, 1))
    expect(told()).toEqual(['book!', 'book', 'disconnected', 'book'])
  })

  describe('without numbers', () => {
    const message = (text: string, line: number): DataFrame => ({ ...data(text, 0, line), exchange: 'coinbase' })
    const first = '{"type":"snapshot","product_id":"BTC-USD","bids":[["99.0","1"]],"asks":[["101.0","1"]]}'
    const change =
      '{"type":"l2update","product_id":"BTC-USD","changes":[["buy","98.0","2"]],"time":"2024-11-24T00:00:00.000000Z"}'
    const gone = (detail: string, line: number): LinkFrame => ({
      ...link('disconnected', detail, 1, line),
      exchange: 'coinbase',
    })

    it.each(['renewed: planned', 'reset'])('go on as the line has them that takes over (%s)', detail => {
      session.deliver(message(first, 0))
      session.deliver(message(first, 1))
      session.deliver(message(change, 1))
      session.deliver(gone(detail, 0))
      session.deliver(message(change, 1))
      expect(told()).toEqual(['book!', 'disconnected', 'book!', 'book'])
      expect(events[2]).toMatchObject({ bids: [[99, 1], [98, 2]], asks: [[101, 1]], received: T0 + 1 }) // prettier-ignore
    })

    it('begin again from a snapshot where no other line has them whole', () => {
      session.deliver(message(first, 0))
      session.deliver(message(change, 1))
      session.deliver(gone('renewed: planned', 0))
      session.deliver(message(change, 1))
      session.deliver(message(first, 1))
      session.deliver(message(change, 1))
      expect(told()).toEqual(['book!', 'disconnected', 'gap', 'resynced', 'book!', 'book'])
    })

    it('never go on as a line had them that has ended, also where it ended in good order', () => {
      session.deliver(message(first, 0))
      session.deliver(message(first, 1))
      session.deliver(gone('stopped: not needed', 1))
      session.deliver(gone('reset', 0))
      expect(told()).toEqual(['book!', 'disconnected', 'disconnected', 'gap'])
    })
  })

  it('survive the loss of one line while the other carries them', () => {
    session = open(2)
    session.deliver(data(depth(11, 12), 0, 0))
    session.deliver(data(snapshot(12), 0, 0))
    session.deliver(data(depth(13, 14), 0, 1))
    session.deliver(link('disconnected', 'reset', 1, 0))
    session.deliver(data(depth(15, 16), 2, 1))
    expect(told()).toEqual(['book!', 'book', 'disconnected', 'book'])
  })
})

describe('pictures of the best levels', () => {
  const picture = (id: number): string =>
    `{"stream":"btcusdt@depth5@100ms","data":{"lastUpdateId":${id},"bids":[["97000.00","${id}"]],"asks":[["97001.00","1"]]}}`

  it('pass once, whichever of two lines is followed', () => {
    const two = open(2)
    for (const [id, at, line] of [[1, 0, 0], [1, 10, 1], [2, 100_000, 1], [2, 100_100, 0]] as const) two.deliver(data(picture(id), at, line)) // prettier-ignore
    expect(events.flatMap(event => (event.type === 'book' ? [event.sequence] : []))).toEqual(['1', '2'])
    expect(two.summary('end', 1)).toMatchObject({ duplicates: 2 })
    two.deliver(link('disconnected', 'reset: gone', 100_200, 0))
    two.deliver(data(picture(3), 200_000, 1))
    expect(events.filter(event => event.type === 'book')).toHaveLength(3)
  })
})

describe('links', () => {
  it('become status events of their streams, and a return counts as a reconnection', () => {
    for (const state of ['connected', 'disconnected', 'connected'] as const) session.deliver(link(state))
    expect(told()).toEqual(['connected', 'disconnected', 'connected'])
    expect(session.summary('end', 1)).toMatchObject({ reconnects: 1 })
  })

  it('that begin anew end what a killed run had on them, and the book comes back with its next snapshot', () => {
    for (const frame of [depth(11, 12), snapshot(12), depth(13, 14)]) session.deliver(data(frame))
    session.deliver(link('connected'))
    for (const frame of [depth(31, 32), snapshot(32), depth(33, 34)]) session.deliver(data(frame))
    expect(told()).toEqual(['book!', 'book', 'gap', 'connected', 'resynced', 'book!', 'book'])
    expect(events[2]).toMatchObject({ detail: expect.stringMatching(/the run .* is over/) as string })
  })

  it('closed by the run itself lose nothing', () => {
    for (const frame of [depth(11, 12), snapshot(12), depth(13, 14)]) session.deliver(data(frame))
    session.deliver(link('disconnected', 'stopped: limit'))
    expect(session.summary('limit', 1)).toMatchObject({ gaps: 0 })
  })
})

describe('the account', () => {
  it('balances to the frame, whatever the frames were', () => {
    for (const text of [trade(1), '{"result":null,"id":1}', 'garbage', '{"e":"weather"}', '', trade(2)])
      session.deliver(data(text))
    const summary = session.summary('end', 1)
    expect(summary).toMatchObject({ frames: 6, decoded: 2, control: 1, deadLettered: 3 })
    expect(findImbalance(summary)).toBeUndefined()
    expect(letters.map(letter => letter.frame.data.toString())).toEqual(['garbage', '{"e":"weather"}', ''])
  })

  it('names the identity that does not hold', () => {
    expect(findImbalance({ ...session.summary('end', 1), frames: 9 })).toMatch(/frames 9 ≠/)
  })
})
