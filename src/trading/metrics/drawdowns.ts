/** Drawdowns of an equity curve with their depths and durations. */
import type { Micros } from '../../model/time.js'

export interface Drawdown {
  /** Share of the peak, positive. */
  readonly depth: number
  readonly start: Micros
  readonly bottom: Micros
  /** When the peak was reached again; null while it has not been. */
  readonly end: Micros | null
}

export interface EquityPoint {
  readonly time: Micros
  readonly equity: number
}

/** Every fall from a peak to its recovery, in order; a drawdown is complete when its peak is reached again. */
export function drawdownsOf(curve: readonly EquityPoint[]): Drawdown[] {
  const found: Drawdown[] = []
  let peak = curve[0]
  let bottom: EquityPoint | null = null
  for (const point of curve) {
    if (peak === undefined || point.equity >= peak.equity) {
      if (bottom !== null && peak !== undefined) found.push(drawdown(peak, bottom, point.time))
      peak = point
      bottom = null
    } else if (bottom === null || point.equity < bottom.equity) bottom = point
  }
  if (bottom !== null && peak !== undefined) found.push(drawdown(peak, bottom, null))
  return found
}

function drawdown(peak: EquityPoint, bottom: EquityPoint, end: Micros | null): Drawdown {
  return { depth: 1 - bottom.equity / peak.equity, start: peak.time, bottom: bottom.time, end }
}
