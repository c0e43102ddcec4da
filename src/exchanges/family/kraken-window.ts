/** Kraken's depth rule: a level that falls out of the subscribed depth is gone, though no message says so. */
import type { BookUpdate, Level } from '../../model/event.js'

/** Depths that Kraken offers below the full one. */
const SHALLOW: ReadonlySet<number> = new Set([10, 25, 100, 500])

/** Remembers the prices of the shallow books of one connection and adds the removals that Kraken leaves out. */
export class KrakenWindows {
  private readonly depths = new Map<string, number>()
  private readonly windows = new Map<string, { depth: number; bids: number[]; asks: number[] }>()

  /** What an acknowledgement or a channel name says of the depth. */
  subscribed(symbol: string, depth: number): void {
    this.depths.set(symbol, depth)
  }

  /** The update, with the levels that it pushes out of the subscribed depth as removals. */
  follow(update: BookUpdate): BookUpdate {
    if (update.kind === 'snapshot') this.begin(update)
    const window = this.windows.get(update.symbol)
    if (window === undefined || update.kind !== 'delta') return update
    const bids = pushedOut(window.bids, update.bids, window.depth, 1)
    const asks = pushedOut(window.asks, update.asks, window.depth, -1)
    if (bids.length === 0 && asks.length === 0) return update
    const texts = update.texts && {
      bids: [...update.texts.bids, ...bids.map(removed)],
      asks: [...update.texts.asks, ...asks.map(removed)],
    }
    return { ...update, bids: [...update.bids, ...bids], asks: [...update.asks, ...asks], texts }
  }

  private begin(snapshot: BookUpdate): void {
    const levels = Math.max(snapshot.bids.length, snapshot.asks.length)
    // Without an acknowledgement only a snapshot of exactly such a size tells the depth; a thin book does not.
    const depth = this.depths.get(snapshot.symbol) ?? levels
    if (!SHALLOW.has(depth)) {
      this.windows.delete(snapshot.symbol)
      return
    }
    const bids: number[] = []
    const asks: number[] = []
    pushedOut(bids, snapshot.bids, depth, 1)
    pushedOut(asks, snapshot.asks, depth, -1)
    this.windows.set(snapshot.symbol, { depth, bids, asks })
  }
}

function removed(level: Level): [string, string] {
  return [String(level[0]), '0']
}

/** Applies levels to prices sorted best first and cuts them to the depth. @returns what was cut, as levels of size 0. */
function pushedOut(prices: number[], levels: readonly Level[], depth: number, sign: 1 | -1): Level[] {
  for (const [price, size] of levels) {
    const index = position(prices, price, sign)
    const present = prices[index] === price
    if (size === 0 && present) prices.splice(index, 1)
    else if (size > 0 && !present) prices.splice(index, 0, price)
  }
  return prices.splice(depth).map(price => [price, 0])
}

function position(prices: readonly number[], price: number, sign: 1 | -1): number {
  let low = 0
  let high = prices.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sign * (prices[middle] ?? price) > sign * price) low = middle + 1
    else high = middle
  }
  return low
}
