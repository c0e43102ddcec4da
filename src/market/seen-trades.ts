/** The newest trades of one stream, kept whole, so that a second copy can be compared with the first. */
import type { Trade } from '../model/event.js'

/** A trade and the line that brought it first. */
export interface SeenTrade {
  readonly trade: Trade
  readonly line: number
}

export interface SeenTrades {
  /** @param id the trade's id as a number, NaN where it is none. */
  find(trade: Trade, id: number): SeenTrade | null
  add(trade: Trade, id: number, line: number): void
  clear(): void
}

const RING = 256

/** For ids that step by one: the place of a trade is its id, and finding it costs nothing. */
export class SeenByNumber implements SeenTrades {
  private trades: (Trade | undefined)[] = []
  private readonly lines = new Int32Array(RING)

  find(trade: Trade, id: number): SeenTrade | null {
    const slot = slotOf(id)
    const earlier = this.trades[slot]
    return earlier?.id === trade.id ? { trade: earlier, line: this.lines[slot] ?? 0 } : null
  }

  add(trade: Trade, id: number, line: number): void {
    const slot = slotOf(id)
    this.trades[slot] = trade
    this.lines[slot] = line
  }

  clear(): void {
    this.trades = []
  }
}

/** An id that is no number shares a slot; it is only remembered less long. */
function slotOf(id: number): number {
  return Math.abs(id % RING) || 0
}

const REMEMBERED = 1_024

/** For all other ids: the newest by arrival. */
export class SeenByText implements SeenTrades {
  private readonly seen = new Map<string, SeenTrade>()

  find(trade: Trade): SeenTrade | null {
    return this.seen.get(trade.id) ?? null
  }

  add(trade: Trade, _id: number, line: number): void {
    this.seen.set(trade.id, { trade, line })
    if (this.seen.size > REMEMBERED) this.seen.delete(this.oldest()?.trade.id ?? '')
  }

  clear(): void {
    this.seen.clear()
  }

  oldest(): SeenTrade | undefined {
    return this.seen.values().next().value
  }
}
