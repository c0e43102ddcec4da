/** Returns gathered by week, month or year. */
import { MICROS_PER_DAY, type Micros } from '../../model/time.js'

export interface PeriodReturn {
  /** `2024-W05`, `2024-01`, `2024`. */
  readonly period: string
  readonly value: number
}

/** Compounds returns by the UTC calendar period their time falls in; weeks are ISO 8601. */
export function gatherReturns(
  returns: readonly number[],
  times: readonly Micros[],
  by: 'week' | 'month' | 'year',
): PeriodReturn[] {
  const products = new Map<string, number>()
  returns.forEach((value, index) => {
    const period = periodOf(times[index] ?? 0, by)
    products.set(period, (products.get(period) ?? 1) * (1 + value))
  })
  return [...products].map(([period, product]) => ({ period, value: product - 1 }))
}

function periodOf(time: Micros, by: 'week' | 'month' | 'year'): string {
  const date = new Date(time / 1_000)
  if (by === 'year') return String(date.getUTCFullYear())
  if (by === 'month') return date.toISOString().slice(0, 7)
  // The ISO week belongs to the year of its Thursday.
  const weekday = (date.getUTCDay() + 6) % 7
  const thursday = new Date((time + (3 - weekday) * MICROS_PER_DAY) / 1_000)
  const yearStart = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  const week = Math.floor((thursday.getTime() - yearStart) / (7 * 86_400_000)) + 1
  return `${String(thursday.getUTCFullYear())}-W${String(week).padStart(2, '0')}`
}
