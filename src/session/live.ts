/** Live frames for a session: the feed, and the embedded exchange where a stream asks for it. */
import { EXCHANGES, findExchange } from '../exchanges/registry.js'
import type { Exchange } from '../exchanges/exchange.js'
import { startEmbeddedExchange, type EmbeddedExchange } from '../feed/embedded/embedded-exchange.js'
import type { Trouble } from '../feed/feed-options.js'
import { LiveFeed } from '../feed/live-feed.js'
import type { RestClient } from '../feed/rest-client.js'
import { LiveWorkers } from './workers/live-workers.js'
import type { Predecoded } from './workers/predecoded.js'
import type { ProxySettings } from '../feed/proxy.js'
import type { Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'
import type { FeedControl } from './intake.js'
import { penaltyStore } from './penalty-files.js'

export interface LiveOptions {
  readonly streams: readonly Stream[]
  readonly urls: readonly string[]
  readonly proxy: ProxySettings
  readonly lines: 1 | 2
  /** Whether trades that the ids prove missing are fetched by REST. */
  readonly backfill: 'on' | 'off'
  /** Seed and rate of the embedded exchange. */
  readonly seed: number
  readonly rate: number | undefined
  /** Directory through which processes share what hosts have told them; absent to keep it to oneself. */
  readonly penalties?: string | undefined
  /** Told in a sentence what is wrong while the feed keeps trying. */
  readonly note: (text: string) => void
  /** Failed attempts before a feed that never connected is given up. */
  readonly giveUpAfter: number
}

/** Worker threads, and where what they find waits for the fold; null for a feed in the run's own thread. */
export interface WorkersOptions {
  readonly workers: number
  readonly predecoded: Predecoded | null
}

/** What a run may ask of its feed, whoever keeps the connections. */
export type Feed = Pick<
  LiveFeed,
  'run' | 'stop' | 'pause' | 'resume' | 'report' | 'stats' | 'backfillStats' | 'redundant'
>

export interface Live {
  readonly feed: Feed
  readonly control: FeedControl
  /** Questions to exchanges; absent where the connections are kept elsewhere. */
  readonly rest?: RestClient
  /** Adds a stream while the feed runs, and the embedded exchange where it is the first of its streams. @throws UsageError */
  subscribe(stream: Stream): Promise<void>
  unsubscribe(stream: Stream): void
  /** Replaces every connection; the old ones go on until the new ones work. */
  renewLines(reason: string): void
  /** Where the fold stands, in runs whose frames do not reach it at once; absent where they do. */
  readonly foldedUpTo?: () => Micros
  /** What worker threads did, for the summary; absent where there are none. */
  readonly account?: () => object
  /** Ends what was started beside the feed. */
  close(): Promise<void>
}

export const SIMULATED = 'sim'

export async function openLive(options: LiveOptions & WorkersOptions): Promise<Live> {
  const { urls } = options
  const streams = new Set(options.streams)
  const exchanges = new Map<string, Exchange>(EXCHANGES)
  const embedded = new Embedded(options, exchanges)
  await embedded.open(options.streams)
  for (const stream of options.streams) know(stream, exchanges)
  if (options.predecoded !== null) return spread(options, options.predecoded, embedded, exchanges)
  const feed = new LiveFeed({
    streams: options.streams,
    exchanges,
    urls,
    proxy: options.proxy,
    lines: options.lines,
    backfill: options.backfill,
    penaltyStore: penaltyStore(options.penalties, options.note),
    trouble: trouble => options.note(troubleText(trouble)),
    note: options.note,
    giveUpAfter: options.giveUpAfter,
  })
  return {
    feed,
    control: controlOf(feed, streams),
    rest: feed.rest,
    subscribe: async stream => {
      streams.add(stream)
      await embedded.open([stream])
      know(stream, exchanges)
      feed.subscribe(stream)
    },
    unsubscribe: stream => {
      streams.delete(stream)
      feed.unsubscribe(stream)
    },
    renewLines: reason => {
      for (const { line } of feed.report()) feed.renew(line, reason)
    },
    close: () => embedded.close(),
  }
}

/** The same over worker threads, which know exchanges themselves and are told the embedded one's address. */
function spread(
  options: LiveOptions & WorkersOptions,
  predecoded: Predecoded,
  embedded: Embedded,
  exchanges: Map<string, Exchange>,
): Live {
  const { streams, urls, proxy, lines, backfill, penalties, workers, giveUpAfter, note } = options
  const environment = { ...proxy.environment }
  // What is wrong with an address or an exchange is said before any thread starts.
  new LiveFeed({ streams, exchanges, urls, proxy, lines })
  const feed = new LiveWorkers({
    streams,
    urls,
    proxy: { ...proxy, environment },
    lines,
    backfill,
    penalties,
    workers,
    giveUpAfter,
    note,
    predecoded,
    endpoints: () => embedded.endpoints(),
  })
  return {
    feed,
    control: feed.control,
    foldedUpTo: () => feed.now(),
    account: () => feed.account(),
    subscribe: async stream => {
      await embedded.open([stream])
      know(stream, exchanges)
      feed.subscribe(stream)
    },
    unsubscribe: stream => feed.unsubscribe(stream),
    renewLines: reason => feed.renewLines(reason),
    close: () => embedded.close(),
  }
}

/** Exchanges that are in no list, as those through ccxt, are known once somebody asks for them. */
function know({ exchange }: Stream, exchanges: Map<string, Exchange>): void {
  if (!exchanges.has(exchange)) exchanges.set(exchange, findExchange(exchange))
}

/** The embedded exchange, started with the first stream that asks for it. */
class Embedded {
  #server: Promise<EmbeddedExchange> | null = null

  constructor(
    private readonly options: LiveOptions,
    private readonly exchanges: Map<string, Exchange>,
  ) {}

  async open(streams: readonly Stream[]): Promise<void> {
    const simulated = streams.filter(stream => stream.exchange === SIMULATED)
    if (simulated.length === 0 || this.options.urls.length > 0) return
    this.#server ??= this.#start([...new Set(simulated.map(stream => stream.symbol))])
    await this.#server
  }

  /** For those who know exchanges by themselves. */
  endpoints(): Readonly<Record<string, readonly string[]>> {
    const own = this.exchanges.get(SIMULATED)
    return own === undefined || this.#server === null ? {} : { [SIMULATED]: own.endpoints }
  }

  async close(): Promise<void> {
    await (await this.#server)?.stop()
  }

  async #start(symbols: readonly string[]): Promise<EmbeddedExchange> {
    const { seed, rate } = this.options
    const server = await startEmbeddedExchange({ seed, symbols, ...(rate === undefined ? {} : { rate }) })
    const own = this.exchanges.get(SIMULATED)
    if (own !== undefined) this.exchanges.set(SIMULATED, { ...own, endpoints: [server.url] })
    return server
  }
}

function controlOf(feed: LiveFeed, streams: ReadonlySet<Stream>): FeedControl {
  return {
    heard: (line, found) => feed.heard(line, found),
    wantTrades: (exchange, stream, from, to) => feed.wantTrades(exchange, stream, from, to),
    wantSnapshot: (exchange, symbol, pair) => feed.wantSnapshot(exchange, symbol, pair),
    resubscribeBook: (exchange, symbol, pair) => {
      for (const stream of streams) {
        if (stream.exchange !== exchange || stream.symbol !== symbol || stream.pair !== pair) continue
        if (stream.channel !== 'book') continue
        feed.resubscribe(stream)
        return
      }
    },
  }
}

export function troubleText({ exchange, address, attempts, detail, hint, retryInMs }: Trouble): string {
  const next = retryInMs === null ? 'no further attempt' : `next attempt in ${(retryInMs / 1000).toFixed(1)}s`
  return `${exchange}: ${detail} at ${address} after ${attempts} attempts, ${next}. ${hint ?? 'Offline? Try --exchange sim.'}`
}
