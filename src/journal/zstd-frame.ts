/** Where a frame of Zstandard ends (RFC 8878, section 3.1.1): versions of Node differ in what they do with what stands behind it, or is missing. */
import type { Window } from './window.js'

const MAGIC = 4
const DICTIONARY = [0, 1, 2, 4] as const
const CONTENT_SIZE = [0, 2, 4, 8] as const
const BLOCK_HEADER = 3
const RLE = 1
const CHECKSUM = 4

export class ZstdFrame {
  /** Set once the last byte of the frame was given out. */
  isWhole = false

  constructor(private readonly window: Window) {}

  /** The frame and nothing behind it; what there is of it where it is cut off. */
  async *bytes(): AsyncGenerator<Buffer> {
    const { window } = this
    if (!(await window.fill(MAGIC + 1))) {
      yield this.rest()
      return
    }
    const descriptor = window.bytes[window.at + MAGIC] ?? 0
    const header = MAGIC + 1 + fieldsAfter(descriptor)
    if (!(await window.fill(header))) {
      yield this.rest()
      return
    }
    yield window.take(header)
    for (let isLast = false; !isLast;) {
      if (!(await window.fill(BLOCK_HEADER))) {
        yield this.rest()
        return
      }
      const block = window.bytes.readUIntLE(window.at, BLOCK_HEADER)
      isLast = (block & 1) === 1
      const length = BLOCK_HEADER + (((block >> 1) & 3) === RLE ? 1 : block >> 3)
      if (!(await window.fill(length))) {
        yield this.rest()
        return
      }
      yield window.take(length)
    }
    const checksum = (descriptor & 4) === 0 ? 0 : CHECKSUM
    if (!(await window.fill(checksum))) {
      yield this.rest()
      return
    }
    this.isWhole = true
    if (checksum > 0) yield window.take(checksum)
  }

  private rest(): Buffer {
    return this.window.take(this.window.available)
  }
}

/** Bytes between the descriptor and the first block: window, dictionary and length of the content, as far as they are there. */
function fieldsAfter(descriptor: number): number {
  const isOneSegment = (descriptor & 0x20) !== 0
  const size = CONTENT_SIZE[(descriptor >> 6) as 0 | 1 | 2 | 3]
  return (
    (isOneSegment ? 0 : 1) + DICTIONARY[(descriptor & 3) as 0 | 1 | 2 | 3] + (size === 0 && isOneSegment ? 1 : size)
  )
}
