/** Which events of the product are states that newer ones replace, and what remains of two order book updates. */
import type { Book, Level } from '../model/event.js'

/**
 * The state that `event` updates: quotes, tickers, funding, open interest, books, and each candle by its own start.
 * Undefined for everything else: trades, liquidations, orders, fills and status changes are facts, not states.
 */
export function conflationKey(event: unknown): string | undefined {
  if (!isStateEvent(event)) return undefined
  const head = `${event.type}|${event.exchange}|${event.symbol}`
  switch (event.type) {
    case 'quote':
    case 'ticker':
    case 'funding':
    case 'openInterest':
    case 'book':
      return head
    case 'candle':
      return `${head}|${String(event.interval)}|${String(event.start)}`
    default:
      return undefined
  }
}

/** The newer state; of two books the one book update that has the effect of both. */
export function mergeNewest<Value>(older: Value, newer: Value): Value {
  return isBook(older) && isBook(newer) ? (mergeBooks(older, newer) as Value) : newer
}

/** Applying the result equals applying `older` and then `newer`. */
export function mergeBooks(older: Book, newer: Book): Book {
  if (newer.snapshot) return newer
  const { snapshot } = older
  return {
    ...newer,
    snapshot,
    bids: mergeLevels(older.bids, newer.bids, snapshot, (a, b) => b - a),
    asks: mergeLevels(older.asks, newer.asks, snapshot, (a, b) => a - b),
  }
}

/** In a snapshot a level of size 0 is simply absent; in a delta it must stay, for it removes the level elsewhere. */
function mergeLevels(
  older: readonly Level[],
  newer: readonly Level[],
  snapshot: boolean,
  order: (a: number, b: number) => number,
): Level[] {
  const sizes = new Map<number, number>(older)
  for (const [price, size] of newer) {
    if (snapshot && size === 0) sizes.delete(price)
    else sizes.set(price, size)
  }
  return [...sizes].sort(([a], [b]) => order(a, b))
}

interface StateEvent {
  readonly type: string
  readonly exchange: string
  readonly symbol: string
  readonly interval?: unknown
  readonly start?: unknown
}

function isStateEvent(event: unknown): event is StateEvent {
  if (typeof event !== 'object' || event === null) return false
  const { type, exchange, symbol } = event as Partial<StateEvent>
  return typeof type === 'string' && typeof exchange === 'string' && typeof symbol === 'string'
}

function isBook(value: unknown): value is Book {
  return isStateEvent(value) && value.type === 'book' && Array.isArray((value as Partial<Book>).bids)
}
