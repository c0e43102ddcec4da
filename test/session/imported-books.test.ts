import { describe, expect, it } from 'vitest'
import { ImportedBooks } from '../../src/session/imported-books.js'
import { StreamNames } from '../../src/session/stream-names.js'
import type { Book } from '../../src/model/event.js'

const head = { type: 'book', exchange: 'sim', symbol: 'BTCUSDT', pair: 'BTC/USDT', sequence: '1', time: 1, received: 1 } as const // prettier-ignore
const snapshot: Book = { ...head, snapshot: true, bids: [[10, 1]], asks: [[11, 2]] }
const delta: Book = { ...head, snapshot: false, bids: [[10, 0], [9, 3]], asks: [] } // prettier-ignore
const stream = { exchange: 'sim', symbol: 'BTCUSDT', pair: 'BTC/USDT', channel: 'book', interval: null, name: 'btcusdt@depth' } as const // prettier-ignore

describe('books of events', () => {
  it('follow snapshot and deltas, and are in doubt from a gap to the next snapshot', () => {
    const books = new ImportedBooks(new StreamNames([stream]))
    books.apply(delta)
    expect(books.get('sim', 'BTCUSDT')?.isLive).toBe(false)
    books.apply(snapshot)
    books.apply(delta)
    expect(books.get('sim', 'BTCUSDT')).toMatchObject({ isLive: true })
    expect(books.get('sim', 'BTCUSDT')!.book.bids.top()).toEqual([[9, 3]])
    const status = { type: 'status', exchange: 'sim', detail: '', time: 2 } as const
    books.heed({ ...status, stream: 'btcusdt@trade', state: 'gap' })
    expect(books.get('sim', 'BTCUSDT')?.isLive).toBe(true)
    books.heed({ ...status, stream: 'btcusdt@depth', state: 'gap' })
    books.apply(delta)
    expect(books.get('sim', 'BTCUSDT')?.isLive).toBe(false)
    books.apply(snapshot)
    expect(books.get('sim', 'BTCUSDT')?.isLive).toBe(true)
  })
})
