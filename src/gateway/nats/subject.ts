/** Where an event lies in a stream of NATS, and the id by which the broker knows a second copy of it. */
import { createHash } from 'node:crypto'
import { eventLine } from '../../model/event-line.js'
import type { FeedEvent } from '../../model/event.js'
import type { Stream } from '../../model/stream.js'

export const ALL_SUBJECTS = 'genesis.>'

/** `genesis.<exchange>.<symbol>.<channel>`; status events stand under the symbol as the user wrote it. */
export function subjectOf(event: FeedEvent): string {
  if (event.type !== 'status') return subject(event.exchange, event.symbol, channelOf(event))
  const at = event.stream.indexOf('@')
  return subject(event.exchange, at < 0 ? event.stream : event.stream.slice(0, at), 'status')
}

/** The subject on which the events of a stream arrive. */
export function subjectOfStream({ exchange, symbol, channel, interval }: Stream): string {
  const base = /^book/.test(channel) ? 'book' : channel
  return subject(exchange, symbol, interval === null ? base : `${base}_${interval}`)
}

/**
 * Two collectors that heard the same message of the exchange give the same id, and the broker keeps the first. Trades are known by
 * the exchange's id, books by their number, other states by the exchange's time; all with a digest of what they say. An event that
 * the exchange gave no time is known by the time of its receipt, so that no two of them are taken for one.
 */
export function messageId(event: FeedEvent): string {
  if (event.type === 'trade') return `${subjectOf(event)}|${event.id}|${digest(said(event))}`
  return `${subjectOf(event)}|${digest(said(event))}`
}

/** The event without what depends on who heard it. */
function said(event: FeedEvent): object {
  if (event.type === 'status') return event
  const hasOwnTime = event.time !== event.received || event.type === 'trade' || isNumberedBook(event)
  if (!hasOwnTime) return event
  const isHeard = (key: string): boolean => key === 'received' || (key === 'time' && event.time === event.received)
  return Object.fromEntries(Object.entries(event).filter(([key]) => !isHeard(key)))
}

function isNumberedBook(event: FeedEvent): boolean {
  return event.type === 'book' && event.sequence !== ''
}

function channelOf(event: Exclude<FeedEvent, { type: 'status' }>): string {
  if (event.type === 'candle') return `candle_${event.interval}`
  return event.type === 'trade' && event.aggregated === true ? 'aggTrade' : event.type
}

function subject(...parts: readonly string[]): string {
  return ['genesis', ...parts.map(token)].join('.')
}

/** What has a meaning in subjects, and what a protocol of lines cannot carry, as percent escapes. */
function token(text: string): string {
  return text === '' ? '%' : text.replace(/[^A-Za-z0-9_-]/gu, character => encodeURIComponent(character).replace(/[.!'()*~]/g, escape)) // prettier-ignore
}

function escape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

function digest(event: object): string {
  return createHash('sha256').update(eventLine(event)).digest('base64url').slice(0, 22)
}
