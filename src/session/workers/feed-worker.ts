/** A share of a live feed in a thread of its own: sockets, protocol and decoding; the run gets frames and what they say, packed. */
import type { Exchange } from '../../exchanges/exchange.js'
import { EXCHANGES, findExchange } from '../../exchanges/registry.js'
import type { FrameOutcome } from '../../engine/boundary.js'
import { LiveFeed } from '../../feed/live-feed.js'
import { RealClock } from '../../feed/real-clock.js'
import { messageOf } from '../../model/errors.js'
import type { Frame } from '../../model/frame.js'
import { troubleText } from '../live.js'
import { penaltyStore } from '../penalty-files.js'
import { writeFinding } from './found-codec.js'
import { writeFrame } from './frame-codec.js'
import { FrameDecoding } from './frame-decoding.js'
import { PackWriter } from './pack.js'
import { plainError, type FeedSetup, type FromWorker, type ToWorker } from './protocol.js'

const REPORT_EVERY_MS = 250
/** Packs that the run has not folded yet: beyond this the sockets are not read, until half of them are. */
const MOST_PACKS = 64
/** A pack is sent at the end of a turn of the event loop, unless one was sent just before: small packs cost more than what is in them. */
const PACK_EVERY_MS = 4
/** It is sent before it grows beyond this many bytes. */
const MOST_BYTES = 1024 * 1024

export class FeedWorker {
  readonly #clock = new RealClock()
  readonly #exchanges: Map<string, Exchange>
  readonly #known = new Set<string>()
  readonly #decoding: FrameDecoding
  readonly #feed: LiveFeed
  readonly #writer = new PackWriter()
  /** Packs on their way to the fold. */
  #out = 0
  #isPaused = false
  /** The run has asked for a pause. */
  #isHeld = false
  #willFlush = false
  #flushedMs = Number.NEGATIVE_INFINITY

  constructor(
    private readonly setup: FeedSetup,
    private readonly say: (message: FromWorker) => void,
  ) {
    this.#exchanges = new Map(EXCHANGES)
    for (const { exchange } of setup.streams) this.#know(exchange)
    this.#addresses(setup.endpoints)
    this.#decoding = new FrameDecoding(exchange => findExchange(exchange).decoder())
    const { streams, urls, proxy, lines, backfill, penalties, giveUpAfter, index, workers } = setup
    this.#feed = new LiveFeed({
      streams,
      exchanges: this.#exchanges,
      urls,
      proxy,
      lines,
      backfill,
      penaltyStore: penaltyStore(penalties, text => say({ kind: 'trouble', text })),
      clock: this.#clock,
      share: { index, of: workers },
      // The fold's own thread is where lag counts, and it watches itself.
      backpressure: 'off',
      trouble: trouble => say({ kind: 'trouble', text: troubleText(trouble) }),
      note: text => say({ kind: 'trouble', text }),
      ...(giveUpAfter === null ? {} : { giveUpAfter }),
    })
  }

  run(): void {
    const reporting = setInterval(() => this.#report(), REPORT_EVERY_MS)
    this.#feed
      .run(frame => this.#take(frame))
      .then(
        () => this.#end({ kind: 'ended' }),
        (error: unknown) => this.#end({ kind: 'failed', error: plainError(error) }),
      )
      .finally(() => clearInterval(reporting))
  }

  hear(message: ToWorker): void {
    try {
      this.#obey(message)
    } catch (error) {
      this.say({ kind: 'trouble', text: messageOf(error) })
    }
  }

  #obey(message: ToWorker): void {
    switch (message.kind) {
      case 'subscribe':
        this.#know(message.stream.exchange)
        this.#addresses(message.endpoints)
        this.#feed.subscribe(message.stream)
        break
      case 'unsubscribe':
        this.#feed.unsubscribe(message.stream)
        break
      case 'pause':
      case 'resume':
        this.#isHeld = message.kind === 'pause'
        this.#pace()
        break
      case 'renew':
        for (const { line } of this.#feed.report()) this.#feed.renew(line, message.reason)
        break
      case 'wantSnapshot':
        this.#feed.wantSnapshot(message.of.exchange, message.of.symbol, message.of.pair)
        break
      case 'resubscribeBook':
        this.#feed.resubscribeBook(message.of.exchange, message.of.symbol, message.of.pair)
        break
      case 'wantTrades':
        this.#feed.wantTrades(message.of.exchange, message.of.stream, message.of.from, message.of.to)
        break
      case 'mark':
        if (this.#writer.isEmpty) this.say({ kind: 'mark', mark: this.#clock.now() })
        else this.#flush()
        break
      case 'taken':
        this.#out -= message.packs
        this.#pace()
        break
      case 'stop':
        void this.#feed.stop(message.reason)
        break
      case 'pack':
        break
    }
  }

  #take(frame: Frame): FrameOutcome | undefined {
    const { outcome, finding } = this.#decoding.decode(frame)
    writeFrame(frame, this.#writer)
    if (frame.kind === 'data') {
      writeFinding(finding, this.#writer)
      if (finding !== null && !('code' in finding)) for (const item of finding) this.#feed.heard(frame.line, item)
    }
    if (this.#writer.size >= MOST_BYTES) this.#flush()
    else if (!this.#willFlush) {
      this.#willFlush = true
      const waitMs = this.#flushedMs + PACK_EVERY_MS - performance.now()
      // After everything that the sockets had at this turn, at the earliest.
      if (waitMs <= 0) setImmediate(() => this.#flush())
      else setTimeout(() => this.#flush(), waitMs)
    }
    return frame.kind === 'data' ? outcome : undefined
  }

  #flush(): void {
    this.#willFlush = false
    if (this.#writer.isEmpty) return
    this.#flushedMs = performance.now()
    this.say({ kind: 'pack', pack: this.#writer.take(), mark: this.#clock.now() })
    this.#out++
    this.#pace()
  }

  #pace(): void {
    const isFull = this.#out > (this.#isPaused ? MOST_PACKS / 2 : MOST_PACKS)
    const pauses = this.#isHeld || isFull
    if (pauses === this.#isPaused) return
    this.#isPaused = pauses
    if (pauses) this.#feed.pause()
    else this.#feed.resume()
  }

  #report(): void {
    const feed = this.#feed
    this.say({
      kind: 'report',
      report: { lines: feed.report(), stats: feed.stats(), backfill: feed.backfillStats() },
    })
  }

  #end(message: FromWorker): void {
    this.#flush()
    this.#report()
    this.say(message)
  }

  /** Attempts are limited for all connections of a host together, so each worker makes its share of them. */
  #know(name: string): void {
    if (this.#known.has(name)) return
    this.#known.add(name)
    const exchange = this.#exchanges.get(name) ?? findExchange(name)
    const { connects } = exchange.limits
    const count = Math.max(1, Math.floor(connects.count / this.setup.workers))
    this.#exchanges.set(name, { ...exchange, limits: { ...exchange.limits, connects: { ...connects, count } } })
  }

  #addresses(endpoints: FeedSetup['endpoints']): void {
    for (const [name, addresses] of Object.entries(endpoints)) {
      const exchange = this.#exchanges.get(name)
      // Connections are shared by those who name the very same exchange.
      if (exchange === undefined || exchange.endpoints.join() === addresses.join()) continue
      this.#exchanges.set(name, { ...exchange, endpoints: addresses })
    }
  }
}
