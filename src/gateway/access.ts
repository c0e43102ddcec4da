/** Who may talk to the gateway: by address, by name, by origin and by token. */
import { networkInterfaces, hostname } from 'node:os'
import { isSameToken } from './token.js'

export interface AccessOptions {
  readonly token: string
  /** What the server listens on. */
  readonly host: string
  /** Further names under which clients reach it, as behind a proxy. */
  readonly names: readonly string[]
}

/** The request as far as access depends on it. */
export interface Claim {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
  /** `Sec-WebSocket-Protocol`, where browsers, which cannot set headers of a socket, put the token. */
  readonly protocols: string | undefined
}

export type Verdict = 'granted' | 'bad-host' | 'bad-origin' | 'no-token' | 'bad-token'

const LOOPBACK = ['localhost', '127.0.0.1', '::1']

/** A name that leads to this machine and to none else. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host) || /^127(?:\.\d{1,3}){3}$/.test(host)
}

export class Access {
  private readonly names: ReadonlySet<string>

  constructor(private readonly options: AccessOptions) {
    this.names = new Set([...LOOPBACK, ...namesOf(options.host), ...options.names].map(name => name.toLowerCase()))
  }

  /** Against pages whose name was made to point here (DNS rebinding), and pages of other sites. Comes before everything else. */
  judgeOrigin({ host, origin }: Pick<Claim, 'host' | 'origin'>): 'granted' | 'bad-host' | 'bad-origin' {
    if (host === undefined || !this.names.has(nameOf(`http://${host}`) ?? '')) return 'bad-host'
    if (origin === undefined) return 'granted'
    // The same name and port as the page itself, or another name of this server on that port.
    const name = nameOf(origin)
    const isOurs = name !== undefined && this.names.has(name) && portOf(origin) === portOf(`http://${host}`)
    return isOurs ? 'granted' : 'bad-origin'
  }

  judge(claim: Claim): Verdict {
    const verdict = this.judgeOrigin(claim)
    if (verdict !== 'granted') return verdict
    const given = bearer(claim.authorization) ?? protocolToken(claim.protocols)
    if (given === undefined) return 'no-token'
    return isSameToken(given, this.options.token) ? 'granted' : 'bad-token'
  }
}

const PROTOCOL_PREFIX = 'genesis.token.'

function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer ([^\s,]{1,512})$/i.exec(authorization ?? '')?.[1]
}

function protocolToken(protocols: string | undefined): string | undefined {
  const found = protocols?.split(',').map(text => text.trim()).find(text => text.startsWith(PROTOCOL_PREFIX)) // prettier-ignore
  return found?.slice(PROTOCOL_PREFIX.length)
}

function nameOf(url: string): string | undefined {
  try {
    const { hostname: name, protocol, username, pathname } = new URL(url)
    if ((protocol !== 'http:' && protocol !== 'https:') || username !== '' || pathname !== '/') return undefined
    return name.replace(/^\[|\]$/g, '').toLowerCase()
  } catch {
    return undefined
  }
}

function portOf(url: string): string {
  const { port, protocol } = new URL(url)
  return port === '' ? (protocol === 'https:' ? '443' : '80') : port
}

/** An address for all interfaces stands for each of them. */
function namesOf(host: string): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host]
  const addresses = Object.values(networkInterfaces()).flatMap(list => list?.map(({ address }) => address) ?? [])
  return [...addresses.map(address => address.replace(/%.*$/, '')), hostname()]
}
