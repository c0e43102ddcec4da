/** Replays the recorded books of the Binance family by an adapter's own rule, to be compared with an independent replay. */
import type { Exchange } from '../../src/exchanges/exchange.js'
import type { BookUpdate, Decoded, Level } from '../../src/model/event.js'
import { plainDecimal } from '../../src/model/number.js'
import { readShared } from '../support/shared.js'
import { recordedFrames } from './recordings.js'

/** What `derived-books` says of one book. */
interface Derived {
  readonly discarded: number
  readonly first_applied: readonly [number, number]
  readonly applied: number
  readonly gaps: number
  readonly final_u: number
  readonly final_best_bid: readonly [string, string]
  readonly final_best_ask: readonly [string, string]
  readonly levels: readonly [number, number]
}

export interface SyncedBook {
  readonly session: string
  readonly symbol: string
  readonly expected: Derived
  readonly actual: () => Derived
}

/** Every book of every recorded session of a folder. */
export function syncedBooks(exchange: Exchange, folder: string): SyncedBook[] {
  const all = JSON.parse(readShared('recorded/_expected/derived-books.public.json').toString()) as Record<
    string,
    Record<string, Record<string, Derived & Record<string, unknown>>>
  >
  return Object.entries(all[folder] ?? {}).flatMap(([session, books]) => {
    let updates: Map<string, BookUpdate[]> | undefined
    const load = (): Map<string, BookUpdate[]> => (updates ??= sessionUpdates(exchange, folder, session))
    return Object.entries(books).map(([symbol, derived]) => {
      const { discarded, first_applied, applied, gaps, final_u, final_best_bid, final_best_ask, levels } = derived
      const expected = { discarded, first_applied, applied, gaps, final_u, final_best_bid, final_best_ask, levels }
      return { session, symbol, expected: plain(expected), actual: () => replay(exchange, load().get(symbol) ?? []) }
    })
  })
}

function sessionUpdates(exchange: Exchange, folder: string, session: string): Map<string, BookUpdate[]> {
  const path = `recorded/${folder}`
  const decoder = exchange.decoder()
  const bySymbol = new Map<string, BookUpdate[]>()
  for (const kind of ['_rest', '_session']) {
    for (const frame of recordedFrames(exchange, path, `${kind}.${session}.jsonl.gz`)) {
      const out: Decoded[] = []
      decoder.decode(Buffer.from(frame), 1_700_000_000_000_000, out)
      for (const update of out) {
        if (update.type !== 'bookUpdate') continue
        bySymbol.set(update.symbol, [...(bySymbol.get(update.symbol) ?? []), update])
      }
    }
  }
  return bySymbol
}

function replay(exchange: Exchange, [snapshot, ...deltas]: readonly BookUpdate[]): Derived {
  const rule = exchange.book
  if (!rule || snapshot?.kind !== 'snapshot') throw new Error('no snapshot')
  const sides = { bids: new Map(snapshot.bids), asks: new Map(snapshot.asks) }
  const applied: BookUpdate[] = []
  const tally = { discarded: 0, gaps: 0 }
  for (const delta of deltas) {
    const last = applied.at(-1)
    const place = last ? rule.follow(last, delta) : rule.bridge(snapshot, delta)
    if (place === 'old') tally.discarded++
    else if (place === 'gap') tally.gaps++
    else {
      for (const [price, size] of delta.bids) set(sides.bids, price, size)
      for (const [price, size] of delta.asks) set(sides.asks, price, size)
      applied.push(delta)
    }
  }
  const first = applied[0]
  return {
    ...tally,
    first_applied: [first?.first ?? 0, first?.last ?? 0],
    applied: applied.length,
    final_u: applied.at(-1)?.last ?? 0,
    final_best_bid: text([...sides.bids].reduce((best, level) => (level[0] > best[0] ? level : best))),
    final_best_ask: text([...sides.asks].reduce((best, level) => (level[0] < best[0] ? level : best))),
    levels: [sides.bids.size, sides.asks.size],
  }
}

function set(side: Map<number, number>, price: number, size: number): void {
  if (size === 0) side.delete(price)
  else side.set(price, size)
}

function text([price, size]: Level): [string, string] {
  return [plainDecimal(price), plainDecimal(size)]
}

/** Trailing zeros aside. */
function plain(derived: Derived): Derived {
  const level = ([price, size]: readonly [string, string]): [string, string] => text([Number(price), Number(size)])
  return { ...derived, final_best_bid: level(derived.final_best_bid), final_best_ask: level(derived.final_best_ask) }
}
