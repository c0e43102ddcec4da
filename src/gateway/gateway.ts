/** The gateway: one run, open to other programs and to a browser over HTTP and WebSocket. */
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { messageOf, UsageError } from '../model/errors.js'
import { FEED_EVENTS, TRADING_EVENTS } from '../session/events.js'
import type { RunningParts } from '../session/execute.js'
import { MarketState, stateKey } from '../session/market-state.js'
import { MechanismWatch } from '../session/mechanisms.js'
import { Access } from './access.js'
import { createApp } from './app.js'
import { EventDoor } from './event-door.js'
import type { RingOptions } from './event-ring.js'
import { FanOut } from './fan-out.js'
import { createMetrics } from './metrics.js'
import { RateLimiter, type RateLimit } from './rate-limiter.js'
import { SymbolBoard } from './symbol-board.js'
import type { Desk } from './view.js'

export interface GatewayOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly token: string
  /** Further names under which clients reach the server. */
  readonly names: readonly string[]
  /** Of streams that name none. */
  readonly exchange: string
  /** Directory for recordings that are started over the interface. */
  readonly recordings: string
  readonly version: string
  /** HTML of the dashboard. */
  readonly page: string
  readonly trouble: (text: string) => void
  readonly nowMicros: () => number
  readonly maxClients?: number
  readonly ring?: RingOptions
  /** Requests of one caller. */
  readonly requestRate?: RateLimit
}

const MOST_CLIENTS = 4_096
/** A page with several panels asks about ten questions a second. */
const REQUESTS: RateLimit = { perSecond: 100, burst: 300 }
/** Refused tokens of one caller. */
const FAILURES: RateLimit = { perSecond: 0.5, burst: 50 }
const LOOK_EVERY_MS = 1_000
/** WebSocket close code: the server goes away. */
const GOING_AWAY = 1001

export class Gateway {
  readonly #server: Server
  readonly #fanOut: FanOut
  readonly #board: SymbolBoard
  readonly #door: EventDoor
  readonly #looking: NodeJS.Timeout

  private constructor(
    parts: RunningParts,
    private readonly options: GatewayOptions,
  ) {
    const { session, control } = parts
    this.#fanOut = new FanOut({ state: new MarketState(), stateKey, ...(options.ring === undefined ? {} : { ring: options.ring }) }) // prettier-ignore
    this.#board = new SymbolBoard(session, control.streams())
    const began = performance.now()
    const mechanisms = new MechanismWatch(parts)
    // It tells what was done since it looked last: looking often makes that a time.
    this.#looking = setInterval(() => mechanisms.states(), LOOK_EVERY_MS)
    this.#looking.unref()
    const desk: Desk = {
      parts,
      fanOut: this.#fanOut,
      board: this.#board,
      exchange: options.exchange,
      recordings: options.recordings,
      elapsedMs: () => performance.now() - began,
      mechanisms: () => mechanisms.states(),
    }
    const access = new Access(options)
    const now = (): number => performance.now()
    const failures = new RateLimiter(FAILURES, now)
    const metrics = createMetrics(desk, options.nowMicros)
    const app = createApp({
      desk,
      access,
      failures,
      requests: new RateLimiter(options.requestRate ?? REQUESTS, now),
      version: options.version,
      page: options.page,
      metrics: () => metrics.read(),
      trouble: options.trouble,
    })
    const listener = getRequestListener((request, env) => app.fetch(request, env))
    this.#server = boundedServer((request, response) => void listener(request, response))
    const maxClients = options.maxClients ?? MOST_CLIENTS
    const epoch = randomBytes(8).toString('hex')
    this.#door = new EventDoor({ access, fanOut: this.#fanOut, epoch, failures, maxClients })
    this.#server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined)
      this.#door.upgrade(request, socket, head)
    })
    for (const type of [...FEED_EVENTS, ...TRADING_EVENTS]) {
      session.bus.subscribe(type, this.#fanOut.take, {
        componentId: 'gateway',
        priority: 'background',
        essential: true,
      })
    }
  }

  /** @throws UsageError where the address cannot be listened on. */
  static async start(parts: RunningParts, options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(parts, options)
    await gateway.#listen()
    return gateway
  }

  /** `http://127.0.0.1:8710`. */
  get url(): string {
    const { host } = this.options
    const { port } = this.#server.address() as AddressInfo
    return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  }

  /** Lets listeners have what is left, then ends all connections. Idempotent. */
  async close(): Promise<void> {
    this.#fanOut.close(GOING_AWAY, 'the run has ended')
    this.#board.close()
    clearInterval(this.#looking)
    this.#door.close()
    if (!this.#server.listening) return
    await new Promise<void>(resolve => {
      this.#server.close(() => resolve())
      this.#server.closeIdleConnections()
      setTimeout(() => this.#server.closeAllConnections(), 500).unref()
    })
  }

  #listen(): Promise<void> {
    const { host, port } = this.options
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const hint =
          error.code === 'EADDRINUSE' ? 'choose another with --port, or --port 0 for any free one' : undefined
        reject(new UsageError('listen', `cannot serve on ${host}:${port}: ${messageOf(error)}`, hint === undefined ? {} : { hint })) // prettier-ignore
      })
      this.#server.listen(port, host, () => {
        this.#server.on('error', error => this.options.trouble(messageOf(error)))
        resolve()
      })
    })
  }
}

function boundedServer(listener: Parameters<typeof createServer>[1]): Server {
  const server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requestTimeout: 30_000 }, listener)
  server.maxConnections = MOST_CLIENTS + 256
  return server
}
