/** Numbers, times and spans as a report shows them. */
import type { Micros } from '../model/time.js'

/** What is undefined. */
export const NOTHING = '–'

/** Grouped, with a true minus sign; `digits` after the point. */
export function fixedText(value: number | null, digits = 2): string {
  if (value === null || !Number.isFinite(value)) return NOTHING
  const rounded = value.toFixed(digits)
  const [whole = '', fraction] = rounded.replace('-', '').split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  const isZero = /^[0.]*$/.test(rounded.replace('-', ''))
  return `${value < 0 && !isZero ? '−' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`
}

/** A share as a percentage, with as many digits as its size calls for. */
export function percentText(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NOTHING
  const percent = value * 100
  const size = Math.abs(percent)
  return `${fixedText(percent, size >= 1_000 ? 0 : size >= 1 || size === 0 ? 2 : 4)} %`
}

/** About five significant digits, never in exponents that a reader must decode unless the number is that extreme. */
export function plainText(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NOTHING
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return fixedText(value, 0)
  const size = Math.abs(value)
  if (size >= 1e15 || size < 1e-8) return value.toExponential(3).replace('-', '−')
  return fixedText(value, size >= 1_000 ? 2 : size >= 1 ? 4 : Math.min(8, 3 - Math.floor(Math.log10(size)) + 1))
}

/** A decimal as it is, grouped, at most `digits` after the point. */
export function decimalText(text: string, digits = 8): string {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.')
  const shown = fraction.slice(0, digits).replace(/0+$/, '')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return `${text.startsWith('-') ? '−' : ''}${grouped}${shown === '' ? '' : `.${shown}`}`
}

/** `2024-08-08 23:54:13`, UTC. */
export function timeText(time: Micros | null): string {
  if (time === null || !Number.isFinite(time)) return NOTHING
  const milliseconds = Math.floor(time / 1000)
  return Math.abs(milliseconds) > 8.64e15
    ? NOTHING
    : new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')
}

/** The two largest units that matter: `85 ms`, `2.4 s`, `3 min 5 s`, `2 h 10 min`, `12 d 3 h`. */
export function spanText(micros: Micros | null): string {
  if (micros === null || !Number.isFinite(micros)) return NOTHING
  if (micros < 1_000) return `${Math.round(micros)} µs`
  if (micros < 1_000_000) return `${Math.round(micros / 1_000)} ms`
  const seconds = Math.round(micros / 1_000_000)
  if (seconds < 60) return `${fixedText(micros / 1_000_000, 1)} s`
  if (seconds < 3_600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1_440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.floor(minutes / 60)
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function pair(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`
}
