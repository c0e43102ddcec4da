/** Times in RFC 3339: the date and the minute repeat from message to message, so only seconds and fraction are read each time. */
import { parseIsoMicros } from '../model/time.js'
import { bytes, words } from './scanner.js'

const ZERO = 0x30
const POINT = 0x2e
const COLON = 0x3a
/** `2024-11-24T00:00`, four times four bytes. */
const PREFIX = 16
const LONGEST_FRACTION = 12
const MICROS = 6
/** Times before it are what exchanges send for none; the general way knows what each means by it. */
const FIRST = Date.UTC(1980, 0, 1) * 1_000
/** Near the last microsecond that a double counts. */
const LAST = 9e15

export class IsoTimes {
  /** Behind the digits that {@link read} found, where the zone stands. */
  end = 0
  private first = 0
  private second = 0
  private third = 0
  private fourth = 0
  /** Time of the minute that the four words spell. */
  private minute = Number.NaN

  /** The time whose digits begin at `at`, in UTC and microseconds, further digits cut; NaN where there is none. */
  read(at: number): number {
    if (
      words.getInt32(at, true) !== this.first ||
      words.getInt32(at + 4, true) !== this.second ||
      words.getInt32(at + 8, true) !== this.third ||
      words.getInt32(at + 12, true) !== this.fourth
    ) {
      if (!this.readMinute(at)) return Number.NaN
    }
    const tens = (bytes[at + 17] ?? 0) - ZERO
    const ones = (bytes[at + 18] ?? 0) - ZERO
    if (bytes[at + PREFIX] !== COLON || tens < 0 || tens > 9 || ones < 0 || ones > 9) return Number.NaN
    this.end = at + 19
    const time = this.minute + (tens * 10 + ones) * 1_000_000
    return bytes[at + 19] === POINT ? time + this.readFraction(at + 20) : time
  }

  private readFraction(at: number): number {
    let micros = 0
    let end = at
    for (let digit = (bytes[end] ?? 0) - ZERO; digit >= 0 && digit <= 9; digit = (bytes[++end] ?? 0) - ZERO) {
      if (end - at < MICROS) micros = micros * 10 + digit
    }
    if (end === at || end - at > LONGEST_FRACTION) return Number.NaN
    for (let digits = end - at; digits < MICROS; digits++) micros *= 10
    this.end = end
    return micros
  }

  private readMinute(at: number): boolean {
    for (let index = at; index < at + PREFIX; index++) if ((bytes[index] ?? 0) < ZERO - 3) return false
    const minute = parseIsoMicros(`${bytes.toString('latin1', at, at + PREFIX)}:00Z`)
    if (minute === undefined || minute < FIRST || minute > LAST) return false
    this.first = words.getInt32(at, true)
    this.second = words.getInt32(at + 4, true)
    this.third = words.getInt32(at + 8, true)
    this.fourth = words.getInt32(at + 12, true)
    this.minute = minute
    return true
  }
}
