/** The envelope in which the Binance family sends a message on a combined connection, put on and taken off. */
import type { Framing } from './exchange-client.js'

const ENVELOPE = /^\{"stream":"[^"\\]*","data":/

/** `{"stream":"btcusdt@trade","data":…}` */
export function enveloped(stream: string, text: string): string {
  return `{"stream":${JSON.stringify(stream)},"data":${text}}`
}

/** A recorded message as a client of another framing expects it; messages that know no envelope stay as they are. */
export function framed(text: string, framing: Framing, name: string): string {
  if (framing === 'verbatim') return text
  const envelope = ENVELOPE.exec(text)?.[0]
  const bare = envelope === undefined ? text : text.slice(envelope.length, -1)
  if (framing === 'raw') return bare
  return looksEnveloped(text, envelope) ? text : enveloped(name, bare)
}

function looksEnveloped(text: string, envelope: string | undefined): boolean {
  // Only Binance's own messages may be wrapped; they begin with an event type or an update id.
  return envelope !== undefined || !/^\{"(?:e|u|lastUpdateId)":/.test(text)
}

/** How the family's addresses say which framing they mean; other addresses have none. */
export function framingOf({ pathname }: URL): Framing {
  if (/(?:^|\/)stream\/?$/.test(pathname)) return 'combined'
  return /(?:^|\/)ws(?:\/|$)/.test(pathname) ? 'raw' : 'verbatim'
}

/** Stream names that an address asks for: `/ws/btcusdt@trade`, `/stream?streams=a/b`. */
export function namesIn({ pathname, searchParams }: URL): readonly string[] {
  const path = /(?:^|\/)ws\/(.*)$/.exec(pathname)?.[1] ?? ''
  return `${searchParams.get('streams') ?? ''}/${decoded(path)}`.split('/').filter(name => name.includes('@'))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
