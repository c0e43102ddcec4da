import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseNatsAddress } from '../../../src/gateway/nats/address.js'
import { OlderBooks } from '../../../src/gateway/nats/older-books.js'
import { Outbox, type Outgoing } from '../../../src/gateway/nats/outbox.js'
import { SeenIds } from '../../../src/gateway/nats/seen-ids.js'
import { messageId, subjectOf } from '../../../src/gateway/nats/subject.js'
import type { Book, Quote, Trade } from '../../../src/model/event.js'

const message = (id: number): Outgoing => ({
  id: String(id),
  subject: 's',
  text: 'x',
  hearing: null,
  sequence: null,
})
const head = { exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT' } as const
const trade: Trade = { type: 'trade', ...head, id: '7', price: 1, size: 1, side: 'buy', time: 5, received: 9 }
const quote: Quote = { type: 'quote', ...head, bid: 1, bidSize: 1, ask: 2, askSize: 1, time: 9, received: 9 }
const book: Book = {
  type: 'book',
  ...head,
  snapshot: false,
  bids: [],
  asks: [[2, 1]],
  sequence: '10',
  time: 9,
  received: 9,
}

describe('the outbox', () => {
  it('sends again, in order, what was not confirmed and what was forgotten', () => {
    const outbox = new Outbox({ capacity: 100, size: 1e6, retained: 100 })
    const all = [1, 2, 3, 4, 5].map(message)
    for (const item of all) outbox.add(item)
    for (const item of [outbox.take()!, outbox.take()!, outbox.take()!]) outbox.confirm(item, Number(item.id) + 100)
    expect(outbox.waiting).toBe(2)
    expect(outbox.rewind(102)).toBe(1)
    expect([outbox.take(), outbox.take(), outbox.take(), outbox.take()].map(item => item?.id)).toEqual([
      '3',
      '4',
      '5',
      undefined,
    ])
    expect(outbox.waiting).toBe(3)
  })

  it('takes no more than it has room for', () => {
    const outbox = new Outbox({ capacity: 3, size: 1e6, retained: 0 })
    expect([1, 2, 3, 4].map(id => outbox.add(message(id)))).toEqual([true, true, true, false])
  })

  it('brings every message to the broker in order, whatever the broker loses', () => {
    const step = fc.oneof(
      fc.constant('send'),
      fc.constant('crash'),
      fc.nat(3).map(lost => lost),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), steps => {
        const outbox = new Outbox({ capacity: 1_000, size: 1e6, retained: 50 })
        const stored: string[] = []
        const known = () => new Set(stored)
        const deliver = (item: Outgoing, confirms: boolean): void => {
          if (!known().has(item.id)) stored.push(item.id)
          if (confirms) outbox.confirm(item, stored.indexOf(item.id) + 1)
        }
        for (let id = 0; id < 60; id++) outbox.add(message(id))
        for (const what of steps) {
          const item = what === 'crash' ? undefined : outbox.take()
          if (item !== undefined) deliver(item, what === 'send')
          if (what === 'crash') {
            stored.splice(Math.max(0, stored.length - 3))
            outbox.rewind(stored.length)
          }
        }
        outbox.rewind(stored.length)
        for (let item = outbox.take(); item !== undefined; item = outbox.take()) deliver(item, true)
        expect(stored).toEqual(Array.from({ length: 60 }, (_, id) => String(id)))
        expect(outbox.waiting).toBe(0)
      }),
    )
  })
})

describe('subjects and ids', () => {
  it('puts events under exchange, symbol and channel', () => {
    expect(subjectOf(trade)).toBe('genesis.binance.BTCUSDT.trade')
    expect(subjectOf({ ...trade, aggregated: true })).toBe('genesis.binance.BTCUSDT.aggTrade')
    expect(subjectOf({ ...trade, symbol: 'A.*> B' })).toBe('genesis.binance.A%2E%2A%3E%20B.trade')
    expect(subjectOf({ ...trade, symbol: 'A\ud800' })).toBe('genesis.binance.A%EF%BF%BD.trade')
    expect(subjectOf({ type: 'status', exchange: 'sim', stream: 'btcusdt@trade', state: 'gap', detail: '', time: 1 })).toBe('genesis.sim.btcusdt.status') // prettier-ignore
  })

  it('gives two hearers of one message one id, and never two messages the same', () => {
    expect(messageId({ ...trade, received: 12 })).toBe(messageId(trade))
    expect(messageId({ ...trade, price: 2 })).not.toBe(messageId(trade))
    expect(messageId({ ...book, received: 12, time: 12 })).toBe(messageId(book))
    expect(messageId({ ...book, sequence: '11' })).not.toBe(messageId(book))
    // No time of the exchange: the same quote may come again and mean it.
    expect(messageId({ ...quote, received: 12, time: 12 })).not.toBe(messageId(quote))
    expect(messageId({ ...quote, time: 5, received: 12 })).toBe(messageId({ ...quote, time: 5 }))
  })

  it('remembers ids within its bound', () => {
    const seen = new SeenIds(2)
    expect(['a', 'b', 'a', 'c', 'b', 'd', 'e', 'a'].map(id => seen.add(id))).toEqual([
      true,
      true,
      false,
      true,
      false,
      true,
      true,
      true,
    ])
  })

  it('keeps a late snapshot of another collector from turning a book back', () => {
    const books = new OlderBooks()
    expect(books.isOlder(book)).toBe(false)
    expect(books.isOlder({ ...book, snapshot: true, sequence: '9' })).toBe(true)
    expect(books.isOlder({ ...book, snapshot: true, sequence: '11' })).toBe(false)
    books.isOlder({ type: 'status', exchange: 'binance', stream: 'x', state: 'disconnected', detail: '', time: 1 })
    expect(books.isOlder({ ...book, snapshot: true, sequence: '1' })).toBe(false)
  })
})

describe('the address', () => {
  it('says where and from when', () => {
    expect(parseNatsAddress('nats://u:p%40@host:4222?stream=X&start=12&durable=d')).toEqual({
      server: 'nats://host:4222', user: 'u', password: 'p@', stream: 'X', start: { sequence: 12 }, durable: 'd',
    }) // prettier-ignore
    expect(parseNatsAddress('nats://host').start).toBe('new')
  })

  it.each(['nats://u:secret@h?start=yesterday', 'nats://u:secret@h?stream=a.b', 'nats://u:secret@h?x=1'])(
    'names what is wrong without the password: %s',
    text => {
      expect(() => parseNatsAddress(text)).toThrow(/expected/)
      expect(() => parseNatsAddress(text)).not.toThrow(/secret/)
    },
  )
})
