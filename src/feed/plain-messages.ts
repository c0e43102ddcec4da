/** The short way for nearly all that a socket brings: messages of one frame are cut out of its bytes; everything else is left to the WebSocket library. */
import { isUtf8 } from 'node:buffer'

/** What the bytes of a connection are divided into, in their order. */
export interface PlainMessagesHost {
  /** A whole message of one frame; text is valid UTF-8. Its bytes are a view of what was written. */
  message(data: Buffer, binary: boolean): void
  /**
   * Bytes that belong to anything else: control frames, fragments, large messages, and whatever breaks the protocol.
   * @returns false where the connection ends with them.
   */
  pass(bytes: Buffer): boolean
}

const TEXT = 0x81
const BINARY = 0x82
const FINAL = 0x80
const OPCODE = 0x0f
const RESERVED = 0x70
const CONTINUATION = 0
const LAST_DATA = 2
const FIRST_CONTROL = 8
const LAST_CONTROL = 10
const MASKED = 0x80
const LENGTH_IN_2 = 126
const LENGTH_IN_8 = 127
/** What is cut off is put together by copying; of longer messages the library does that with less. */
const LONGEST_CARRIED = 4_096

/**
 * A frame begins with a byte that says what it is, and a byte that says how long it is or where that stands (RFC 6455, section 5.2).
 * Whether a frame is allowed is judged by whoever gets it passed.
 */
export class PlainMessages {
  /** The beginning of a frame that was not all there. */
  private carried: Buffer | null = null
  /** Bytes of the present frame that are still to be passed. */
  private passing = 0
  private isFragmented = false
  private isOver = false

  constructor(private readonly host: PlainMessagesHost) {}

  /** The bytes must not change afterwards. */
  write(chunk: Buffer): void {
    let at = 0
    while (this.carried !== null && at < chunk.length) {
      const { carried } = this
      const end = Math.min(chunk.length, at + frameLength(carried, 0) - carried.length)
      this.carried = null
      this.divide(Buffer.concat([carried, chunk.subarray(at, end)]), 0)
      at = end
    }
    if (at < chunk.length) this.divide(chunk, at)
  }

  private divide(bytes: Buffer, from: number): void {
    let at = from
    while (at < bytes.length && !this.isOver) {
      if (this.passing > 0) {
        at = this.passOn(bytes, at)
        continue
      }
      const length = frameLength(bytes, at)
      const end = at + length
      const isPlain = !this.isFragmented && isMessage(bytes, at)
      if (isPlain && end <= bytes.length) {
        this.give(bytes, at, end)
        at = end
      } else if (isBroken(bytes, at)) this.passing = Number.POSITIVE_INFINITY
      else if (isPlain ? length <= LONGEST_CARRIED : headLength(bytes, at) > bytes.length - at) {
        this.carried = bytes.subarray(at)
        return
      } else this.begin(bytes[at] as number, length)
    }
  }

  private give(bytes: Buffer, at: number, end: number): void {
    const data = bytes.subarray(at + headLength(bytes, at), end)
    const isBinary = bytes[at] === BINARY
    if (isBinary || isUtf8(data)) this.host.message(data, isBinary)
    else this.pass(bytes.subarray(at, end))
  }

  private begin(first: number, length: number): void {
    this.passing = length
    const opcode = first & OPCODE
    const isFinal = (first & FINAL) !== 0
    if (opcode < FIRST_CONTROL && (!isFinal || opcode === CONTINUATION)) this.isFragmented = !isFinal
  }

  private passOn(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.passing)
    this.passing -= end - at
    this.pass(bytes.subarray(at, end))
    return end
  }

  private pass(bytes: Buffer): void {
    if (!this.host.pass(bytes)) this.isOver = true
  }
}

/** True where a frame begins that is a message by itself, and not so large that its length takes eight bytes. */
function isMessage(bytes: Buffer, at: number): boolean {
  const first = bytes[at]
  return (first === TEXT || first === BINARY) && (bytes[at + 1] ?? 0) < LENGTH_IN_8
}

/** True where the first two bytes are none that a server may send: the connection ends with them. */
function isBroken(bytes: Buffer, at: number): boolean {
  const first = bytes[at] as number
  const second = bytes[at + 1] ?? 0
  const opcode = first & OPCODE
  if ((first & RESERVED) !== 0 || (second & MASKED) !== 0 || opcode > LAST_CONTROL) return true
  if (opcode < FIRST_CONTROL) return opcode > LAST_DATA
  return (first & FINAL) === 0 || second >= LENGTH_IN_2
}

/** Bytes of the head of the frame at `at`, as far as it can be known. */
function headLength(bytes: Buffer, at: number): number {
  const length = (bytes[at + 1] ?? 0) & ~MASKED
  return 2 + (length === LENGTH_IN_2 ? 2 : length === LENGTH_IN_8 ? 8 : 0)
}

/** Bytes of the whole frame at `at`; of the head where even that is not all there. */
function frameLength(bytes: Buffer, at: number): number {
  const head = headLength(bytes, at)
  if (head > bytes.length - at) return head
  const length = (bytes[at + 1] as number) & ~MASKED
  if (length < LENGTH_IN_2) return head + length
  if (length === LENGTH_IN_2) return head + bytes.readUInt16BE(at + 2)
  return head + bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6)
}
