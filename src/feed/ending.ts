/** Why a connection ended, as far as it can be known: TCP and the WebSocket library often show only silence or code 1006. */
import { messageOf } from '../model/errors.js'
import { ProxyError } from './proxy.js'

export type EndCause =
  | 'stopped'
  | 'renewed'
  | 'reset_or_fin'
  | 'stall'
  | 'own_stall'
  | 'too_many_files'
  | 'slow_consumer'
  | 'protocol_error'
  | 'closed_by_exchange'
  | 'unacknowledged'
  | 'connect_timeout'
  | 'connect_refused'
  | 'dns'
  | 'tls'
  | 'http'
  | 'not_websocket'
  | 'proxy'
  | 'ticket'
  | 'network'

export interface Ending {
  readonly cause: EndCause
  /** For people, in one line; may contain text of the other side. */
  readonly detail: string
  /** Trying the same way again is pointless. */
  readonly final: boolean
  readonly hint: string | null
  /** HTTP status of a refused handshake. */
  readonly status: number | null
  readonly retryAfterMs: number | null
}

export function ending(cause: EndCause, detail: string, more: Partial<Ending> = {}): Ending {
  return { cause, detail: detail.slice(0, 300), final: false, hint: null, status: null, retryAfterMs: null, ...more }
}

const OFFLINE = 'check the network or the proxy; offline, use --exchange sim or genesis demo'

/** An HTTP answer where a WebSocket was asked for. */
export function httpEnding(status: number, location: string | undefined, retryAfterMs: number | null): Ending {
  const answer = `HTTP ${String(status)}`
  const more = { status, retryAfterMs }
  if (status === 451 || status === 403) {
    const hint =
      'the exchange refuses this address or region: try another --url, --proxy or --exchange, or --exchange sim'
    return ending('http', `${answer}: access refused`, { ...more, final: true, hint })
  }
  if (status >= 300 && status < 400) {
    const target = location === undefined ? 'elsewhere' : `to ${location}`
    const hint = 'redirects are not followed; if you trust the new address, give it with --url'
    return ending('http', `${answer}: redirected ${target}`, { ...more, final: true, hint })
  }
  if (status === 429 || status === 418) {
    return ending('http', `${answer}: too many requests`, {
      ...more,
      hint: 'the exchange limits this address; waiting',
    })
  }
  if (status === 407) return proxyEnding(`${answer}: the proxy wants a login`, status)
  if (status >= 500) return ending('http', `${answer}: the exchange is unavailable`, more)
  return ending('http', `${answer}: nothing is served at this address`, { ...more, hint: 'check --url' })
}

/** A failure before the WebSocket was open. */
export function connectEnding(error: unknown): Ending {
  if (error instanceof ProxyError) return proxyEnding(error.message, error.status)
  const code = codeOf(error)
  const text = messageOf(error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return ending('dns', `name not found: ${text}`, { hint: OFFLINE })
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    return ending('too_many_files', `no socket left: ${text}`, { hint: 'raise the limit of open files: ulimit -n' })
  }
  if (code === 'ECONNREFUSED') return ending('connect_refused', `connection refused: ${text}`, { hint: OFFLINE })
  if (isTls(code, text)) {
    const hint = 'if your proxy signs connections itself, point NODE_EXTRA_CA_CERTS at its certificate'
    return ending('tls', `TLS failed: ${text} (${code})`, { final: true, hint })
  }
  if (code.startsWith('HPE_') || /Sec-WebSocket|Upgrade header|subprotocol|extension/i.test(text)) {
    const hint = 'check --url; a proxy or a hotel network may be answering in its place'
    return ending('not_websocket', `something that is not a WebSocket answered: ${text}`, { hint })
  }
  if (code === 'ECONNRESET' || code === 'EPIPE' || /socket hang up/.test(text)) {
    return ending('reset_or_fin', `connection cut during the handshake: ${text}`)
  }
  return ending('network', text === '' ? code : text, { hint: OFFLINE })
}

/** A failure of an open connection. */
export function openEnding(error: Error | null, closeCode: number, reason: string, wasPaused: boolean): Ending {
  const code = codeOf(error)
  if (code.startsWith('WS_ERR_')) return ending('protocol_error', `${code}: ${messageOf(error)}`)
  if (wasPaused || /slow/i.test(reason)) {
    return ending('slow_consumer', `cut while this side was not reading (${String(closeCode)} ${reason})`.trim())
  }
  if (closeCode === 1006) return ending('reset_or_fin', 'connection cut without a close message')
  if (closeCode === 1005) return ending('closed_by_exchange', 'closed by the exchange')
  return ending('closed_by_exchange', `closed by the exchange: ${String(closeCode)} ${reason}`.trim())
}

function proxyEnding(detail: string, status: number | null): Ending {
  const hint = 'check --proxy and HTTPS_PROXY'
  return ending('proxy', detail, { status, hint, final: status === 403 || status === 407 })
}

const TLS_CODES =
  /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH|EPROTO)/

function isTls(code: string, text: string): boolean {
  return TLS_CODES.test(code) || /self.signed certificate|certificate has expired/i.test(text)
}

/** Node's `ECONNREFUSED` and kin; several addresses of one name fail as one AggregateError with the code of the first. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  const { code } = error as { code?: unknown }
  if (typeof code === 'string') return code
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return first === undefined ? '' : codeOf(first)
}
