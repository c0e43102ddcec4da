/** The embedded exchange's front door: HTTP and WebSocket on loopback, pings, limits, and who has subscribed to what. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer, type RawData, type WebSocket } from 'ws'
import { ExchangeClient, type ClientRules } from './exchange-client.js'
import type { FaultCounts, Faults } from './faults.js'

export interface RestAnswer {
  readonly status: number
  readonly body: string
}

/** What stands behind the door: which addresses it knows, what it answers, and what it does with its clients. */
export interface Venue {
  readonly rules: ClientRules
  accepts(address: URL): boolean
  joined(client: ExchangeClient, address: URL): void
  asked(client: ExchangeClient, text: string): void
  rest(address: URL): RestAnswer | Promise<RestAnswer>
  /** How often a WebSocket ping goes out. */
  readonly pingEveryMs: number
  /** A text that the exchange sends on an idle connection; null where it sends none. */
  readonly heartbeat: { readonly everyMs: number; text(): string } | null
}

/** What the faults did stands beside what happened anyway. */
export interface ServerStats extends Readonly<FaultCounts> {
  readonly clients: number
  readonly connections: number
  /** Messages from clients. */
  readonly asked: number
  readonly restRequests: number
  /** Clients closed because they sent too much. */
  readonly overLimit: number
}

const LARGEST_REQUEST_BYTES = 64 * 1024
/** A client that has not answered a ping for this many pings is gone. */
const PINGS_UNANSWERED = 3

/** Binds to loopback only. */
export class ExchangeServer {
  readonly clients = new Set<ExchangeClient>()
  private readonly http: Server
  private readonly sockets: WebSocketServer
  private readonly audiences = new Map<string, Set<ExchangeClient>>()
  private readonly counts = { connections: 0, asked: 0, restRequests: 0, overLimit: 0 }
  private readonly timers: NodeJS.Timeout[] = []

  constructor(
    private readonly venue: Venue,
    private readonly faults: Faults,
  ) {
    this.http = createServer((request, response) => void this.answer(request, response))
    this.http.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
      this.upgrade(request, socket, head),
    )
    this.sockets = new WebSocketServer({
      noServer: true,
      maxPayload: LARGEST_REQUEST_BYTES,
      perMessageDeflate: false,
      autoPong: false,
    })
  }

  /** @param port 0 for any free one. @returns the port. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject)
      this.http.listen(port, '127.0.0.1', () => resolve())
    })
    const { pingEveryMs, heartbeat } = this.venue
    this.timers.push(setInterval(() => this.ping(pingEveryMs), pingEveryMs))
    if (heartbeat !== null) {
      this.timers.push(setInterval(() => this.beat(heartbeat.everyMs, heartbeat.text()), heartbeat.everyMs))
    }
    return (this.http.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer)
    for (const client of this.clients) client.destroy()
    this.http.closeAllConnections()
    await new Promise<void>(resolve => this.http.close(() => resolve()))
    this.sockets.close()
  }

  subscribe(client: ExchangeClient, topic: string, name: string): void {
    client.topics.set(topic, name)
    const audience = this.audiences.get(topic)
    if (audience === undefined) this.audiences.set(topic, new Set([client]))
    else audience.add(client)
  }

  unsubscribe(client: ExchangeClient, topic: string): void {
    client.topics.delete(topic)
    const audience = this.audiences.get(topic)
    audience?.delete(client)
    if (audience?.size === 0) this.audiences.delete(topic)
  }

  /** Whether anybody has subscribed to anything. */
  get hasAudience(): boolean {
    return this.audiences.size > 0
  }

  /** Who has subscribed to the topic; undefined where nobody has. */
  audience(topic: string): ReadonlySet<ExchangeClient> | undefined {
    return this.audiences.get(topic)
  }

  stats(): ServerStats {
    return { clients: this.clients.size, ...this.counts, ...this.faults.counts }
  }

  private upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const address = addressOf(request)
    const status = this.faults.refusal() ?? (this.venue.accepts(address) ? null : 404)
    if (status !== null) {
      const wait = status === 429 || status === 418 ? 'Retry-After: 1\r\n' : ''
      socket.end(`HTTP/1.1 ${status} Refused\r\n${wait}Connection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket: WebSocket) => this.join(webSocket, socket, address))
  }

  private join(socket: WebSocket, transport: Socket, address: URL): void {
    const client = new ExchangeClient(socket, transport, this.faults, this.venue.rules)
    transport.setNoDelay(true)
    this.clients.add(client)
    this.counts.connections++
    socket.on('message', (data: RawData) => this.hear(client, data))
    socket.on('ping', (payload: Buffer) => {
      if (this.isWithinLimit(client)) client.pong(payload)
    })
    socket.on('pong', () => {
      client.heardAt = performance.now()
      this.isWithinLimit(client)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => this.leave(client))
    this.venue.joined(client, address)
  }

  private hear(client: ExchangeClient, data: RawData): void {
    this.counts.asked++
    // ws hands messages over as one Buffer unless told otherwise.
    if (this.isWithinLimit(client)) this.venue.asked(client, (data as Buffer).toString('utf8'))
  }

  private isWithinLimit(client: ExchangeClient): boolean {
    if (client.mayAsk()) return true
    this.counts.overLimit++
    client.close(1008, 'Too many requests')
    return false
  }

  private leave(client: ExchangeClient): void {
    client.forget()
    this.faults.left(client)
    for (const topic of client.topics.keys()) this.unsubscribe(client, topic)
    this.clients.delete(client)
  }

  private ping(everyMs: number): void {
    const now = performance.now()
    for (const client of this.clients) {
      if (now - client.heardAt > everyMs * PINGS_UNANSWERED) client.reset()
      else client.ping(String(Date.now()))
    }
  }

  private beat(everyMs: number, text: string): void {
    const idleSince = performance.now() - everyMs
    for (const client of this.clients) if (client.sentAt <= idleSince) client.put(text)
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.counts.restRequests++
    const { status, body } =
      request.method === 'GET' || request.method === 'POST'
        ? await this.venue.rest(addressOf(request))
        : { status: 405, body: '{}' }
    response.writeHead(status, { 'Content-Type': 'application/json;charset=UTF-8' })
    response.end(body)
  }
}

function addressOf(request: IncomingMessage): URL {
  const path = request.url ?? '/'
  const base = `http://127.0.0.1:${request.socket.localPort ?? 0}`
  return URL.canParse(path, base) ? new URL(path, base) : new URL('/unknown', base)
}
