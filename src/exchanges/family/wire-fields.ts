/** Fields as several exchanges write them: levels as `[price, size, …]`, sides as words, absent values as empty text. */
import { DecodeError } from '../../model/errors.js'
import type { BookTexts, Level, Notice, Side } from '../../model/event.js'
import { exactPrice, exactSize } from '../../model/number.js'
import { parseIsoMicros, type Micros } from '../../model/time.js'
import { asArray, asObject, parseJson, type Json, type JsonObject } from '../../wire/json.js'
import { unexpected } from './unexpected.js'

/** An RFC 3339 time. @throws DecodeError `time`. */
export function isoTime(value: Json | undefined, field: string): Micros {
  const time = parseIsoMicros(textOf(value))
  if (time === undefined) throw unexpected(field, value, 'time')
  return time
}

/** Levels of which the first two entries are price and size. @throws DecodeError where one is not. */
export function readLevels(value: Json | undefined, field: string): Level[] {
  return asArray(value, field).map(entry => {
    const level = asArray(entry, field)
    return [exactPrice(level[0], field), exactSize(level[1], field)]
  })
}

/** The digits of levels as sent; only after {@link readLevels} has found them right. */
export function readTexts(bids: Json | undefined, asks: Json | undefined): BookTexts {
  return { bids: textsOf(bids), asks: textsOf(asks) }
}

/** The taker's side as a word: `buy`, `Sell`. @throws DecodeError `field`. */
export function readSide(value: Json | undefined, field: string): Side {
  if (value === 'buy' || value === 'Buy') return 'buy'
  if (value === 'sell' || value === 'Sell') return 'sell'
  throw unexpected(field, value)
}

/** An empty text says that the exchange has no value; anything else is read. */
export function orNull<T>(value: Json | undefined, read: (value: Json) => T): T | null {
  return value === undefined || value === null || value === '' ? null : read(value)
}

/**
 * A volume over a day, which may have more digits than a double holds. It is left out then: it must not be rounded,
 * and the rest of the ticker is worth more than it. @throws DecodeError where it is no decimal.
 */
export function volumeOrNull(value: Json | undefined, field: string): number | null {
  try {
    return orNull(value, volume => exactSize(volume, field))
  } catch (error) {
    if (error instanceof DecodeError && error.code === 'inexact') return null
    throw error
  }
}

export function ignored(what: string): Notice {
  return { type: 'ignored', what }
}

/** The object that a text holds, for readers that must not throw; undefined where it holds none. */
export function quietObject(text: string): JsonObject | undefined {
  const value = quietJson(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

/** The JSON that a text holds, undefined where it holds none. */
export function quietJson(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** Text entries of an array, nothing where the value is no array. */
export function textsIn(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter(entry => typeof entry === 'string') : []
}

/** The objects of a message's `data`, which may be one or a list. @throws DecodeError `shape`. */
export function dataObjects(value: Json | undefined): JsonObject[] {
  return (Array.isArray(value) ? value : [value]).map(entry => asObject(entry, 'data'))
}

function textsOf(value: Json | undefined): [string, string][] {
  return asArray(value, 'levels').map(entry => {
    const level = asArray(entry, 'level')
    return [textOf(level[0]), textOf(level[1])]
  })
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
