/** Candle intervals: where on the clock a candle begins and ends, in UTC. */
import type { Micros } from '../model/time.js'
import { MICROS_PER_DAY, MICROS_PER_MS, parseDuration } from '../model/time.js'

export interface Interval {
  /** As users write it: `1m`, `4h`, `1w`, `1M`. */
  readonly text: string
  /** Start of the candle that holds the time. */
  startOf(time: Micros): Micros
  /** End of the candle that begins at `start`, which is the start of the next. */
  endOf(start: Micros): Micros
}

/** The epoch began on a Thursday; exchanges begin their weeks on Monday. */
const FIRST_MONDAY: Micros = 4 * MICROS_PER_DAY

/** @returns undefined where the text is no interval: a whole number of `ms`, `s`, `m`, `h`, `d`, `w` or `M` (calendar months). */
export function parseInterval(text: string): Interval | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d{0,3})(ms|s|m|h|d|w|M)$/.exec(text) ?? []
  if (unit === '') return undefined
  if (unit === 'M') return months(text, Number(count))
  const length = parseDuration(text) ?? 0
  const offset = unit === 'w' ? FIRST_MONDAY : 0
  return {
    text,
    startOf: time => Math.floor((time - offset) / length) * length + offset,
    endOf: start => start + length,
  }
}

/** Months are counted from January 1970. */
function months(text: string, count: number): Interval {
  const indexOf = (time: Micros): number => {
    // The calendar of a given time, not the time of day: no clock is read.
    const [year, month] = isoMonth(time)
    return Math.floor(((year - 1970) * 12 + month - 1) / count) * count
  }
  const timeOf = (index: number): Micros => Date.UTC(1970, index) * MICROS_PER_MS
  return { text, startOf: time => timeOf(indexOf(time)), endOf: start => timeOf(indexOf(start) + count) }
}

/** Year and month of a time, by the civil calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days). */
function isoMonth(time: Micros): readonly [year: number, month: number] {
  const days = Math.floor(time / MICROS_PER_DAY) + 719_468
  const era = Math.floor(days / 146_097)
  const dayOfEra = days - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month]
}
