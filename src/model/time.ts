/** Time as the whole program counts it: integer microseconds since the Unix epoch, UTC. */

/** Integer microseconds since the Unix epoch, UTC. Exact in a double until the year 2255. */
export type Micros = number

export const MICROS_PER_MS = 1_000
export const MICROS_PER_SECOND = 1_000_000
export const MICROS_PER_MINUTE = 60 * MICROS_PER_SECOND
export const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:?\d\d)?$/

/**
 * Reads an RFC 3339 timestamp down to the microsecond (finer digits are cut, not rounded).
 * A missing zone means UTC, as the exchanges that leave it out mean it.
 * @returns undefined where the text is not such a timestamp.
 */
export function parseIsoMicros(text: string): Micros | undefined {
  const match = ISO.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match
  const milliseconds = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  )
  if (Number.isNaN(milliseconds) || Number(year) < 100) return undefined
  return milliseconds * MICROS_PER_MS + Number(fraction.slice(0, 6).padEnd(6, '0')) - zoneOffset(zone)
}

function zoneOffset(zone: string): Micros {
  if (zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * MICROS_PER_MINUTE
}

/** RFC 3339 with six digits of fraction, UTC. */
export function formatIsoMicros(time: Micros): string {
  const seconds = Math.floor(time / MICROS_PER_SECOND)
  const fraction = String(time - seconds * MICROS_PER_SECOND).padStart(6, '0')
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`
}

const UNITS: Readonly<Record<string, Micros>> = {
  us: 1,
  ms: MICROS_PER_MS,
  s: MICROS_PER_SECOND,
  m: MICROS_PER_MINUTE,
  h: 60 * MICROS_PER_MINUTE,
  d: MICROS_PER_DAY,
  w: 7 * MICROS_PER_DAY,
}

/**
 * Reads a duration as people type it: `250ms`, `30s`, `1.5h`, `1m30s`.
 * @returns undefined where the text is not one (a bare number has no unit and is refused).
 */
export function parseDuration(text: string): Micros | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h|d|w))+$/.test(text)) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d|w)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN)
  }
  return Number.isFinite(total) ? Math.round(total) : undefined
}
