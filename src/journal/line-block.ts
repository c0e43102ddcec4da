/** A block of whole lines on its way to disk. */
import type { Micros } from '../model/time.js'

const LF = 0x0a
const CLOSE_BRACE = 0x7d

/** Fills from the front; only whole lines are in it at any moment. */
export class LineBlock {
  readonly bytes: Buffer
  length = 0
  /** Lines in the block. */
  lines = 0
  firstTime: Micros | undefined
  lastTime: Micros | undefined

  constructor(capacity: number) {
    this.bytes = Buffer.allocUnsafeSlow(capacity)
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
    prefix: Uint8Array,
    data: Uint8Array,
    isWhole: (bytes: Buffer, start: number, end: number) => boolean,
  ): boolean {
    const { bytes } = this
    let at = this.length
    bytes[at] = 0x7b
    bytes[at + 1] = 0x22
    bytes[at + 2] = 0x74
    bytes[at + 3] = 0x22
    bytes[at + 4] = 0x3a
    at = writeTime(bytes, at + 5, time)
    bytes.set(prefix, at)
    at += prefix.length
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

  private close(end: number, time: Micros | undefined): void {
    this.length = end
    this.lines++
    if (time === undefined) return
    this.firstTime ??= time
    this.lastTime = time
  }
}

/** Writes the digits of a time; in halves of eight digits, because a whole one does not fit an integer register. */
function writeTime(bytes: Buffer, at: number, time: Micros): number {
  const high = Math.floor(time / 1e8)
  if (high < 1e7 || high >= 1e8) return at + bytes.write(String(time), at, 'latin1')
  writeEight(bytes, at, high)
  writeEight(bytes, at + 8, time - high * 1e8)
  return at + 16
}

function writeEight(bytes: Buffer, at: number, value: number): void {
  let rest = value | 0
  for (let place = at + 7; place >= at; place--) {
    const next = (rest / 10) | 0
    bytes[place] = 0x30 + rest - next * 10
    rest = next
  }
}
