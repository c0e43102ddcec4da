/** Splits bytes into lines at LF alone, in bounded memory, the same lines whatever the chunks. */

/**
 * Called with each line, without its LF and one CR before it; `offset` counts bytes from the start of the input, `length` is all
 * that the line takes of it.
 */
export type OnLine = (bytes: Buffer, start: number, end: number, offset: number, length: number) => void

/** Offered what begins with a line; takes as many whole lines of it as it can without their ends being looked for. @returns where they end. */
export type OnRun = (bytes: Buffer, start: number) => number

/** Called instead of {@link OnLine} for a line longer than the limit; only its head is left. */
export type OnLongLine = (head: Buffer, length: number, offset: number) => void

/** Cuts a stream of bytes into what is read one by one. */
export interface Splitter {
  /** A chunk must not change afterwards: lines are views of it. */
  push(chunk: Buffer): void
  /** What follows the last whole line: undefined where nothing does. */
  rest(): { bytes: Buffer; offset: number; length: number } | undefined
  /** Lines may be this long from here on. */
  allow(limit: number): void
}

const LF = 0x0a
const CR = 0x0d
const HEAD = 256

/** Feed it chunks with {@link push}, then ask {@link rest} for what has no LF. */
export class LineSplitter implements Splitter {
  private carried: Buffer[] = []
  private carriedLength = 0
  /** Offset of the first byte not yet given out as part of a line. */
  private offset = 0

  /** @param limit longest line in bytes, LF not counted. */
  constructor(
    private limit: number,
    private readonly onLine: OnLine,
    private readonly onLongLine: OnLongLine,
    private readonly onRun?: OnRun,
  ) {}

  push(chunk: Buffer): void {
    let start = 0
    for (;;) {
      if (this.onRun !== undefined && this.carriedLength === 0) start = this.run(this.onRun, chunk, start)
      const end = chunk.indexOf(LF, start)
      if (end < 0) break
      if (this.carriedLength > 0) this.finishCarried(chunk, end)
      else this.give(chunk, start, end)
      start = end + 1
    }
    if (start < chunk.length) this.carry(start === 0 ? chunk : chunk.subarray(start))
  }

  rest(): { bytes: Buffer; offset: number; length: number } | undefined {
    if (this.carriedLength === 0) return undefined
    // The control character behind the end is what scanners stop at.
    const bytes = Buffer.concat([...this.carried, Buffer.of(LF)])
    return { bytes: bytes.subarray(0, bytes.length - 1), offset: this.offset, length: this.carriedLength }
  }

  allow(limit: number): void {
    this.limit = limit
  }

  private run(onRun: OnRun, chunk: Buffer, start: number): number {
    const end = onRun(chunk, start)
    this.offset += end - start
    return end
  }

  private give(bytes: Buffer, start: number, end: number): void {
    const offset = this.offset
    this.offset += end + 1 - start
    const length = end + 1 - start
    if (length > this.limit + 1) this.onLongLine(bytes.subarray(start, start + HEAD), length, offset)
    else this.onLine(bytes, start, end > start && bytes[end - 1] === CR ? end - 1 : end, offset, length)
  }

  private finishCarried(chunk: Buffer, end: number): void {
    const length = this.carriedLength + end
    const kept = this.carried
    this.carried = []
    this.carriedLength = 0
    if (length <= this.limit) {
      const line = Buffer.concat([...kept, chunk.subarray(0, end + 1)])
      this.give(line, 0, line.length - 1)
      return
    }
    const offset = this.offset
    this.offset += length + 1
    this.onLongLine((kept[0] ?? chunk).subarray(0, HEAD), length + 1, offset)
  }

  private carry(part: Buffer): void {
    this.carriedLength += part.length
    // Past the limit only the head is kept, for the report.
    if (this.carriedLength <= this.limit) this.carried.push(part)
    else this.carried = [Buffer.from((this.carried[0] ?? part).subarray(0, HEAD))]
  }
}
