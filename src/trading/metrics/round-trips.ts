/** Round trips: a position from flat (or flipped) to flat (or flipped), with what it earned and how it fared on the way. */
import type { Micros } from '../../model/time.js'
import type { Fill } from '../../model/trading.js'

export interface RoundTrip {
  readonly exchange: string
  readonly symbol: string
  readonly side: 'long' | 'short'
  /** Largest size held. */
  readonly size: number
  readonly entryTime: Micros
  readonly exitTime: Micros
  /** Average prices. */
  readonly entryPrice: number
  readonly exitPrice: number
  /** After fees, in the quote asset. */
  readonly profit: number
  /** `profit` over the value of the entries. */
  readonly returned: number
  readonly fees: number
  /** Worst and best open profit on the way (maximum adverse and favourable excursion), before fees; 0 at least. */
  readonly adverse: number
  readonly favourable: number
}

interface Open {
  side: 'long' | 'short'
  held: number
  size: number
  entryTime: Micros
  entered: number
  entryValue: number
  exited: number
  exitValue: number
  fees: number
  adverse: number
  favourable: number
}

/** Beyond this many the oldest go; a run that long is judged by its curve. */
const MOST = 100_000

/** Doubles, for judging a run; the money itself stands in the ledger. */
export class RoundTrips {
  readonly closed: RoundTrip[] = []
  /** Closed round trips that were let go. */
  dropped = 0
  private readonly open = new Map<string, Open>()
  private latest = { exchange: '', symbol: '', key: ':' }

  /** `price` and `size` are the fill's, read; `feeInQuote` is its fee at its value in the quote asset. */
  take(fill: Fill, price: number, size: number, feeInQuote: number): void {
    const key = this.keyOf(fill.exchange, fill.symbol)
    const side = fill.side === 'buy' ? 'long' : 'short'
    const open = this.open.get(key)
    if (open === undefined || open.side === side) {
      this.enter(key, open, { side, size, price, fee: feeInQuote, time: fill.time })
      return
    }
    const closing = Math.min(size, open.held)
    const share = closing / size
    this.exit(open, closing, price, feeInQuote * share)
    if (open.held > open.size * 1e-12) return
    this.finish(key, fill, open)
    const rest = size - closing
    if (rest > size * 1e-12) {
      this.enter(key, undefined, { side, size: rest, price, fee: feeInQuote * (1 - share), time: fill.time })
    }
  }

  /** A price of the instrument, for the excursions. */
  mark(exchange: string, symbol: string, price: number): void {
    if (this.open.size === 0) return
    const open = this.open.get(this.keyOf(exchange, symbol))
    if (open === undefined) return
    const profit = (price - open.entryValue / open.entered) * open.held * (open.side === 'long' ? 1 : -1)
    if (profit < open.adverse) open.adverse = profit
    else if (profit > open.favourable) open.favourable = profit
  }

  /** Prices come one after another of the same instrument, so its key is made once. */
  private keyOf(exchange: string, symbol: string): string {
    const { latest } = this
    if (latest.symbol !== symbol || latest.exchange !== exchange) {
      this.latest = { exchange, symbol, key: `${exchange}:${symbol}` }
    }
    return this.latest.key
  }

  private enter(
    key: string,
    open: Open | undefined,
    entry: { side: Open['side']; size: number; price: number; fee: number; time: Micros },
  ): void {
    const into = open ?? newOpen(entry.side, entry.time)
    if (open === undefined) this.open.set(key, into)
    into.held += entry.size
    into.size = Math.max(into.size, into.held)
    into.entered += entry.size
    into.entryValue += entry.size * entry.price
    into.fees += entry.fee
  }

  private exit(open: Open, size: number, price: number, fee: number): void {
    open.held -= size
    open.exited += size
    open.exitValue += size * price
    open.fees += fee
  }

  private finish(key: string, fill: Fill, open: Open): void {
    this.open.delete(key)
    const gross = (open.exitValue - open.entryValue) * (open.side === 'long' ? 1 : -1)
    this.closed.push({
      exchange: fill.exchange,
      symbol: fill.symbol,
      side: open.side,
      size: open.size,
      entryTime: open.entryTime,
      exitTime: fill.time,
      entryPrice: open.entryValue / open.entered,
      exitPrice: open.exitValue / open.exited,
      profit: gross - open.fees,
      returned: (gross - open.fees) / open.entryValue,
      fees: open.fees,
      adverse: open.adverse,
      favourable: open.favourable,
    })
    if (this.closed.length > MOST) {
      this.closed.shift()
      this.dropped++
    }
  }
}

function newOpen(side: Open['side'], time: Micros): Open {
  return {
    side,
    held: 0,
    size: 0,
    entryTime: time,
    entered: 0,
    entryValue: 0,
    exited: 0,
    exitValue: 0,
    fees: 0,
    adverse: 0,
    favourable: 0,
  }
}
