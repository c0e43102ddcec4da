/** The synchroniser against the recipes of the exchanges: bridging, gaps, retries, checksums, and that nothing stale is served. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BookSync, type BookSyncResult, type BookSyncRule } from '../../src/market/book-sync.js'
import { Book } from '../../src/market/book.js'
import type { Book as BookEvent, BookUpdate, Level } from '../../src/model/event.js'

const SECOND = 1_000_000
const target = { exchange: 'test', symbol: 'AB', pair: 'A/B', stream: 'ab@book' }

/** Binance's recipe for spot. */
const restRule: BookSyncRule = {
  snapshot: 'rest',
  depth: null,
  bridge: (snapshot, delta) =>
    delta.last! <= snapshot.last! ? 'old' : delta.first! > snapshot.last! + 1 ? 'gap' : 'next',
  follow: (previous, delta) =>
    delta.last! <= previous.last! ? 'old' : delta.first! > previous.last! + 1 ? 'gap' : 'next',
}

/** A snapshot on the stream, then a chain of previous ids. */
const streamRule: BookSyncRule = {
  snapshot: 'stream',
  depth: null,
  bridge: (snapshot, delta) => (delta.previous === snapshot.last ? 'next' : 'gap'),
  follow: (previous, delta) => (delta.previous === previous.last ? 'next' : 'gap'),
}

function update(kind: BookUpdate['kind'], values: Partial<BookUpdate>): BookUpdate {
  return {
    type: 'bookUpdate',
    exchange: 'test',
    symbol: 'AB',
    pair: 'A/B',
    kind,
    first: null,
    last: null,
    previous: null,
    checksum: null,
    bids: [],
    asks: [],
    texts: null,
    time: 0,
    received: 0,
    ...values,
  }
}

const delta = (first: number, last: number, bids: Level[] = [], asks: Level[] = [], received = first) =>
  update('delta', { first, last, previous: first - 1, bids, asks, received })
const snapshot = (last: number, bids: Level[] = [[99, 1]], asks: Level[] = [[101, 1]], received = last) =>
  update('snapshot', { last, bids, asks, received })

function run(sync: BookSync, ...updates: BookUpdate[]): BookSyncResult[] {
  const out: BookSyncResult[] = []
  for (const each of updates) sync.apply(each, out)
  return out
}

const kinds = (results: readonly BookSyncResult[]) =>
  results.map(result =>
    result.type === 'status' ? result.state : result.type === 'book' && result.snapshot ? 'snapshot' : result.type,
  )

describe('BookSync with snapshots by REST', () => {
  it('buffers, asks once, discards what is old, bridges and serves the snapshot, then each delta', () => {
    const sync = new BookSync(target, restRule)
    const out = run(sync, delta(1, 2, [[98, 9]]), delta(3, 4, [[98, 2]]), delta(5, 6, [], [[102, 3]]), snapshot(3))
    expect(kinds(out)).toEqual(['snapshotWanted', 'snapshot', 'book', 'book'])
    expect(out.slice(1)).toMatchObject([
      { snapshot: true, sequence: '3' },
      { snapshot: false, sequence: '4', bids: [[98, 2]], asks: [] },
      { snapshot: false, sequence: '6', bids: [], asks: [[102, 3]] },
    ])
    expect([sync.book.bids.top(), sync.book.asks.top()]).toEqual([
      [
        [99, 1],
        [98, 2],
      ],
      [
        [101, 1],
        [102, 3],
      ],
    ])
    expect(kinds(run(sync, delta(7, 7, [[99, 0]])))).toEqual(['book'])
    expect(sync.stats()).toMatchObject({ live: true, applied: 3, discarded: 1, gaps: 0, levels: [1, 2] })
  })

  it('waits with a snapshot until a delta shows that the stream was running', () => {
    const sync = new BookSync(target, restRule)
    expect(run(sync, snapshot(10))).toEqual([])
    expect(kinds(run(sync, delta(11, 12)))).toEqual(['snapshot'])
  })

  it('serves a snapshot that is ahead of every delta so far, and bridges later', () => {
    const sync = new BookSync(target, restRule)
    expect(kinds(run(sync, delta(1, 2), snapshot(10)))).toEqual(['snapshotWanted', 'snapshot'])
    expect(kinds(run(sync, delta(3, 8, [[90, 1]]), delta(9, 12, [[98, 1]]), delta(13, 13, [[97, 1]])))).toEqual([
      'book',
      'book',
    ])
    expect(sync.book.bids.top()).toEqual([
      [99, 1],
      [98, 1],
      [97, 1],
    ])
  })

  it('asks again for a snapshot that is too old, at most three times, then says gap and pauses', () => {
    const sync = new BookSync(target, restRule)
    const out = run(sync, delta(100, 110, [], [], 0), snapshot(50), snapshot(60), snapshot(70))
    expect(kinds(out)).toEqual(['snapshotWanted', 'snapshotWanted', 'snapshotWanted', 'gap', 'hole'])
    expect(run(sync, delta(111, 112, [], [], 5 * SECOND))).toEqual([])
    expect(kinds(run(sync, delta(113, 114, [], [], 11 * SECOND)))).toEqual(['snapshotWanted'])
    const recovered = run(sync, snapshot(105))
    expect(kinds(recovered)).toEqual(['resynced', 'holeClosed', 'snapshot'])
    expect(sync.stats()).toMatchObject({ gaps: 1, resyncs: 1, snapshotsRefused: 3, applied: 3 })
  })

  it('asks again when no answer comes', () => {
    const sync = new BookSync(target, restRule)
    expect(kinds(run(sync, delta(1, 1, [], [], 0), delta(2, 2, [], [], 9 * SECOND)))).toEqual(['snapshotWanted'])
    expect(kinds(run(sync, delta(3, 3, [], [], 10 * SECOND)))).toEqual(['snapshotWanted'])
  })

  it('invalidates at once on a gap and is silent until the book is right again', () => {
    const sync = new BookSync(target, restRule)
    run(sync, delta(1, 1), snapshot(1), delta(2, 2))
    const broken = run(sync, delta(5, 6, [[97, 1]], [], 77), delta(7, 7), delta(8, 8))
    expect(kinds(broken)).toEqual(['gap', 'hole', 'snapshotWanted'])
    expect(broken[0]).toMatchObject({ stream: 'ab@book', detail: 'updates 3 to 4 are missing', time: 77 })
    expect(broken[1]).toMatchObject({ from: '3', to: '4', start: 2, cause: 'sequence', provable: true })
    expect(sync.isLive).toBe(false)
    expect(sync.book.bids.length).toBe(0)
    expect(kinds(run(sync, snapshot(6)))).toEqual(['resynced', 'holeClosed', 'snapshot'])
    expect(sync.stats()).toMatchObject({ live: true, gaps: 1, resyncs: 1 })
  })

  it('finds a gap among the buffered deltas and starts from behind it', () => {
    const sync = new BookSync(target, restRule)
    expect(kinds(run(sync, delta(1, 2), delta(3, 4), delta(9, 9), snapshot(2)))).toEqual([
      'snapshotWanted',
      'snapshotWanted',
    ])
    expect(kinds(run(sync, snapshot(8)))).toEqual(['snapshot'])
    expect(sync.stats().applied).toBe(2)
  })

  it('never lets a snapshot without need replace a live book', () => {
    const sync = new BookSync(target, restRule)
    run(sync, delta(1, 1), snapshot(1), delta(2, 2, [[98, 5]]))
    expect(run(sync, snapshot(1))).toEqual([])
    expect(sync.book.bids.top()).toEqual([
      [99, 1],
      [98, 5],
    ])
  })

  it('starts anew after the link went down, with one gap for the whole outage', () => {
    const sync = new BookSync(target, restRule)
    run(sync, delta(1, 1), snapshot(1))
    const down: BookSyncResult[] = []
    sync.linkDown(50, 'cut', down)
    sync.linkDown(51, 'cut', down)
    expect(kinds(down)).toEqual(['gap', 'hole'])
    expect(down[1]).toMatchObject({ cause: 'disconnected', provable: false, from: null })
    expect(kinds(run(sync, delta(9, 9), snapshot(9)))).toEqual(['snapshotWanted', 'resynced', 'holeClosed', 'snapshot'])
  })

  it('keeps a bounded number of deltas', () => {
    const sync = new BookSync(target, restRule)
    const out: BookSyncResult[] = []
    for (let id = 1; id <= 10_000; id++) sync.apply(delta(id, id, [], [], 0), out)
    expect(sync.stats()).toMatchObject({ buffered: 8192, ignored: 10_000 - 8192 })
    run(sync, snapshot(5_000))
    expect(sync.stats()).toMatchObject({ live: true, applied: 5_000 })
  })

  it('stops asking at once when every book fails as soon as it is served', () => {
    const sync = new BookSync(target, restRule)
    const out: BookSyncResult[] = []
    for (let id = 1; id <= 200; id += 2) {
      sync.apply(snapshot(id), out)
      sync.apply(delta(id + 1, id + 1), out)
      sync.apply(delta(id + 3, id + 3), out)
    }
    expect(out.filter(result => result.type === 'snapshotWanted').length).toBeLessThanOrEqual(3)
  })
})

describe('BookSync with snapshots on the stream', () => {
  it('takes the first snapshot, chains deltas, and wants a new subscription after a gap', () => {
    const sync = new BookSync(target, streamRule)
    expect(kinds(run(sync, delta(5, 5)))).toEqual([])
    expect(kinds(run(sync, snapshot(10), delta(11, 11, [[98, 1]])))).toEqual(['snapshot', 'book'])
    expect(kinds(run(sync, delta(13, 13), delta(14, 14)))).toEqual(['gap', 'hole', 'resubscribeWanted'])
    expect(kinds(run(sync, snapshot(20)))).toEqual(['resynced', 'holeClosed', 'snapshot'])
    expect(sync.stats().ignored).toBe(2)
  })

  it('takes a new snapshot at any time as the whole truth, without a gap', () => {
    const sync = new BookSync(target, streamRule)
    run(sync, snapshot(10), delta(11, 11))
    expect(kinds(run(sync, snapshot(3, [[50, 1]], [[51, 1]])))).toEqual(['snapshot'])
    expect(sync.book.bids.top()).toEqual([[50, 1]])
  })

  it('says nothing for an update that changes nothing', () => {
    const sync = new BookSync(target, streamRule)
    expect(kinds(run(sync, snapshot(10), delta(11, 11), delta(12, 12, [[98, 1]])))).toEqual(['snapshot', 'book'])
  })

  it('refuses a crossed book, whether a snapshot or a delta crosses it', () => {
    const sync = new BookSync(target, streamRule)
    expect(kinds(run(sync, snapshot(1, [[100, 1]], [[100, 1]])))).toEqual(['gap', 'hole', 'resubscribeWanted'])
    expect(kinds(run(sync, snapshot(5), delta(6, 6, [[102, 1]])))).toEqual([
      'resynced',
      'holeClosed',
      'snapshot',
      'gap',
      'hole',
      'resubscribeWanted',
    ])
  })

  it('asks for a subscription again when deltas flow and no snapshot comes', () => {
    const sync = new BookSync(target, streamRule)
    expect(run(sync, delta(1, 1, [], [], 0), delta(2, 2, [], [], 9 * SECOND))).toEqual([])
    expect(kinds(run(sync, delta(3, 3, [], [], 10 * SECOND)))).toEqual(['resubscribeWanted'])
  })

  it('passes partial books through without touching its own', () => {
    const sync = new BookSync(target, streamRule)
    const out = run(sync, update('partial', { last: 7, bids: [[9, 1]], asks: [[10, 1]] }))
    expect(out).toMatchObject([{ type: 'book', snapshot: true, sequence: '7', bids: [[9, 1]], asks: [[10, 1]] }])
    expect(sync.isLive).toBe(false)
  })
})

describe('BookSync with depth and checksums', () => {
  const rule: BookSyncRule = {
    ...streamRule,
    depth: 2,
    checksum: book => book.bids.length * 1000 + Number(book.bids[0]?.[1].replace('.', '') ?? 0),
  }
  const text = (levels: Level[]) => levels.map(([price, size]) => [String(price), size.toFixed(1)] as const)
  const withTexts = (of: BookUpdate, checksum: number): BookUpdate => ({
    ...of,
    checksum,
    texts: { bids: text([...of.bids]), asks: text([...of.asks]) },
  })

  it('cuts the book to its depth, tells consumers what fell off, and verifies the digits as sent', () => {
    const sync = new BookSync(target, rule)
    const first = withTexts(snapshot(1, [[99, 1], [98, 1]], [[101, 1]]), 2010) // prettier-ignore
    expect(kinds(run(sync, first))).toEqual(['snapshot'])
    const out = run(sync, withTexts(delta(2, 2, [[99.5, 3]]), 3030))
    expect(out).toMatchObject([{ type: 'book', bids: [[99.5, 3], [98, 0]] }]) // prettier-ignore
    expect(sync.stats()).toMatchObject({ verified: 2, failed: 0, levels: [2, 1] })
  })

  it('takes a wrong checksum as a gap', () => {
    const sync = new BookSync(target, rule)
    run(sync, withTexts(snapshot(1), 1010))
    const out = run(sync, withTexts(delta(2, 2, [[98, 1]]), 7))
    expect(kinds(out)).toEqual(['gap', 'hole', 'resubscribeWanted'])
    expect(out[1]).toMatchObject({ cause: 'checksum', provable: true })
    expect(sync.stats()).toMatchObject({ verified: 1, failed: 1, live: false })
  })

  it('believes a snapshot that is deeper than the rule', () => {
    const sync = new BookSync(target, { ...rule, depth: 1 })
    run(sync, snapshot(1, [[99, 1], [98, 1], [97, 1]], [[101, 1]])) // prettier-ignore
    expect(sync.stats().levels).toEqual([3, 1])
  })
})

describe('snapshot and deltas', () => {
  it('rebuild the source book whatever was lost, and never while it is unknown', () => {
    const change = fc.record({ price: fc.integer({ min: 1, max: 40 }), size: fc.integer({ min: 0, max: 5 }) })
    fc.assert(
      fc.property(
        fc.array(fc.record({ changes: fc.array(change, { maxLength: 4 }), fate: fc.integer({ min: 0, max: 9 }) })),
        steps => {
          const source = new Book()
          const sync = new BookSync(target, restRule)
          const follower = new Book()
          let followerKnows = false
          let id = 0
          for (const { changes, fate } of steps) {
            // Bids live below 100 and asks above, so the source is never crossed.
            const bids: Level[] = changes.map(each => [each.price, each.size])
            const asks: Level[] = changes.map(each => [200 - each.price, each.size])
            id++
            source.apply({ bids, asks, texts: null })
            const out: BookSyncResult[] = []
            if (fate !== 0) sync.apply(delta(id, id, bids, asks, id * SECOND), out)
            if (fate === 1) sync.linkDown(id * SECOND, 'cut', out)
            if (fate === 2 || out.some(result => result.type === 'snapshotWanted')) {
              sync.apply(snapshot(id, source.bids.top(), source.asks.top(), id * SECOND), out)
            }
            for (const result of out) {
              if (result.type === 'status') followerKnows = result.state !== 'gap'
              if (result.type !== 'book') continue
              if (result.snapshot) follower.clear()
              follow(follower, result)
              followerKnows = true
            }
            // A lost update is not known to be lost before the next one comes.
            if (fate === 0) continue
            if (followerKnows) expect(follower.bids.top()).toEqual(source.bids.top())
            if (followerKnows) expect(follower.asks.top()).toEqual(source.asks.top())
            expect(followerKnows).toBe(sync.isLive)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

function follow(book: Book, event: BookEvent): void {
  book.apply({ bids: event.bids, asks: event.asks, texts: null })
}
