/** The embedded exchange: a real WebSocket server on loopback, fed by a seeded market or by a recording. */
import type { Micros } from '../../model/time.js'
import { MICROS_PER_MS } from '../../model/time.js'
import { ExchangeServer, type ServerStats } from './exchange-server.js'
import { parseFaults } from './fault-plan.js'
import { Faults } from './faults.js'
import { SimulatedMarket } from './simulated-market.js'
import { SimulatedVenue } from './simulated-venue.js'

export interface EmbeddedExchangeOptions {
  /** 1 unless given. The same seed, start, symbols and rate give the same market. */
  readonly seed?: number | string
  /** Listed from the start, in any case; others are listed when somebody asks for them. */
  readonly symbols?: readonly string[]
  /** 0 or absent: any free one. */
  readonly port?: number
  /** Trades per second and symbol, on average (20). Quotes and depth follow in proportion. */
  readonly rate?: number
  /** Simulated seconds per second (1). */
  readonly speed?: number
  /** As on the command line: `cut@1500,garbage=1%`. */
  readonly faults?: string
  /** Where simulated time begins; now unless given. */
  readonly start?: Micros
  /** What one client may send in a second (50). */
  readonly messagesPerSecond?: number
}

export interface EmbeddedExchange {
  /** `ws://127.0.0.1:port`, without a path. */
  readonly url: string
  /** `http://127.0.0.1:port`. */
  readonly httpUrl: string
  readonly port: number
  stop(): Promise<void>
  stats(): ServerStats
}

const RATE = 20
const MESSAGES_PER_SECOND = 50
/** Orders let through before other work gets its turn. */
const STEPS_PER_TURN = 5_000

/** Between turns while nobody listens. */
const IDLE_PAUSE_MS = 20

/** @throws UsageError where the faults cannot be read; the error of the system where the port is taken. */
export async function startEmbeddedExchange(options: EmbeddedExchangeOptions = {}): Promise<EmbeddedExchange> {
  const seed = options.seed ?? 1
  const start = options.start ?? Date.now() * MICROS_PER_MS
  const startedAt = performance.now()
  const market = new SimulatedMarket({ seed, start, rate: options.rate ?? RATE })
  for (const symbol of options.symbols ?? []) market.market(symbol.toUpperCase())
  const venue = new SimulatedVenue(market, options.messagesPerSecond ?? MESSAGES_PER_SECOND)
  const server = new ExchangeServer(venue, new Faults(parseFaults(options.faults ?? ''), seed))
  venue.open(server)
  const port = await server.listen(options.port ?? 0)
  const pump = new MarketPump(market, venue, server, options.speed ?? 1)
  // Listing the symbols has taken a while, which the market makes up for: its time is the machine's.
  pump.start(startedAt)
  return {
    url: `ws://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${port}`,
    port,
    stop: () => {
      pump.stop()
      return server.stop()
    },
    stats: () => server.stats(),
  }
}

/** Moves the market on as the wall clock goes; where the process was held up, it catches up in turns. */
class MarketPump {
  private timer: NodeJS.Timeout | NodeJS.Immediate | undefined
  private isStopped = false

  constructor(
    private readonly market: SimulatedMarket,
    private readonly venue: SimulatedVenue,
    private readonly server: ExchangeServer,
    private readonly speed: number,
  ) {}

  /** @param startedAt when the market's present time was the machine's; on the monotonic clock. */
  start(startedAt: number): void {
    const origin = this.market.now
    const turn = (): void => {
      if (this.isStopped) return
      const target = origin + Math.floor((performance.now() - startedAt) * this.speed * MICROS_PER_MS)
      for (const client of this.server.clients) client.gather()
      const isDone = this.market.advanceTo(target, this.venue, STEPS_PER_TURN)
      for (const client of this.server.clients) client.flush()
      const pauseMs = this.server.clients.size > 0 ? 1 : IDLE_PAUSE_MS
      this.timer = isDone ? setTimeout(turn, pauseMs) : setImmediate(turn)
    }
    turn()
  }

  stop(): void {
    this.isStopped = true
    clearTimeout(this.timer as NodeJS.Timeout)
    clearImmediate(this.timer as NodeJS.Immediate)
  }
}
