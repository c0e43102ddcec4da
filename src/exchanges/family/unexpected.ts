/** Refusals of values that the protocol does not know, told with the value. */
import { DecodeError, type DecodeCode } from '../../model/errors.js'
import type { Json } from '../../wire/json.js'

/** What stood in `field` is none of the values known there. */
export function unexpected(field: string, value: Json | undefined, code: DecodeCode = 'field'): DecodeError {
  return new DecodeError(code, `${field}: ${shown(value)}`)
}

/** A value as text for messages, cut to 80 characters. */
export function shown(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.slice(0, 80)
}
