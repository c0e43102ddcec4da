/** Where an event lies in a stream of NATS, and the id by which the broker knows a second copy of it. */
import { createHash } from 'node:crypto'
import { eventLine } from '../../model/event-line.js'
import type { FeedEvent, MarketEvent } from '../../model/event.js'
import type { Stream } from '../../model/stream.js'

export const ALL_SUBJECTS = 'genesis.>'
/** Header that tells who heard an event, and at which place of its stream, where a copy cannot be told otherwise. */
export const HEARING = 'Genesis-Heard'

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
 * the exchange gave no time is known by the time of its receipt, so that no two of them are taken for one; see {@link AlignedCopies}.
 */
export function messageId(event: FeedEvent): string {
  if (event.type === 'trade') return `${subjectOf(event)}|${event.id}|${digest(said(event))}`
  return `${subjectOf(event)}|${digest(said(event))}`
}

function said(event: FeedEvent): object {
  return event.type === 'status' || isNameless(event) ? event : withoutHearing(event)
}

/** True of a state that the exchange gave neither a number nor a time: nothing in it tells a copy from a repetition. */
export function isNameless(event: FeedEvent): event is MarketEvent {
  if (event.type === 'status' || event.type === 'trade' || event.time !== event.received) return false
  return event.type !== 'book' || event.sequence === ''
}

/** The event without what depends on who heard it. */
export function withoutHearing(event: MarketEvent): object {
  const isHeard = (key: string): boolean => key === 'received' || (key === 'time' && event.time === event.received)
  return Object.fromEntries(Object.entries(event).filter(([key]) => !isHeard(key)))
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
  return text === '' ? '%' : text.replace(/[^A-Za-z0-9_-]/gu, character => encodeURIComponent(whole(character)).replace(/[.!'()*~]/g, escape)) // prettier-ignore
}

/** Half of a character can be in a text and not in UTF-8. */
function whole(character: string): string {
  return /^[\ud800-\udfff]$/u.test(character) ? '\ufffd' : character
}

function escape(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

function digest(event: object): string {
  return createHash('sha256').update(eventLine(event)).digest('base64url').slice(0, 22)
}
