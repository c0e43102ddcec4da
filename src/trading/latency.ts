/** How long news takes to arrive and an order to reach the exchange, in engine time. */
import { MICROS_PER_MS, type Micros } from '../model/time.js'

/** Uniform in [0, 1), seeded. */
export type Random01 = () => number

/** A constant, or a draw from measured values. */
export type LatencyLeg =
  | { readonly kind: 'constant'; readonly ms: number }
  /** One of these is drawn for each order, with the run's seed. */
  | { readonly kind: 'sampled'; readonly samplesUs: readonly Micros[] }
  /** One of what this very run has measured of the exchange so far, with the run's seed. */
  | { readonly kind: 'recorded'; readonly of: LatencySource }

/** Delays as they were measured, exchange by exchange. */
export interface LatencySource {
  draw(exchange: string, random: Random01): Micros
}

export interface LatencyModel {
  /** Exchange to us. Orders answer news that is this old, so it delays them as much as their own way does. */
  readonly feed: LatencyLeg
  /** Us to the exchange. */
  readonly order: LatencyLeg
}

/** Ordinary internet distance to an exchange; an order acts this long after the event that caused it. */
export const DEFAULT_LATENCY_MS = 50
export const DEFAULT_LATENCY: LatencyModel = constantLatency(DEFAULT_LATENCY_MS)

/** One number for the whole way, both legs. */
export function constantLatency(ms: number): LatencyModel {
  return { feed: { kind: 'constant', ms: 0 }, order: { kind: 'constant', ms } }
}

/** Both legs as the feed's own delays: the way to the exchange is taken to be as long as the way from it. */
export function recordedLatency(of: LatencySource): LatencyModel {
  const leg = { kind: 'recorded', of } as const
  return { feed: leg, order: leg }
}

/**
 * Both legs together. A constant feed delay moves every decision by its length, so adding it to the order's way gives the same
 * fills as delaying the market data, without holding events back.
 */
export function drawLatency(model: LatencyModel, exchange: string, random: Random01): Micros {
  return drawLeg(model.feed, exchange, random) + drawLeg(model.order, exchange, random)
}

function drawLeg(leg: LatencyLeg, exchange: string, random: Random01): Micros {
  if (leg.kind === 'constant') return Math.max(0, Math.round(leg.ms * MICROS_PER_MS))
  if (leg.kind === 'recorded') return leg.of.draw(exchange, random)
  const sample = leg.samplesUs[Math.floor(random() * leg.samplesUs.length)] ?? 0
  return Math.max(0, Math.round(sample))
}
