/** The lines of a feed: who carries what, where there is room for more, and which ways a new line may take. */
import type { Exchange } from '../exchanges/exchange.js'
import { UsageError } from '../model/errors.js'
import type { Stream } from '../model/stream.js'
import type { Ending } from './ending.js'
import { Failover } from './failover.js'
import type { Route } from './failover.js'
import type { Shared } from './feed-options.js'
import { Line } from './line.js'
import type { LineListener } from './line-parts.js'
import { planLines } from './planner.js'
import type { LinePlan } from './planner.js'
import { proxiesFor } from './proxy.js'
import type { RedundantLines } from './redundant.js'

export class LineSet {
  private readonly lines = new Map<number, Line>()

  constructor(
    private readonly exchanges: ReadonlyMap<string, Exchange>,
    private readonly redundant: RedundantLines,
    private readonly shared: Shared,
    private readonly listener: LineListener,
  ) {}

  all(): readonly Line[] {
    return [...this.lines.values()]
  }

  get(number: number): Line | undefined {
    return this.lines.get(number)
  }

  /** @throws UsageError where an exchange is unknown or has no address. */
  plan(streams: readonly Stream[]): readonly LinePlan[] {
    const plans = planLines(
      streams,
      stream => this.exchangeOf(stream),
      exchange => this.bases(exchange)[0] ?? '',
    )
    for (const { exchange } of plans) this.routes(exchange)
    return plans
  }

  /** Puts streams on lines, one for each copy: onto lines that have room, or onto new ones. */
  carry(plan: LinePlan): void {
    for (let copy = 0; copy < this.redundant.copies; copy++) {
      const line = this.roomFor(plan, copy)
      if (line === undefined) this.open(plan, copy)
      else line.subscriptions.add(plan.streams)
    }
  }

  /** A second line with the same streams and of the same copy. */
  double(line: Line): Line {
    const { exchange, copy } = line.parts
    return this.open({ exchange, streams: line.subscriptions.streams() }, copy, line.number)
  }

  carriers(stream: Stream): readonly Line[] {
    return this.all().filter(
      line => line.parts.exchange.name === stream.exchange && line.subscriptions.has(stream.name),
    )
  }

  /** The line to fetch a book's snapshot for: one that stays, if there is one. */
  bookCarrier(exchange: string, symbol: string, pair?: string): Line | undefined {
    const carriers = this.all().filter(line => !line.stopped && line.booksOf(exchange, symbol, pair).length > 0)
    return carriers.find(line => line.retiring === null && line.open) ?? carriers[0]
  }

  async drop(line: Line, why: Ending): Promise<void> {
    await line.stop(why)
    if (this.lines.get(line.number) === line) this.lines.delete(line.number)
  }

  private open({ exchange, streams }: LinePlan, copy: number, replaces: number | null = null): Line {
    const { shared, listener } = this
    const number = this.redundant.freeNumber(copy, taken => this.lines.has(taken))
    const routes = this.redundant.routesOf(copy, this.routes(exchange))
    const failover = new Failover(routes, () => shared.clock.monotonicMs(), shared.random, shared.attempts)
    const line = new Line({ number, exchange, streams, copy, replaces, failover, shared, listener })
    this.lines.set(number, line)
    line.start()
    return line
  }

  private roomFor({ exchange, streams }: LinePlan, copy: number): Line | undefined {
    const base = this.bases(exchange)[0] ?? ''
    const addressOf = (stream: Stream | undefined): string =>
      stream === undefined ? '' : exchange.address(stream, base)
    const wanted = addressOf(streams[0])
    return this.all().find(({ parts, retiring, subscriptions }) => {
      if (parts.exchange !== exchange || parts.copy !== copy || retiring !== null) return false
      const hasRoom = subscriptions.size + streams.length <= exchange.limits.streamsPerConnection
      return hasRoom && addressOf(subscriptions.streams()[0]) === wanted
    })
  }

  private routes(exchange: Exchange): readonly Route[] {
    const bases = this.bases(exchange)
    if (bases.length === 0) {
      throw new UsageError('no_address', `${exchange.title} has no address of its own`, { hint: 'give one with --url' })
    }
    return bases.flatMap(base => proxiesFor(base, this.shared.proxy).map(proxy => ({ base, proxy })))
  }

  private bases(exchange: Exchange): readonly string[] {
    return this.shared.urls.length > 0 ? this.shared.urls : exchange.endpoints
  }

  private exchangeOf({ exchange: name }: Stream): Exchange {
    const exchange = this.exchanges.get(name)
    if (exchange === undefined) throw new UsageError('unknown_exchange', `unknown exchange: ${name}`)
    return exchange
  }
}
