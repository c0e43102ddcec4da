/** Connects to streams of an exchange and calls back with their events: the feed for programs that want nothing else. */
import { ErrorBoundary } from '../engine/boundary.js'
import type { BoundaryStats, DeadLetter } from '../engine/boundary.js'
import type { Exchange } from '../exchanges/exchange.js'
import { EXCHANGES, findExchange, resolveStream } from '../exchanges/registry.js'
import { GenesisError } from '../model/errors.js'
import type { FeedEvent } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import type { LiveFeedOptions, SubscriptionChange, Trouble } from './feed-options.js'
import { LiveFeed } from './live-feed.js'
import { StreamFold } from './stream-fold.js'

/** Called with each event of the stream, in order. What it throws, or rejects with, concerns nobody else. */
export type StreamCallback = (event: FeedEvent) => unknown

export interface HandlerOptions extends Pick<
  LiveFeedOptions,
  'proxy' | 'lines' | 'giveUpAfter' | 'timing' | 'ca' | 'random'
> {
  /** Exchanges beside the built-in ones. */
  readonly exchanges?: ReadonlyMap<string, Exchange>
  /** Told of every error that a callback threw or rejected with. */
  readonly callbackFailed?: (error: unknown, stream: string) => void
  readonly deadLetter?: (letter: DeadLetter) => void
  readonly trouble?: (trouble: Trouble) => void
}

export interface HandlerStats extends BoundaryStats {
  readonly callbackFailures: number
}

interface Listener {
  readonly stream: Stream
  readonly callback: StreamCallback
  readonly endpoint: Endpoint
  /** Settles the promise of `connectToStream`. */
  readonly settle: { readonly connected: () => void; readonly failed: (error: unknown) => void }
}

/** The streams that share one custom address, or the exchange's own. */
interface Endpoint {
  readonly key: string
  readonly feed: LiveFeed
  readonly fold: StreamFold
}

/** One exchange. Streams with the same `url` share connections. */
export class ExchangeWebSocketHandler {
  private readonly listeners = new Map<string, Listener>()
  private readonly endpoints = new Map<string, Endpoint>()
  private readonly exchanges: ReadonlyMap<string, Exchange>
  private readonly boundary: ErrorBoundary
  private callbackFailures = 0

  /** @throws UsageError where the exchange is unknown. */
  constructor(
    readonly exchange: string,
    private readonly options: HandlerOptions = {},
  ) {
    this.exchanges = new Map([...EXCHANGES, ...(options.exchanges ?? [])])
    if (!this.exchanges.has(exchange)) findExchange(exchange)
    this.boundary = new ErrorBoundary({ keep: letter => options.deadLetter?.(letter) })
  }

  /**
   * Connects to a stream, such as `btcusdt@trade`; a stream already connected gets the new callback.
   * @param options.url a custom address instead of the exchange's own.
   * @returns when the exchange has acknowledged the stream or sent its first data.
   * @throws UsageError where the stream is malformed or refused, UnreachableError where the exchange cannot be reached.
   */
  async connectToStream(
    text: string,
    callback: StreamCallback,
    options: { readonly url?: string } = {},
  ): Promise<void> {
    const stream = this.resolve(text)
    await this.disconnectFromStream(text)
    return new Promise<void>((resolve, reject) => {
      const endpoint = this.endpoint(options.url, stream)
      const settle = { connected: resolve, failed: reject }
      this.listeners.set(stream.name, { stream, callback, endpoint, settle })
      endpoint.fold.add(stream)
      endpoint.feed.subscribe(stream)
    })
  }

  /** Ends a stream; when it resolves the callback is not called any more. A stream that is not connected is no error. */
  async disconnectFromStream(text: string): Promise<void> {
    const { name } = this.resolve(text)
    const listener = this.listeners.get(name)
    if (listener === undefined) return
    this.listeners.delete(name)
    listener.settle.failed(new GenesisError('disconnected', `${name} was disconnected before it was connected`))
    const { endpoint, stream } = listener
    const others = [...this.listeners.values()].some(other => other.endpoint === endpoint)
    if (others) endpoint.feed.unsubscribe(stream)
    else await this.close(endpoint)
  }

  async disconnectAll(): Promise<void> {
    await Promise.all([...this.listeners.keys()].map(name => this.disconnectFromStream(name)))
  }

  /** Stops reading from the sockets until {@link resume}, for a consumer that is behind. Exchanges cut off those who do this for long. */
  pause(): void {
    for (const { feed } of this.endpoints.values()) feed.pause()
  }

  resume(): void {
    for (const { feed } of this.endpoints.values()) feed.resume()
  }

  /** Streams connected now. */
  streams(): readonly string[] {
    return [...this.listeners.keys()]
  }

  stats(): HandlerStats {
    return { ...this.boundary.stats(), callbackFailures: this.callbackFailures }
  }

  private resolve(text: string): Stream {
    const own = this.options.exchanges?.get(this.exchange)
    if (own === undefined) return resolveStream(text, this.exchange)
    const [symbol = '', channel = 'trade'] = text.split('@')
    const instrument = own.instrument(symbol) ?? { symbol, pair: symbol }
    return { exchange: own.name, ...instrument, channel: channel as Stream['channel'], interval: null, name: text }
  }

  private endpoint(url: string | undefined, first: Stream): Endpoint {
    const key = url ?? ''
    const known = this.endpoints.get(key)
    if (known !== undefined) return known
    const { proxy, lines, giveUpAfter, timing, ca, random, trouble } = this.options
    const feed = new LiveFeed({
      streams: [first],
      exchanges: this.exchanges,
      subscription: change => this.subscriptionChanged(endpoint, change),
      ...definedOnly({
        urls: url === undefined ? undefined : [url],
        proxy,
        lines,
        giveUpAfter,
        timing,
        ca,
        random,
        trouble,
      }),
    })
    const fold = new StreamFold(this.exchanges, this.boundary, feed, (stream, event) =>
      this.call(endpoint, stream, event),
    )
    const endpoint: Endpoint = { key, feed, fold }
    this.endpoints.set(key, endpoint)
    feed.run(frame => fold.ingest(frame)).catch((error: unknown) => this.feedFailed(endpoint, error))
    return endpoint
  }

  private async close(endpoint: Endpoint): Promise<void> {
    this.endpoints.delete(endpoint.key)
    await endpoint.feed.stop('disconnected')
  }

  private subscriptionChanged(endpoint: Endpoint, { stream, state, detail }: SubscriptionChange): void {
    const listener = this.listeners.get(stream.name)
    if (listener?.endpoint !== endpoint) return
    if (state === 'live' || state === 'acknowledged') listener.settle.connected()
    else if (state === 'refused') {
      listener.settle.failed(new GenesisError('refused', `${this.exchange} refused ${stream.name}: ${detail}`))
    }
  }

  private feedFailed(endpoint: Endpoint, error: unknown): void {
    this.endpoints.delete(endpoint.key)
    for (const [name, listener] of this.listeners) {
      if (listener.endpoint !== endpoint) continue
      this.listeners.delete(name)
      listener.settle.failed(error)
    }
  }

  private call(endpoint: Endpoint, name: string, event: FeedEvent): void {
    const listener = this.listeners.get(name)
    if (listener?.endpoint !== endpoint) return
    try {
      const result = listener.callback(event)
      if (result instanceof Promise) result.catch((error: unknown) => this.callbackFailed(error, name))
    } catch (error) {
      this.callbackFailed(error, name)
    }
  }

  private callbackFailed(error: unknown, stream: string): void {
    this.callbackFailures++
    this.options.callbackFailed?.(error, stream)
  }
}

type Defined<Record_> = { [Key in keyof Record_]?: Exclude<Record_[Key], undefined> }

/** Leaves out what is undefined, as exact optional properties want it. */
function definedOnly<Options extends object>(options: Options): Defined<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<Options>
}
