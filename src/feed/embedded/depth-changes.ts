/** What changed in a simulated book since the last depth message. */
import type { Level } from '../../model/event.js'

/** Keeps the newest size per level, so that a message says where the book stands and not how it came there. */
export class DepthChanges {
  /** Id of the first update it holds. */
  first = 1
  private readonly bids = new Map<number, number>()
  private readonly asks = new Map<number, number>()

  get isEmpty(): boolean {
    return this.bids.size === 0 && this.asks.size === 0
  }

  set(side: 'bids' | 'asks', ticks: number, lots: number): void {
    this[side].set(ticks, lots)
  }

  /** Best first. */
  levels(): { bids: Level[]; asks: Level[] } {
    return {
      bids: [...this.bids].sort((a, b) => b[0] - a[0]),
      asks: [...this.asks].sort((a, b) => a[0] - b[0]),
    }
  }

  /** @param first id of the next update. */
  clear(first: number): void {
    this.first = first
    this.bids.clear()
    this.asks.clear()
  }
}
