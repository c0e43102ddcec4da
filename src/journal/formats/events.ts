/** Normalised events, one per line, as genesis itself prints them. */
import type { FeedEvent } from '../../model/event.js'
import type { Micros } from '../../model/time.js'
import type { JournalItem, LineParser, Verdict } from '../item.js'

type Check = (value: unknown) => boolean

const text: Check = value => typeof value === 'string'
const number: Check = value => typeof value === 'number'
const numberOrNull: Check = value => value === null || typeof value === 'number'
const flag: Check = value => typeof value === 'boolean'
const time: Check = value => Number.isSafeInteger(value) && (value as number) >= 0
const side: Check = value => value === 'buy' || value === 'sell' || value === 'unknown'
const levels: Check = value =>
  Array.isArray(value) && value.every(level => Array.isArray(level) && level.length === 2 && level.every(number))

type Fields = Readonly<Record<string, Check>>

const head: Fields = { exchange: text, symbol: text, pair: text }
const times: Fields = { time, received: time }

/** The fields of every type, in the contract's order. */
const SHAPES = new Map<unknown, Fields>([
  ['trade', { ...head, id: text, price: number, size: number, side, ...times }],
  ['quote', { ...head, bid: number, bidSize: number, ask: number, askSize: number, ...times }],
  ['book', { ...head, snapshot: flag, bids: levels, asks: levels, sequence: text, ...times }],
  [
    'candle',
    {
      ...head,
      interval: text,
      start: time,
      open: number,
      high: number,
      low: number,
      close: number,
      volume: number,
      closed: flag,
      ...times,
    },
  ],
  [
    'ticker',
    {
      ...head,
      last: number,
      open: numberOrNull,
      high: numberOrNull,
      low: numberOrNull,
      volume: numberOrNull,
      ...times,
    },
  ],
  ['liquidation', { ...head, price: number, size: number, side, ...times }],
  ['funding', { ...head, rate: number, markPrice: numberOrNull, nextFunding: numberOrNull, ...times }],
  ['openInterest', { ...head, openInterest: number, ...times }],
  ['status', { exchange: text, stream: text, state: text, detail: text, time }],
])

/** Printed by runs beside the market's events: whole, but not replayed. */
const NOT_REPLAYED: ReadonlySet<unknown> = new Set([
  'signal',
  'order',
  'fill',
  'position',
  'equity',
  'refusal',
  'summary',
])

export function eventsParser(): LineParser {
  return {
    parse(bytes: Buffer, start: number, end: number, out: JournalItem[]): Verdict {
      const line = bytes.toString('utf8', start, end)
      if (line.trim() === '') return 'blank'
      const record = parse(line)
      if (record === undefined) return 'corrupt'
      const type = record['type']
      const shape = SHAPES.get(type)
      if (shape === undefined) return NOT_REPLAYED.has(type) ? 'other' : 'corrupt'
      const event = readEvent(record, shape)
      if (event === undefined) return 'corrupt'
      out.push({ kind: 'event', receivedAt: received(event), event })
      return 'item'
    },
    finish: () => undefined,
  }
}

/** True where the line is an event of section 2 or one of a run's own lines. */
export function isEventLine(line: string): boolean {
  const record = parse(line)
  if (record === undefined) return false
  return NOT_REPLAYED.has(record['type']) || readEvent(record, SHAPES.get(record['type'])) !== undefined
}

/** The event in a parsed record, its known fields alone; undefined where it is none. */
export function checkedEvent(record: object): FeedEvent | undefined {
  const known: Record<string, unknown> = { ...record }
  return readEvent(known, SHAPES.get(known['type']))
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** Known fields alone, in the contract's order, so that an event prints back as it was. */
function readEvent(record: Record<string, unknown>, shape: Fields | undefined): FeedEvent | undefined {
  if (shape === undefined) return undefined
  const event: Record<string, unknown> = { type: record['type'] }
  for (const [field, check] of Object.entries(shape)) {
    if (!Object.hasOwn(record, field) || !check(record[field])) return undefined
    event[field] = record[field]
  }
  // Genesis prints it of no trade, but others may say it.
  if (event['type'] === 'trade' && record['aggregated'] === true) event['aggregated'] = true
  return event as unknown as FeedEvent
}

function received(event: FeedEvent): Micros {
  return event.type === 'status' ? event.time : event.received
}
