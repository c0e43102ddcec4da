/** Ids as text: numbers that mostly step by one are put together from two texts that are kept. */
import { bytes } from './scanner.js'

const LOW = 1_000
const SLOTS = 256
const LONGEST = 128
const QUOTE = 0x22
const BACKSLASH = 0x5c

const lows: string[] = []
const highs: number[] = []
const highTexts: string[] = []

/** The digits of an integer that a double holds exactly. */
export function integerText(value: number): string {
  if (value < LOW) return String(value)
  const high = Math.floor(value / LOW)
  const slot = high & (SLOTS - 1)
  if (highs[slot] !== high) remember(slot, high)
  return `${highTexts[slot] ?? ''}${lows[value - high * LOW] ?? ''}`
}

function remember(slot: number, high: number): void {
  if (lows.length === 0) {
    for (let low = 0; low < LOW; low++) lows.push(String(low).padStart(3, '0'))
    for (let at = 0; at < SLOTS; at++) {
      highs.push(-1)
      highTexts.push('')
    }
  }
  highs[slot] = high
  highTexts[slot] = String(high)
}

/** Reads ids that stand in quotes. */
export class QuotedIds {
  /** Behind the id that {@link read} found, where its quote stands. */
  end = 0

  /** The id at `at`, whose quote was passed; undefined where it is not plain, empty or too long. */
  read(at: number): string | undefined {
    let end = at
    let value = 0
    for (let digit = (bytes[end] ?? 0) - 0x30; digit >= 0 && digit <= 9; digit = (bytes[++end] ?? 0) - 0x30) {
      value = value * 10 + digit
    }
    this.end = end
    const isNumber = bytes[end] === QUOTE && end > at && end - at <= 15 && (bytes[at] !== 0x30 || end === at + 1)
    return isNumber ? integerText(value) : this.readText(at, end)
  }

  private readText(at: number, from: number): string | undefined {
    let end = from
    for (let byte = bytes[end] ?? 0; byte !== QUOTE; byte = bytes[++end] ?? 0) {
      if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH || end - at >= LONGEST) return undefined
    }
    this.end = end
    return end === at ? undefined : bytes.toString('latin1', at, end)
  }
}
