/** How long news takes to arrive and an order to reach the exchange, in engine time. */
import { MICROS_PER_MS, type Micros } from '../model/time.js'

/** A constant, or a draw from measured values. */
export type LatencyLeg =
  | { readonly kind: 'constant'; readonly ms: number }
  /** One of these is drawn for each order, with the run's seed. */
  | { readonly kind: 'sampled'; readonly samplesUs: readonly Micros[] }

export interface LatencyModel {
  /** Exchange to us. Orders answer news that is this old, so it delays them as much as their own way does. */
  readonly feed: LatencyLeg
  /** Us to the exchange. */
  readonly order: LatencyLeg
}

/** Ordinary internet distance to an exchange; an order acts this long after the event that caused it. */
export const DEFAULT_LATENCY: LatencyModel = constantLatency(50)

/** One number for the whole way, both legs. */
export function constantLatency(ms: number): LatencyModel {
  return { feed: { kind: 'constant', ms: 0 }, order: { kind: 'constant', ms } }
}

/**
 * Both legs together. A constant feed delay moves every decision by its length, so adding it to the order's way gives the same
 * fills as delaying the market data, without holding events back.
 */
export function drawLatency(model: LatencyModel, random: () => number): Micros {
  return drawLeg(model.feed, random) + drawLeg(model.order, random)
}

function drawLeg(leg: LatencyLeg, random: () => number): Micros {
  if (leg.kind === 'constant') return Math.max(0, Math.round(leg.ms * MICROS_PER_MS))
  const sample = leg.samplesUs[Math.floor(random() * leg.samplesUs.length)] ?? 0
  return Math.max(0, Math.round(sample))
}
