/** Epoch times as exchanges write them, in any unit, cut (never rounded) to the microsecond. */
import { DecodeError } from '../../model/errors.js'
import type { Micros } from '../../model/time.js'
import type { Json } from '../../wire/json.js'

export type EpochUnit = 's' | 'ms' | 'us' | 'ns'

/**
 * Reads a time that came as a number or as digits, with or without a fraction (`"1606292218213.4578"` ms).
 * @throws DecodeError `time` where it is no such number or lies outside the years 2009 to 2255, as a time in the wrong unit does.
 */
export function epochMicros(value: Json | undefined, unit: EpochUnit, field: string): Micros {
  const time = typeof value === 'number' ? ofNumber(value, unit) : typeof value === 'string' ? ofText(value, unit) : NaN
  if (time >= EARLIEST && time <= Number.MAX_SAFE_INTEGER) return time
  throw new DecodeError(
    'time',
    `${field}: ${typeof value === 'object' ? 'an object' : String(value)} is no time in ${unit}`,
  )
}

/** 2009-01-01, when the first coin was mined. */
const EARLIEST: Micros = 1_230_768_000_000_000
/** Digits to move the decimal point to the right to get microseconds. */
const SHIFT: Readonly<Record<EpochUnit, number>> = { s: 6, ms: 3, us: 0, ns: -3 }
const DIGITS = /^(\d{1,20})(?:\.(\d{1,12}))?$/

function ofNumber(value: number, unit: EpochUnit): number {
  if (unit === 'ms' && Number.isInteger(value)) return value * 1000
  return ofText(String(value), unit)
}

function ofText(text: string, unit: EpochUnit): number {
  const match = DIGITS.exec(text)
  if (!match) return NaN
  const [, whole = '', fraction = ''] = match
  const shift = SHIFT[unit]
  if (shift < 0) return Number(whole.slice(0, shift))
  return Number(whole + fraction.slice(0, shift).padEnd(shift, '0'))
}
