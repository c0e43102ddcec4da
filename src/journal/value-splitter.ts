/** Splits a JSON document into its values, in bounded memory: the elements of one big array, or values one after another. */
import type { OnLine, OnLongLine, Splitter } from './splitter.js'

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Opening brackets count up, closing ones down. */
const STEP = new Int8Array(256)
STEP[0x5b] = STEP[0x7b] = 1
STEP[0x5d] = STEP[0x7d] = -1

export class ValueSplitter implements Splitter {
  private carried: Buffer = Buffer.alloc(0)
  private offset = 0
  /** How far {@link carried} has been looked at. */
  private scanned = 0
  private valueStart = -1
  private depth = 0
  private inString = false
  private escaped = false
  /** 1 where the document is one array of values, 0 where values follow each other, -1 until the first bytes tell. */
  private floor = -1

  constructor(
    private limit: number,
    private readonly onLine: OnLine,
    private readonly onLongLine: OnLongLine,
  ) {}

  push(chunk: Buffer): void {
    // The byte behind the end is what scanners stop at.
    const bytes = Buffer.concat([this.carried, chunk, Buffer.of(0)])
    const end = bytes.length - 1
    if (this.floor < 0 && !this.decideFloor(bytes, end)) {
      this.carried = bytes.subarray(0, end)
      return
    }
    const given = this.scan(bytes, end)
    this.carried = bytes.subarray(given, end)
    this.scanned = end - given
    if (this.valueStart >= 0) this.valueStart -= given
    this.dropLong()
  }

  rest(): { bytes: Buffer; offset: number; length: number } | undefined {
    if (this.carried.length === 0) return undefined
    return { bytes: this.carried, offset: this.offset, length: this.carried.length }
  }

  allow(limit: number): void {
    this.limit = limit
  }

  private decideFloor(bytes: Buffer, end: number): boolean {
    const [, first, second] = /^\s*(\S)\s*(\S)/.exec(bytes.toString('latin1', 0, Math.min(end, 1024))) ?? []
    if (first === undefined) return false
    this.floor = first === '[' && (second === '[' || second === '{') ? 1 : 0
    return true
  }

  /** @returns how far values have been given out. */
  private scan(bytes: Buffer, end: number): number {
    let given = 0
    for (let at = this.scanned; at < end; at++) {
      const byte = bytes[at] as number
      if (this.inString) {
        if (this.escaped) this.escaped = false
        else if (byte === BACKSLASH) this.escaped = true
        else if (byte === QUOTE) this.inString = false
        continue
      }
      if (byte === QUOTE) this.inString = true
      const step = STEP[byte] as number
      if (step === 0) continue
      if (step > 0 && this.depth++ === this.floor) this.valueStart = at
      if (step < 0 && --this.depth === this.floor && this.valueStart >= 0) {
        given = this.give(bytes, given, at + 1)
      }
    }
    return given
  }

  private give(bytes: Buffer, given: number, end: number): number {
    const start = this.valueStart
    this.valueStart = -1
    const length = end - given
    const { offset } = this
    this.offset += length
    if (end - start > this.limit) this.onLongLine(bytes.subarray(start, start + 256), length, offset)
    else this.onLine(Buffer.concat([bytes.subarray(start, end), Buffer.of(0)]), 0, end - start, offset, length)
    return end
  }

  /** A value that outgrows the limit is not kept; its end is waited for. */
  private dropLong(): void {
    if (this.carried.length <= this.limit) return
    this.onLongLine(this.carried.subarray(0, 256), this.carried.length, this.offset)
    this.offset += this.carried.length
    this.carried = Buffer.alloc(0)
    this.scanned = 0
    this.valueStart = -1
  }
}
