/** Numbers, times and small charts as people read them in a terminal. */
import { plainDecimal } from '../model/number.js'
import { MICROS_PER_SECOND, type Micros } from '../model/time.js'

/** A price or size, digits as the exchange sent them. */
export function decimalText(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : plainDecimal(value)
}

/** `1,234,567` */
export function countText(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** Events per second: `0.4/s`, `12/s`, `1,234/s`. */
export function rateText(perSecond: number): string {
  return `${perSecond < 10 ? perSecond.toFixed(1) : countText(perSecond)}/s`
}

/** A time span in the unit that suits it: `85µs`, `1.3ms`, `2.4s`, `3m05s`, `2h10m`. */
export function spanText(micros: Micros | null | undefined): string {
  if (micros === null || micros === undefined || !Number.isFinite(micros)) return '–'
  const size = Math.abs(micros)
  if (size < 1_000) return `${Math.round(micros)}µs`
  if (size < 1_000_000) return `${(micros / 1_000).toFixed(size < 10_000 ? 1 : 0)}ms`
  if (size < 60 * MICROS_PER_SECOND) return `${(micros / 1_000_000).toFixed(1)}s`
  const seconds = Math.round(micros / MICROS_PER_SECOND)
  return seconds < 3600
    ? `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`
    : `${Math.floor(seconds / 3600)}h${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m`
}

/** `12.3 MB` */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] ?? ''}`
}

/** `2024-08-08 23:54:13.342` UTC */
export function timeText(time: Micros): string {
  return new Date(time / 1000).toISOString().slice(0, 23).replace('T', ' ')
}

const BARS = '▁▂▃▄▅▆▇█'

/** The course of a value in one line of block characters, lowest to highest. */
export function sparkline(values: readonly number[]): string {
  if (values.length === 0) return ''
  let lowest = Infinity
  let highest = -Infinity
  for (const value of values) {
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  const span = highest - lowest
  return values.map(value => BARS[span === 0 ? 3 : Math.round(((value - lowest) / span) * 7)] ?? '').join('')
}
