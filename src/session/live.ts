/** Live frames for a session: the feed, and the embedded exchange where a stream asks for it. */
import { EXCHANGES } from '../exchanges/registry.js'
import type { Exchange } from '../exchanges/exchange.js'
import { startEmbeddedExchange } from '../feed/embedded/embedded-exchange.js'
import type { Trouble } from '../feed/feed-options.js'
import { LiveFeed } from '../feed/live-feed.js'
import type { ProxySettings } from '../feed/proxy.js'
import type { Stream } from '../model/stream.js'
import type { FeedControl } from './intake.js'

export interface LiveOptions {
  readonly streams: readonly Stream[]
  readonly urls: readonly string[]
  readonly proxy: ProxySettings
  readonly lines: 1 | 2
  /** Seed and rate of the embedded exchange. */
  readonly seed: number
  readonly rate: number | undefined
  /** Told in a sentence what is wrong while the feed keeps trying. */
  readonly note: (text: string) => void
  /** Failed attempts before a feed that never connected is given up. */
  readonly giveUpAfter: number
}

export interface Live {
  readonly feed: LiveFeed
  readonly control: FeedControl
  /** Ends what was started beside the feed. */
  close(): Promise<void>
}

export const SIMULATED = 'sim'

export async function openLive(options: LiveOptions): Promise<Live> {
  const { streams, urls } = options
  const simulated = streams.filter(stream => stream.exchange === SIMULATED)
  const exchanges = new Map<string, Exchange>(EXCHANGES)
  let close = (): Promise<void> => Promise.resolve()
  if (simulated.length > 0 && urls.length === 0) {
    const server = await startEmbeddedExchange({
      seed: options.seed,
      symbols: [...new Set(simulated.map(stream => stream.symbol))],
      ...(options.rate === undefined ? {} : { rate: options.rate }),
    })
    const own = exchanges.get(SIMULATED)
    if (own !== undefined) exchanges.set(SIMULATED, { ...own, endpoints: [server.url] })
    close = () => server.stop()
  }
  const feed = new LiveFeed({
    streams,
    exchanges,
    urls,
    proxy: options.proxy,
    lines: options.lines,
    trouble: trouble => options.note(troubleText(trouble)),
    giveUpAfter: options.giveUpAfter,
  })
  return { feed, control: controlOf(feed, streams), close }
}

function controlOf(feed: LiveFeed, streams: readonly Stream[]): FeedControl {
  return {
    heard: (line, found) => feed.heard(line, found),
    wantSnapshot: (exchange, symbol) => feed.wantSnapshot(exchange, symbol),
    resubscribeBook: (exchange, symbol) => {
      const stream = streams.find(
        candidate => candidate.exchange === exchange && candidate.symbol === symbol && candidate.channel === 'book',
      )
      if (stream !== undefined) feed.resubscribe(stream)
    },
  }
}

function troubleText({ exchange, address, attempts, detail, hint, retryInMs }: Trouble): string {
  const next = retryInMs === null ? 'no further attempt' : `next attempt in ${(retryInMs / 1000).toFixed(1)}s`
  return `${exchange}: ${detail} at ${address} after ${attempts} attempts, ${next}. ${hint ?? 'Offline? Try --exchange sim.'}`
}
