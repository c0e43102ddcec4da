/** The whole product in a world made of one seed: feed, fold, bus and strategy are real, sockets, clocks and exchanges are not. */
import { Random } from '../../src/engine/random.js'
import { binance } from '../../src/exchanges/binance.js'
import { coinbase } from '../../src/exchanges/coinbase.js'
import { resolveStream } from '../../src/exchanges/registry.js'
import { LiveFeed } from '../../src/feed/live-feed.js'
import type { Book, Status, Trade } from '../../src/model/event.js'
import type { Frame } from '../../src/model/frame.js'
import type { Stream } from '../../src/model/stream.js'
import { Digest } from '../../src/session/digest.js'
import type { FeedControl } from '../../src/session/intake.js'
import { Session } from '../../src/session/session.js'
import { StreamFilter } from '../../src/session/stream-filter.js'
import { Trading, type TradingPlan } from '../../src/session/trading.js'
import { BinanceMarket, CoinbaseMarket, type MadeTrade } from './markets.js'
import { network } from './socket.js'
import { SimulatedTime } from './time.js'
import { Venue } from './venue.js'

const NAMES = [...BinanceMarket.streams, ...CoinbaseMarket.streams]
/** Planned renewals within the time that is simulated, not once a day. */
const LIFE_MS = 50_000

/** A session with a strategy, and what an ordinary consumer heard of it. */
export class Desk {
  readonly session: Session
  readonly trading: Trading
  readonly deadLetters: string[] = []
  readonly trades: Trade[] = []
  readonly books: Book[] = []
  readonly statuses: Status[] = []
  private readonly events = new Digest()

  constructor(plan: TradingPlan, streams: readonly Stream[], lines: 1 | 2, feed: FeedControl | null) {
    this.session = new Session({
      command: 'simulation',
      streams,
      feed,
      lines,
      keepDeadLetter: letter => void this.deadLetters.push(letter.frame.data.toString()),
      filter: new StreamFilter(streams),
    })
    this.session.observer = event => this.events.add(event)
    this.trading = new Trading(this.session, plan)
    const consumer = { componentId: 'consumer', essential: true }
    this.session.bus.subscribe('trade', (trade: Trade) => void this.trades.push(trade), consumer)
    this.session.bus.subscribe('book', (book: Book) => void this.books.push(book), consumer)
    this.session.bus.subscribe('status', (status: Status) => void this.statuses.push(status), consumer)
  }

  /** Every event of the market, and every order, fill and balance. */
  digests(): readonly string[] {
    return [this.events.hex(), this.trading.digest()]
  }
}

export class World {
  readonly time = new SimulatedTime()
  readonly tape: Frame[] = []
  readonly desk: Desk
  readonly feed: LiveFeed
  readonly binance: BinanceMarket
  readonly coinbase: CoinbaseMarket
  readonly venues: readonly Venue[]
  readonly streams: readonly Stream[] = NAMES.map(name => resolveStream(name, 'binance'))
  readonly lines: 1 | 2
  private readonly random: Random

  constructor(
    seed: number,
    private readonly plan: TradingPlan,
  ) {
    const random = (this.random = new Random(seed))
    const { time } = this
    this.lines = random.chance(0.5) ? 2 : 1
    const wall = (): number => time.wallMs
    const { dialect } = binance
    this.binance = new BinanceMarket(random.fork('binance'), wall, name =>
      dialect.topic(resolveStream(`binance:${name}`, 'binance')),
    )
    this.coinbase = new CoinbaseMarket(random.fork('coinbase'), wall)
    const exchanges = [binance, coinbase].map(exchange => {
      return { ...exchange, limits: { ...exchange.limits, connectionLifeMs: LIFE_MS } }
    })
    const [first, second] = exchanges as [typeof binance, typeof coinbase]
    this.venues = [
      new Venue(first, this.binance, time, random.fork('binance weather'), 400),
      new Venue(second, this.coinbase, time, random.fork('coinbase weather'), 500),
    ]
    network.resolve = address => this.venues[address.includes('coinbase') ? 1 : 0] as Venue
    const feedRandom = random.fork('feed')
    this.feed = new LiveFeed({
      streams: this.streams,
      exchanges: new Map(exchanges.map(exchange => [exchange.name, exchange])),
      lines: this.lines,
      clock: time.clock(),
      timers: time,
      random: () => feedRandom.uniform(),
      tickMs: 1_000,
    })
    this.desk = new Desk(plan, this.streams, this.lines, this.control())
  }

  /** Bad weather for `badMs`, then good weather, then an end in good order. */
  async live(badMs: number, goodMs: number): Promise<void> {
    const { session } = this.desk
    const done = this.feed.run(frame => {
      this.tape.push(frame)
      return session.deliver(frame)
    })
    const begunMs = this.time.ms
    while (this.time.ms < begunMs + badMs) {
      await this.time.pass(this.random.uniform(5_000, 20_000))
      this.disturbTime()
    }
    for (const venue of this.venues) venue.bad = false
    await this.time.pass(goodMs)
    for (const venue of this.venues) venue.close()
    await this.time.pass(1_000)
    await this.feed.stop('enough')
    await done
    // What the world still had under way comes to nothing.
    await this.time.pass(1_000)
    this.desk.trading.finish()
  }

  /** All trades that a market made. */
  made(symbol: string): ReadonlyMap<string, MadeTrade> {
    return (symbol === 'BTC-USD' ? this.coinbase : this.binance).trades.get(symbol) ?? new Map<string, MadeTrade>()
  }

  /** The tape alone, with the same code. */
  replayed(): Desk {
    const desk = new Desk(this.plan, this.streams, this.lines, null)
    for (const frame of this.tape) desk.session.deliver(frame)
    desk.trading.finish()
    return desk
  }

  /** The machine's own faults: a clock that is set, a process that stands still. */
  private disturbTime(): void {
    const { random } = this
    if (random.chance(0.1)) this.time.stepWall(random.int(-60_000, 60_000))
    if (random.chance(0.05)) this.time.freeze(random.int(500, 30_000))
  }

  private control(): FeedControl {
    return {
      heard: (line, found) => this.feed.heard(line, found),
      wantSnapshot: (exchange, symbol, pair) => this.feed.wantSnapshot(exchange, symbol, pair),
      resubscribeBook: (exchange, symbol, pair) => this.feed.resubscribeBook(exchange, symbol, pair),
    }
  }
}
