/** Closes candles where the exchange does not say when one is finished: the beginning of the next is its end. */
import type { Candle, Decoded } from '../../model/event.js'

/** Keeps the last candle of every symbol and interval of one connection. */
export class CandleCloser {
  private readonly last = new Map<string, Candle>()

  /**
   * Appends the candle, before it the finished one that it follows, as last received, now `closed`.
   * A candle older than the newest is a late correction, and closed.
   */
  add(candle: Candle, out: Decoded[]): void {
    const key = `${candle.symbol} ${candle.interval}`
    const last = this.last.get(key)
    if (last !== undefined && candle.start < last.start) {
      out.push({ ...candle, closed: true })
      return
    }
    if (last !== undefined && candle.start > last.start) {
      out.push({ ...last, closed: true, time: candle.time, received: candle.received })
    }
    this.last.set(key, candle)
    out.push(candle)
  }
}
