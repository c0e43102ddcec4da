/** HTTP proxies: which one serves an address, and the CONNECT that opens the way through it. */
import { connect as connectPlain } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { UsageError } from '../model/errors.js'
import { isLoopback } from './addresses.js'

/** What the user and the environment say about proxies; the environment is read by the caller. */
export interface ProxySettings {
  /** `--proxy`; outranks the environment. Several are tried in turn. */
  readonly explicit?: readonly string[]
  /** `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`, upper or lower case. */
  readonly environment?: Readonly<Record<string, string | undefined>>
}

/**
 * The proxies for an address, in the order to try them; `null` stands for a direct connection.
 * @throws UsageError where a proxy address is none.
 */
export function proxiesFor(address: string, settings: ProxySettings): readonly (string | null)[] {
  const explicit = settings.explicit ?? []
  if (explicit.length > 0) return explicit.map(checked)
  const { protocol, hostname, port } = new URL(address)
  const variable = (name: string): string =>
    settings.environment?.[name.toLowerCase()] ?? settings.environment?.[name] ?? ''
  const secure = protocol === 'wss:' || protocol === 'https:'
  const proxy = (secure ? variable('HTTPS_PROXY') : variable('HTTP_PROXY')) || variable('ALL_PROXY')
  // A proxy can hardly serve this machine's own servers, and nobody lists them.
  const bypassed = isLoopback(hostname) || isListed(hostname, port, variable('NO_PROXY'))
  return [proxy === '' || bypassed ? null : checked(proxy)]
}

/** Without a password, for messages. */
export function printableProxy(proxy: string): string {
  const url = new URL(proxy)
  return `${url.protocol}//${url.host}`
}

function checked(text: string): string {
  const full = text.includes('://') ? text : `http://${text}`
  const url = URL.canParse(full) ? new URL(full) : null
  if (url === null)
    throw new UsageError('bad_proxy', `not a proxy address: ${text}`, { hint: 'write it as http://host:port' })
  if (url.protocol === 'http:' || url.protocol === 'https:') return url.href
  throw new UsageError('bad_proxy', `proxies of kind ${url.protocol.slice(0, -1)} are not supported`, {
    hint: 'use an HTTP proxy: http://host:port',
  })
}

/** NO_PROXY as curl reads it: hosts and suffixes with commas between, an optional port, `*` for all. */
function isListed(host: string, port: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter(entry => entry !== '')
    .some(entry => {
      if (entry === '*') return true
      const [, name = '', onlyPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? []
      return (onlyPort === undefined || onlyPort === port) && (host === name || host.endsWith(`.${name}`))
    })
}

/** The proxy did not open the way. */
export class ProxyError extends Error {
  constructor(
    message: string,
    /** The proxy's HTTP status, or null where it gave none. */
    readonly status: number | null,
  ) {
    super(message)
    this.name = 'ProxyError'
  }
}

/** An answer to CONNECT is a few lines; a server that sends more is no proxy. */
const LONGEST_ANSWER = 16_384

/**
 * Opens a tunnel through an HTTP proxy (RFC 9110 §9.3.6).
 * @returns the socket to the proxy, at once, for the caller to destroy when it gives up.
 */
export function openTunnel(
  proxy: string,
  target: { readonly host: string; readonly port: number },
  done: (error: ProxyError | null) => void,
): Socket {
  const url = new URL(proxy)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const secure = url.protocol === 'https:'
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  const socket = secure ? connectTls({ host, port, servername: host }) : connectPlain({ host, port })
  const finish = (error: ProxyError | null): void => {
    socket.removeAllListeners('data').removeListener('error', failed).removeListener('close', closed)
    if (error !== null) {
      // The socket is given up, and may still fail while it closes.
      socket.on('error', () => undefined)
      socket.destroy()
    }
    done(error)
  }
  const failed = (error: Error): void => finish(new ProxyError(`proxy ${url.host}: ${error.message}`, null))
  const closed = (): void => finish(new ProxyError(`proxy ${url.host} closed the connection`, null))
  socket.on('error', failed).on('close', closed)
  socket.once(secure ? 'secureConnect' : 'connect', () => socket.write(connectRequest(url, target)))
  readAnswer(socket, url.host, finish)
  return socket
}

function connectRequest(proxy: URL, target: { readonly host: string; readonly port: number }): string {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host
  const authority = `${host}:${String(target.port)}`
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  const authorization =
    proxy.username === '' ? '' : `Proxy-Authorization: Basic ${Buffer.from(credentials).toString('base64')}\r\n`
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`
}

function readAnswer(socket: Socket, host: string, finish: (error: ProxyError | null) => void): void {
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1')
    const end = answer.indexOf('\r\n\r\n')
    if (end < 0 && answer.length < LONGEST_ANSWER) return
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]
    if (status === undefined || end < 0) {
      finish(new ProxyError(`${host} does not answer like a proxy`, null))
      return
    }
    if (!status.startsWith('2')) {
      finish(new ProxyError(`proxy ${host} answered ${status}`, Number(status)))
      return
    }
    finish(null)
  })
}
