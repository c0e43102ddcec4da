/** Times since the epoch as files write them, in whatever unit. */
import type { Micros } from '../../model/time.js'

/**
 * A time since the epoch whose unit shows in its length: 9 to 11 digits before the point are seconds, to 14 milliseconds,
 * to 17 microseconds, to 19 nanoseconds. Finer digits than microseconds are cut.
 */
export function epochMicros(digits: string): Micros | undefined {
  const [whole = '', fraction = ''] = digits.split('.')
  if (!/^\d{9,19}$/.test(whole)) return undefined
  const decimals = whole.length <= 11 ? 6 : whole.length <= 14 ? 3 : whole.length <= 17 ? 0 : -3
  if (decimals < 0) return Number(whole.slice(0, decimals))
  return Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
}
