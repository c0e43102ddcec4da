/** The beginning of a data line as genesis writes it, `{"t":1732400000125871,"c":"binance","d":`, read four bytes at a time. */
import type { Micros } from '../model/time.js'
import { type Prefix, prefixOf } from './line-block.js'

/** A connection whose lines have been seen. */
export interface LineSource {
  readonly exchange: string
  readonly line: number
}

interface Known extends LineSource, Prefix {}

const OPENING = Buffer.from('{"t":')
/** Times of sixteen digits are those from 2001 to 2286. */
const DIGITS = 16
const TIME_END = OPENING.length + DIGITS
const MOST_KNOWN = 16
const NO_SOURCE: LineSource = { exchange: '', line: 0 }

export class LineHeads {
  /** Of the head that {@link read} found. */
  time: Micros = 0
  source: LineSource = NO_SOURCE
  private readonly known: Known[] = []
  private bytes: Buffer | undefined
  private words: DataView = new DataView(new ArrayBuffer(0))
  /** The opening and the first seven digits, which change every quarter of an hour, and what these digits are worth. */
  private first = 0
  private second = 0
  private third = 0
  private base = 0

  /** @returns where the payload begins; -1 where the head is written otherwise, or its source has not been learned. */
  read(bytes: Buffer, start: number, end: number): number {
    if (bytes !== this.bytes) this.turnTo(bytes)
    const from = start + TIME_END
    if (from + 4 > end) return -1
    const time = this.readTime(start)
    if (time < 0) return -1
    for (const source of this.known) {
      if (from + source.length > end || !this.stands(from, source)) continue
      this.time = time
      this.source = source
      return from + source.length
    }
    return -1
  }

  /** Reads heads with this between time and payload from here on; it is longer than four bytes. */
  learn(middle: string, source: LineSource): void {
    const isKnown = this.known.some(({ exchange, line }) => exchange === source.exchange && line === source.line)
    if (!isKnown && this.known.length < MOST_KNOWN) this.known.push({ ...source, ...prefixOf(middle) })
  }

  private readTime(start: number): Micros {
    const { words } = this
    const isSame =
      words.getInt32(start, true) === this.first &&
      words.getInt32(start + 4, true) === this.second &&
      words.getInt32(start + 8, true) === this.third
    if (!isSame && !this.readBase(start)) return -1
    const digit = words.getUint8(start + 12) - 0x30
    const high = fourDigits(words.getInt32(start + 13, true))
    const low = fourDigits(words.getInt32(start + 17, true))
    return digit < 0 || digit > 9 || high < 0 || low < 0 ? -1 : this.base + digit * 1e8 + high * 1e4 + low
  }

  private readBase(start: number): boolean {
    const { words, bytes } = this
    const digits = bytes?.toString('latin1', start + OPENING.length, start + 12) ?? ''
    if (
      bytes?.compare(OPENING, 0, OPENING.length, start, start + OPENING.length) !== 0 ||
      !/^[1-8]\d{6}$/.test(digits)
    ) {
      return false
    }
    this.first = words.getInt32(start, true)
    this.second = words.getInt32(start + 4, true)
    this.third = words.getInt32(start + 8, true)
    this.base = Number(digits) * 1e9
    return true
  }

  private stands(at: number, { length, words }: Known): boolean {
    const last = words.length - 1
    for (let index = 0; index < last; index++) {
      if (this.words.getInt32(at + 4 * index, true) !== words[index]) return false
    }
    return this.words.getInt32(at + length - 4, true) === words[last]
  }

  private turnTo(bytes: Buffer): void {
    this.bytes = bytes
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }
}

/** The number that four bytes spell; negative where one is no digit. */
function fourDigits(word: number): number {
  // All four high halves are 3, also after adding 6 to each, which carries from `:` on.
  if (((word & 0xf0f0f0f0) | (((word + 0x06060606) & 0xf0f0f0f0) >>> 4)) !== 0x33333333) return -1
  const digits = word & 0x0f0f0f0f
  const pairs = Math.imul(digits, 10) + (digits >>> 8)
  return (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff)
}
