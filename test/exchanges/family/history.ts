/** What the tests of the archives share. */
import type { Exchange, PastTrades, TradeRange } from '../../../src/exchanges/exchange.js'
import { TapeTrades } from '../../../src/feed/embedded/tape-trades.js'
import { decodeLast, RECEIVED } from '../conformance.js'

export function range(from: number, to: number, since: number | null = RECEIVED): TradeRange {
  return { from, to, since }
}

/** The trades in these frames, as a box that has played them knows them. */
export function past(exchange: Exchange, frames: readonly string[]): PastTrades {
  const tape = new TapeTrades()
  for (const frame of frames) tape.feed(decodeLast(exchange, [frame]))
  return tape
}
