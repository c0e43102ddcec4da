/** The WebSocket `/events`: who may enter, what a listener may say, and how much of it. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { z } from 'zod'
import { messageOf } from '../model/errors.js'
import type { Access } from './access.js'
import type { EventClient, Outlet } from './event-client.js'
import type { FanOut } from './fan-out.js'
import { RateLimiter } from './rate-limiter.js'
import { parsePattern, TopicFilter, type Pattern } from './topic.js'

export interface EventDoorOptions {
  readonly access: Access
  readonly fanOut: FanOut
  /** Names this run; a sequence of another run means nothing in it. */
  readonly epoch: string
  readonly failures: RateLimiter
  readonly maxClients: number
}

/** The protocol that clients may name; it carries the token of those that cannot set headers. */
export const PROTOCOL = 'genesis.v1'
const MESSAGE_LIMIT = 16 * 1024
const MOST_TOPICS = 64
/** Messages of one client. */
const MESSAGES = { perSecond: 5, burst: 20 }
const PING_EVERY_MS = 20_000

const request = z.strictObject({
  op: z.literal('subscribe'),
  topics: z.array(z.string()).min(1).max(MOST_TOPICS),
  policy: z.enum(['lossless', 'latest']).default('lossless'),
  from: z.int().nonnegative().optional(),
  epoch: z.string().max(64).optional(),
})

export class EventDoor {
  private readonly server: WebSocketServer
  private readonly alive = new WeakSet<WebSocket>()
  private readonly pings: NodeJS.Timeout

  constructor(private readonly options: EventDoorOptions) {
    this.server = new WebSocketServer({
      noServer: true,
      maxPayload: MESSAGE_LIMIT,
      perMessageDeflate: false,
      handleProtocols: protocols => (protocols.has(PROTOCOL) ? PROTOCOL : false),
    })
    this.pings = setInterval(() => this.ping(), PING_EVERY_MS)
    this.pings.unref()
  }

  upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.refusal(incoming)
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    this.server.handleUpgrade(incoming, socket, head, accepted => this.welcome(accepted))
  }

  close(): void {
    clearInterval(this.pings)
    // Who does not answer the goodbye is not waited for.
    const stragglers = setTimeout(() => { for (const client of this.server.clients) client.terminate() }, 500) // prettier-ignore
    stragglers.unref()
    this.server.close()
  }

  private refusal(incoming: IncomingMessage): string | null {
    const { access, fanOut, failures, maxClients } = this.options
    const { headers, url } = incoming
    const verdict = access.judge({
      host: headers.host,
      origin: headers.origin,
      authorization: headers.authorization,
      protocols: headers['sec-websocket-protocol'],
    })
    if (verdict === 'bad-host' || verdict === 'bad-origin') return '403 Forbidden'
    if (verdict !== 'granted') {
      return failures.take(incoming.socket.remoteAddress ?? '') > 0 ? '429 Too Many Requests' : '401 Unauthorized'
    }
    if (new URL(url ?? '/', 'http://localhost').pathname !== '/events') return '404 Not Found'
    return fanOut.size >= maxClients ? '503 Service Unavailable' : null
  }

  private welcome(socket: WebSocket): void {
    const { fanOut, epoch } = this.options
    const client = fanOut.add(outletOf(socket))
    const limiter = new RateLimiter(MESSAGES, () => performance.now())
    this.alive.add(socket)
    socket.on('pong', () => this.alive.add(socket))
    socket.on('error', () => undefined)
    socket.on('close', () => fanOut.remove(client))
    socket.on('message', (data, isBinary) => {
      if (limiter.take('') > 0) client.close(1008, 'too many messages')
      else if (isBinary) client.close(1003, 'text only')
      else this.hear(client, socket, (data as Buffer).toString('utf8'))
    })
    const { head: sequence, oldest } = fanOut.ring
    socket.send(JSON.stringify({ type: 'hello', version: 1, epoch, sequence, oldest }))
  }

  private hear(client: EventClient, socket: WebSocket, text: string): void {
    const asked = readRequest(text)
    if (typeof asked === 'string') {
      socket.send(JSON.stringify({ type: 'error', message: asked }))
      return
    }
    // Numbers of another run mean nothing here.
    const from = asked.epoch === undefined || asked.epoch === this.options.epoch ? (asked.from ?? null) : null
    client.listen(new TopicFilter(asked.patterns), asked.policy, from)
  }

  /** Who has not answered the last ping has gone without a word. */
  private ping(): void {
    for (const client of this.server.clients) {
      if (!this.alive.delete(client)) client.terminate()
      else client.ping()
    }
  }
}

function readRequest(text: string): (z.output<typeof request> & { readonly patterns: readonly Pattern[] }) | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return messageOf(error)
  }
  const parsed = request.safeParse(value)
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  const patterns = parsed.data.topics.map(parsePattern)
  const bad = patterns.indexOf(undefined)
  if (bad >= 0)
    return `${JSON.stringify(parsed.data.topics[bad])} is no pattern: write type.exchange.symbol, with * at the end of a part`
  return { ...parsed.data, patterns: patterns.filter(pattern => pattern !== undefined) }
}

function outletOf(socket: WebSocket): Outlet {
  return {
    send: text => {
      if (socket.readyState === socket.OPEN) socket.send(text, { binary: false })
    },
    close: (code, reason) => {
      // Behind what it has not taken, a goodbye would wait for ever.
      if (socket.bufferedAmount > 0) setTimeout(() => socket.terminate(), 1_000).unref()
      socket.close(code, reason)
    },
    get buffered() {
      return socket.bufferedAmount
    },
  }
}
