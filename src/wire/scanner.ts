/**
 * Reading a message from its bytes, without making text or a tree of it.
 *
 * The idea: a message is copied once into a buffer that never moves and that goes on behind the message with a zero byte. No part of a
 * message is a zero byte, so every comparison and every loop over digits or text ends there by itself, and nothing that a broken
 * message says can lead past it: the copy is the bounds check. In the fixed buffer, four bytes at a time are compared with what a
 * learned layout expects there, and four digits at a time become a number. Whatever is not exactly as expected ends the attempt,
 * and the message is decoded from its JSON instead.
 */

/** Longer messages (snapshots of deep books) take the general way. */
export const LONGEST_SCANNED = 65_536
/** A comparison begins at the closing zero at the latest, and the guess at the layout looks at 32 bytes from there. */
const SLACK = 32

/** The message being read, followed by a zero byte. One message at a time, and nobody keeps a view of it. */
export const bytes: Buffer = Buffer.alloc(LONGEST_SCANNED + SLACK)
/** The same memory for four bytes at a time, little end first. */
export const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/** Where the last message ended that was read without knowing its end. */
export const reached = new Int32Array(1)

/** Whose lines the buffer holds; null for nobody's, as after the next message. */
let holder: object | null = null

/** Copies a message in. @returns false where it is too long to be read this way. */
export function load(data: Uint8Array): boolean {
  const { length } = data
  if (length > LONGEST_SCANNED) return false
  holder = null
  bytes.set(data)
  bytes[length] = 0
  return true
}

/**
 * Copies in what stands in a block from `from` on, as much as there is room for: many lines at once, whose messages are read where they
 * stand. @returns how many bytes.
 */
export function loadLines(owner: object, block: Buffer, from: number): number {
  holder = owner
  const length = block.copy(bytes, 0, from, from + LONGEST_SCANNED)
  bytes[length] = 0
  return length
}

/** False where the buffer has been used for something else since {@link loadLines}. */
export function holdsLinesOf(owner: object): boolean {
  return holder === owner
}

/** 10^0 to 10^22: the powers of ten that a double holds exactly. */
export const POWERS = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))

/**
 * True where a text of `length` bytes stands at `at` and a quote follows it.
 * @param expected its bytes by fours; the last four overlap those before. Shorter texts than four bytes come with their quote, as one number.
 */
export function textStandsAt(at: number, length: number, expected: Int32Array): boolean {
  const last = expected.length - 1
  for (let index = 0; index < last; index++) {
    if (words.getInt32(at + 4 * index, true) !== expected[index]) return false
  }
  if (length < 4) return (words.getInt32(at, true) & maskOf(length + 1)) === expected[last]
  return words.getInt32(at + length - 4, true) === expected[last] && bytes[at + length] === QUOTE
}

/** The bytes of a text as {@link textStandsAt} wants them. */
export function expectedWords(text: Uint8Array): Int32Array {
  const { length } = text
  const padded = Buffer.concat([text, Buffer.of(QUOTE, 0, 0, 0)])
  if (length < 4) return Int32Array.of(padded.readInt32LE(0) & maskOf(length + 1))
  const whole = Array.from({ length: Math.ceil(length / 4) - 1 }, (_, index) => padded.readInt32LE(4 * index))
  return Int32Array.from([...whole, padded.readInt32LE(length - 4)])
}

/** Lets the first `count` of four bytes through. */
function maskOf(count: number): number {
  return count >= 4 ? -1 : (1 << (8 * count)) - 1
}

const QUOTE = 0x22
