/** A block of whole lines on its way to disk. */
import type { Micros } from '../model/time.js'

const LF = 0x0a
const CLOSE_BRACE = 0x7d
const COLON = 0x3a
/** `{"t"` */
const OPENING = Buffer.from('{"t"').readInt32LE(0)

/** What stands between the time and the data of a line: four bytes or more, by fours; the last four overlap those before. */
export interface Prefix {
  readonly length: number
  readonly words: Int32Array
}

export function prefixOf(text: string): Prefix {
  const bytes = Buffer.from(text)
  const { length } = bytes
  const places = [...Array.from({ length: Math.ceil(length / 4) - 1 }, (_, index) => 4 * index), length - 4]
  return { length, words: Int32Array.from(places, place => bytes.readInt32LE(place)) }
}

/** Fills from the front; only whole lines are in it at any moment. */
export class LineBlock {
  readonly bytes: Buffer
  /** The same memory for four bytes at a time, little end first. */
  private readonly words: DataView
  /** The first eight digits of the last time, and the words that spell them. */
  private high = 0
  private highFirst = 0
  private highSecond = 0
  length = 0
  /** Lines in the block. */
  lines = 0
  firstTime: Micros | undefined
  lastTime: Micros | undefined

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity)
    this.words = new DataView(this.bytes.buffer, this.bytes.byteOffset, capacity)
  }

  hasRoom(length: number): boolean {
    return this.length + length <= this.bytes.length
  }

  /** Adds a line of text; false where it does not fit. */
  addText(line: string, time: Micros | undefined): boolean {
    const length = Buffer.byteLength(line)
    if (!this.hasRoom(length + 1)) return false
    this.bytes.write(line, this.length)
    this.bytes[this.length + length] = LF
    this.close(this.length + length + 1, time)
    return true
  }

  /**
   * Adds `{"t":<time><prefix><data>}` if `isWhole` says of the copied data that it can stand there; the caller has made sure of
   * the room. Nothing is added otherwise.
   */
  addJson(
    time: Micros,
    prefix: Prefix,
    data: Uint8Array,
    isWhole: (bytes: Buffer, start: number, end: number) => boolean,
  ): boolean {
    const { bytes, words } = this
    let at = this.length
    words.setInt32(at, OPENING, true)
    bytes[at + 4] = COLON
    at = this.writePrefix(prefix, this.writeTime(at + 5, time))
    bytes.set(data, at)
    const end = at + data.length
    bytes[end] = LF
    if (!isWhole(bytes, at, end)) return false
    bytes[end] = CLOSE_BRACE
    bytes[end + 1] = LF
    this.close(end + 2, time)
    return true
  }

  clear(): void {
    this.length = 0
    this.lines = 0
    this.firstTime = undefined
    this.lastTime = undefined
  }

  /** In halves of eight digits, because a whole one does not fit an integer register; the first one rarely changes. */
  private writeTime(at: number, time: Micros): number {
    const { bytes, words } = this
    const high = Math.floor(time / 1e8)
    if (high < 1e7 || high >= 1e8) return at + bytes.write(String(time), at, 'latin1')
    if (high === this.high) {
      words.setInt32(at, this.highFirst, true)
      words.setInt32(at + 4, this.highSecond, true)
    } else {
      writeEight(bytes, at, high)
      this.high = high
      this.highFirst = words.getInt32(at, true)
      this.highSecond = words.getInt32(at + 4, true)
    }
    writeEight(bytes, at + 8, time - high * 1e8)
    return at + 16
  }

  /** A prefix is too short for a copy by the engine to pay. */
  private writePrefix(prefix: Prefix, at: number): number {
    const { words } = this
    const last = prefix.words.length - 1
    for (let index = 0; index < last; index++) words.setInt32(at + 4 * index, prefix.words[index] ?? 0, true)
    words.setInt32(at + prefix.length - 4, prefix.words[last] ?? 0, true)
    return at + prefix.length
  }

  private close(end: number, time: Micros | undefined): void {
    this.length = end
    this.lines++
    if (time === undefined) return
    this.firstTime ??= time
    this.lastTime = time
  }
}

function writeEight(bytes: Buffer, at: number, value: number): void {
  let rest = value | 0
  for (let place = at + 7; place >= at; place--) {
    const next = (rest / 10) | 0
    bytes[place] = 0x30 + rest - next * 10
    rest = next
  }
}
