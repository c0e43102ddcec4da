/** JSON as exchanges send it, without the losses of `JSON.parse`: long numbers stay text, digits can be kept as sent. */
import { DecodeError } from '../model/errors.js'

export type Json = string | number | boolean | null | Json[] | JsonObject
/** A parsed object. Keys are untrusted: read known ones, never copy all of them onto another object. */
export interface JsonObject {
  [key: string]: Json
}

const DEEPEST = 32
/** A number of 16 digits or more (with or without a point) or with an exponent may not survive a double. Numbers stand after `:`, `,` or `[`. */
const LONG_NUMBER = /[:,[]\s*-?(?:[\d.]{16}|[\d.]+[eE])/
/** A message that is nothing but a number. */
const BARE_NUMBER = /^\s*[-\d]/

/**
 * Parses a message. Numbers that a double might not hold arrive as text; all others as numbers.
 * @throws DecodeError `json` where it is not JSON, `too_deep` past 32 levels.
 */
export function parseJson(text: string): Json {
  if (LONG_NUMBER.test(text) || BARE_NUMBER.test(text) || mayNestTooDeep(text))
    return new Parser(text, needsText).parse()
  try {
    return JSON.parse(text) as Json
  } catch {
    throw new DecodeError('json', `not JSON: ${text.slice(0, 80)}`)
  }
}

/**
 * Parses a message and keeps every number as text, digits as sent (`0.10` stays `0.10`), for exchanges whose checksum needs them.
 * @throws DecodeError as {@link parseJson}.
 */
export function parseJsonText(text: string): Json {
  return new Parser(text, always).parse()
}

/** @throws DecodeError `shape` unless the value is an object. */
export function asObject(value: Json | undefined, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new DecodeError('shape', `${what}: expected an object`)
}

/** @throws DecodeError `shape` unless the value is an array. */
export function asArray(value: Json | undefined, what: string): Json[] {
  if (Array.isArray(value)) return value
  throw new DecodeError('shape', `${what}: expected an array`)
}

/** @throws DecodeError `field` unless the value is a string. */
export function asString(value: Json | undefined, what: string): string {
  if (typeof value === 'string') return value
  throw new DecodeError('field', `${what}: expected text`)
}

/** The value of the object's own key; a key that only the prototype has is absent. */
export function own(record: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

const always = (): boolean => true

/** `JSON.parse` has no limit, and what it nests deep enough overflows the stack of whoever prints it. */
function mayNestTooDeep(text: string): boolean {
  return opensMoreThan(text, DEEPEST) && depthOf(text) > DEEPEST
}

/** Most messages have a handful of brackets, and then nothing needs to be counted. */
function opensMoreThan(text: string, most: number): boolean {
  let opened = 0
  for (const bracket of '{[') {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      if (++opened > most) return true
    }
  }
  return false
}

/** Deepest nesting, brackets inside strings aside. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) deepest = Math.max(deepest, ++depth)
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
  }
  return deepest
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** Text unless the number is exact in a double and prints back as it came, trailing zeros aside. */
function needsText(digits: string): boolean {
  return digits.length > 15 || /[eE]/.test(digits)
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const SPACE = /[ \t\r\n]*/y

class Parser {
  private at = 0

  constructor(
    private readonly text: string,
    private readonly keepText: (digits: string) => boolean,
  ) {}

  parse(): Json {
    const value = this.value(0)
    this.space()
    if (this.at !== this.text.length) throw this.error()
    return value
  }

  private value(depth: number): Json {
    if (depth > DEEPEST) throw new DecodeError('too_deep', `nested deeper than ${String(DEEPEST)} levels`)
    this.space()
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth)
      case '[':
        return this.array(depth)
      case '"':
        return this.string()
      case 't':
        return this.word('true', true)
      case 'f':
        return this.word('false', false)
      case 'n':
        return this.word('null', null)
      default:
        return this.number()
    }
  }

  private object(depth: number): JsonObject {
    const record: JsonObject = {}
    this.at++
    this.space()
    if (this.take('}')) return record
    do {
      this.space()
      const key = this.string()
      this.space()
      if (!this.take(':')) throw this.error()
      const value = this.value(depth + 1)
      // Plain assignment would follow a `__proto__` key to the prototype.
      Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true })
      this.space()
    } while (this.take(','))
    if (!this.take('}')) throw this.error()
    return record
  }

  private array(depth: number): Json[] {
    const values: Json[] = []
    this.at++
    this.space()
    if (this.take(']')) return values
    do {
      values.push(this.value(depth + 1))
      this.space()
    } while (this.take(','))
    if (!this.take(']')) throw this.error()
    return values
  }

  private string(): string {
    const quoted = this.match(STRING)
    return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
  }

  private number(): Json {
    const digits = this.match(NUMBER)
    return this.keepText(digits) ? digits : Number(digits)
  }

  private word(text: string, value: boolean | null): Json {
    if (!this.text.startsWith(text, this.at)) throw this.error()
    this.at += text.length
    return value
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found === undefined) throw this.error()
    this.at += found.length
    return found
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  private space(): void {
    SPACE.lastIndex = this.at
    this.at += SPACE.exec(this.text)?.[0].length ?? 0
  }

  private error(): DecodeError {
    return new DecodeError('json', `not JSON at character ${String(this.at)}: ${this.text.slice(0, 80)}`)
  }
}
