/** Tells, byte by byte and without building anything, whether a message is one JSON value that fits on one line. */
import { isUtf8 } from 'node:buffer'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
/** Levels of nesting that fit beside the marker bit of `kinds`. */
const DEEPEST = 30

/**
 * True where `bytes[start, end)` is exactly one JSON value in valid UTF-8 with nothing around it and no line break in it, nested
 * at most 30 deep. Such a value can stand verbatim inside a line of JSON. A control character must stand at or after `end`.
 */
export function isJsonLine(bytes: Uint8Array, start: number, end: number): boolean {
  return isCompact(bytes, start, end) || jsonLineEnd(bytes, start, end) === end
}

/**
 * The same for a message that a decoder has read already and so found to be JSON: what is left to see is that it fits on one
 * line. A line feed must stand at `end`.
 */
export function isDecodedJsonLine(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start]
  const close = first === OPEN_BRACE ? CLOSE_BRACE : first === OPEN_BRACKET ? CLOSE_BRACKET : -1
  return end > start && bytes[end - 1] === close && bytes.indexOf(0x0a, start) === end
}

/**
 * The fast way, for what exchanges send: ASCII, no spaces between tokens, no escapes, no exponents.
 * One pass and one read per byte; the sentinel at `end` makes a bound check per byte unnecessary.
 */
function isCompact(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start
  let high = 0
  // Bit 0 is the innermost level: 1 for an object, 0 for an array; the topmost 1 marks the bottom.
  let kinds = 1
  let byte = bytes[at] as number
  if (byte !== OPEN_BRACE && byte !== OPEN_BRACKET) return false
  for (;;) {
    if (byte === QUOTE) {
      do high |= byte = bytes[++at] as number
      while (byte > QUOTE ? byte !== BACKSLASH : (byte & 0xfe) === 0x20)
      if (byte !== QUOTE) return false
      byte = bytes[++at] as number
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      const isObject: boolean = byte === OPEN_BRACE
      byte = bytes[++at] as number
      if (byte === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) byte = bytes[++at] as number
      else {
        if (kinds < 0) return false
        kinds = (kinds << 1) | (isObject ? 1 : 0)
        if (!isObject) continue
        at = compactKey(bytes, at)
        if (at < 0) return false
        byte = bytes[at] as number
        continue
      }
    } else if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2d) {
      if (byte === 0x2d) byte = bytes[++at] as number
      const first = byte
      const from = at
      while (byte >= 0x30 && byte <= 0x39) byte = bytes[++at] as number
      if (at === from || (first === 0x30 && at > from + 1)) return false
      if (byte === 0x2e) {
        byte = bytes[++at] as number
        if (byte < 0x30 || byte > 0x39) return false
        while (byte >= 0x30 && byte <= 0x39) byte = bytes[++at] as number
      }
    } else {
      at = wordEnd(bytes, at, end)
      if (at < 0) return false
      byte = bytes[at] as number
    }
    // A value has ended: close levels until one goes on.
    for (;;) {
      if (kinds === 1) return at === end && high < 0x80
      if (byte === COMMA) {
        if ((kinds & 1) === 0) byte = bytes[++at] as number
        else {
          at = compactKey(bytes, at + 1)
          if (at < 0) return false
          byte = bytes[at] as number
        }
        break
      }
      if (byte !== ((kinds & 1) === 1 ? CLOSE_BRACE : CLOSE_BRACKET)) return false
      kinds >>>= 1
      byte = bytes[++at] as number
    }
  }
}

/** The place after `"key":`, or -1. */
function compactKey(bytes: Uint8Array, at: number): number {
  let byte = bytes[at] as number
  if (byte !== QUOTE) return -1
  let high = 0
  do high |= byte = bytes[++at] as number
  while (byte > QUOTE ? byte !== BACKSLASH : (byte & 0xfe) === 0x20)
  return byte === QUOTE && high < 0x80 && bytes[at + 1] === COLON ? at + 2 : -1
}

/** The place after the JSON value that starts at `start`, by the whole grammar; -1 where there is none on this line. */
export function jsonLineEnd(bytes: Uint8Array, start: number, end: number): number {
  if (skipSpace(bytes, start, end) !== start) return -1
  const close = valueEnd(bytes, start, end, 0)
  return close >= 0 && isUtf8(bytes.subarray(start, close)) ? close : -1
}

function valueEnd(bytes: Uint8Array, start: number, end: number, depth: number): number {
  const at = skipSpace(bytes, start, end)
  switch (at < end ? bytes[at] : undefined) {
    case OPEN_BRACE:
      return depth < DEEPEST ? membersEnd(bytes, at + 1, end, depth + 1) : -1
    case OPEN_BRACKET:
      return depth < DEEPEST ? elementsEnd(bytes, at + 1, end, depth + 1) : -1
    case QUOTE:
      return stringEnd(bytes, at, end)
    case undefined:
      return -1
    default:
      return scalarEnd(bytes, at, end)
  }
}

function membersEnd(bytes: Uint8Array, start: number, end: number, depth: number): number {
  let at = skipSpace(bytes, start, end)
  if (at < end && bytes[at] === CLOSE_BRACE) return at + 1
  for (;;) {
    if (at >= end || bytes[at] !== QUOTE) return -1
    at = stringEnd(bytes, at, end)
    if (at < 0) return -1
    at = skipSpace(bytes, at, end)
    if (at >= end || bytes[at] !== COLON) return -1
    at = valueEnd(bytes, at + 1, end, depth)
    if (at < 0) return -1
    at = skipSpace(bytes, at, end)
    if (at >= end) return -1
    if (bytes[at] === CLOSE_BRACE) return at + 1
    if (bytes[at] !== COMMA) return -1
    at = skipSpace(bytes, at + 1, end)
  }
}

function elementsEnd(bytes: Uint8Array, start: number, end: number, depth: number): number {
  let at = skipSpace(bytes, start, end)
  if (at < end && bytes[at] === CLOSE_BRACKET) return at + 1
  for (;;) {
    at = valueEnd(bytes, at, end, depth)
    if (at < 0) return -1
    at = skipSpace(bytes, at, end)
    if (at >= end) return -1
    if (bytes[at] === CLOSE_BRACKET) return at + 1
    if (bytes[at] !== COMMA) return -1
    at++
  }
}

function skipSpace(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++
  return at
}

/** The place after the closing quote, or -1. */
function stringEnd(bytes: Uint8Array, open: number, end: number): number {
  let at = open + 1
  while (at < end) {
    const byte = bytes[at] as number
    if (byte === QUOTE) return at + 1
    if (byte < 0x20) return -1
    if (byte !== BACKSLASH) at++
    else if ((at = escapeEnd(bytes, at, end)) < 0) return -1
  }
  return -1
}

const HEX = /^[0-9a-fA-F]{4}$/

function escapeEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return -1
  const letter = String.fromCharCode(bytes[at + 1] as number)
  if ('"\\/bfnrt'.includes(letter)) return at + 2
  if (letter !== 'u' || at + 6 > end) return -1
  return HEX.test(String.fromCharCode(...bytes.subarray(at + 2, at + 6))) ? at + 6 : -1
}

/** The place after a number, `true`, `false` or `null`, or -1. */
function scalarEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = bytes[start] === 0x2d ? start + 1 : start
  const leading = bytes[at]
  const whole = digitsEnd(bytes, at, end)
  if (whole === at) return at === start ? wordEnd(bytes, start, end) : -1
  if (leading === 0x30 && whole > at + 1) return -1
  at = whole
  if (at < end && bytes[at] === 0x2e) {
    const fraction = digitsEnd(bytes, at + 1, end)
    if (fraction === at + 1) return -1
    at = fraction
  }
  return at < end && (bytes[at] === 0x65 || bytes[at] === 0x45) ? exponentEnd(bytes, at + 1, end) : at
}

function exponentEnd(bytes: Uint8Array, at: number, end: number): number {
  const digits = bytes[at] === 0x2b || bytes[at] === 0x2d ? at + 1 : at
  const close = digitsEnd(bytes, digits, end)
  return close === digits ? -1 : close
}

function digitsEnd(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++
  return at
}

function wordEnd(bytes: Uint8Array, at: number, end: number): number {
  const word = bytes[at] === 0x74 ? 'true' : bytes[at] === 0x66 ? 'false' : 'null'
  if (at + word.length > end) return -1
  for (let index = 0; index < word.length; index++) {
    if (bytes[at + index] !== word.charCodeAt(index)) return -1
  }
  return at + word.length
}
