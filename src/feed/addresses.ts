/** Addresses of exchanges: what users may give, what limits count by, and where REST calls go. */
import { UsageError } from '../model/errors.js'

/** @throws UsageError unless it is a WebSocket address. */
export function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && (url.protocol === 'ws:' || url.protocol === 'wss:')) return text
  throw new UsageError('bad_url', `not a WebSocket address: ${text}`, {
    hint: 'write it as ws://host:port or wss://host',
  })
}

/** Host and port: what a limit or a penalty counts by. */
export function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : address
}

/**
 * The origin for REST calls that belongs to a custom endpoint (`ws://127.0.0.1:9000/ws` → `http://127.0.0.1:9000`); null for the
 * exchange's own. A server on this machine is never the exchange itself, whoever named it.
 */
export function restBase(base: string, urls: readonly string[]): string | null {
  const { protocol, host, hostname } = new URL(base)
  if (!urls.includes(base) && !isLoopback(hostname)) return null
  return `${protocol === 'wss:' ? 'https' : 'http'}://${host}`
}

/** @param host as `URL` gives it: IPv6 in brackets. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
