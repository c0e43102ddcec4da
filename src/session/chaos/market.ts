/** A small market as frames in memory, for probes: the embedded exchange's own, without its sockets. */
import { SimulatedMarket } from '../../feed/embedded/simulated-market.js'
import type { DataFrame } from '../../model/frame.js'
import { MICROS_PER_SECOND, type Micros } from '../../model/time.js'

export interface MarketOptions {
  readonly seed: number
  readonly symbols: readonly string[]
  readonly channels: readonly string[]
  /** Trades per second and symbol. */
  readonly rate: number
  readonly seconds: number
}

const START: Micros = 1_732_000_000_000_000

/** Every message as a frame on line 0, received when the exchange sent it. */
export function marketFrames({ seed, symbols, channels, rate, seconds }: MarketOptions): DataFrame[] {
  const market = new SimulatedMarket({ seed, start: START, rate })
  for (const symbol of symbols) market.market(symbol)
  const frames: DataFrame[] = []
  market.advanceTo(START + seconds * MICROS_PER_SECOND, {
    wants: stream => channels.some(channel => stream.endsWith(`@${channel}`)),
    send: (_, text) => frames.push(frameOf(text, market.now)),
  })
  return frames
}

export function frameOf(text: string, receivedAt: Micros, line = 0): DataFrame {
  return { kind: 'data', receivedAt, exchange: 'binance', line, data: Buffer.from(text), binary: false }
}
