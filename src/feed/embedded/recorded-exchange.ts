/** An exchange in a box: a recording, spoken in the named exchange's own dialect to any client of that exchange. */
import type { ClientRequest, Decoder, Exchange } from '../../exchanges/exchange.js'
import { RULES } from '../../exchanges/rules/rules-registry.js'
import { DecodeError } from '../../model/errors.js'
import type { Decoded } from '../../model/event.js'
import type { Stream } from '../../model/stream.js'
import type { TradingRules } from '../../model/instrument.js'
import { MICROS_PER_MS } from '../../model/time.js'
import type { EmbeddedExchange } from './embedded-exchange.js'
import type { ClientRules, ExchangeClient } from './exchange-client.js'
import { ExchangeServer, type RestAnswer, type Venue } from './exchange-server.js'
import { parseFaults } from './fault-plan.js'
import { Faults } from './faults.js'
import { framed, framingOf, namesIn } from './framing.js'
import { Playback, type PlaybackHall, type RecordedMessage, type RecordedMessages } from './playback.js'
import { TapeBooks } from './tape-books.js'
import { TapeTrades } from './tape-trades.js'
import { ticketFor } from './tickets.js'

export interface RecordedExchangeOptions {
  readonly exchange: Exchange
  /** Rules of its instruments, by symbol, for clients that ask for them. */
  readonly rules?: ReadonlyMap<string, TradingRules>
  /** Called once, when the first client has subscribed. */
  readonly messages: () => RecordedMessages
  /** What the recording says it holds, for clients that ask before they subscribe and for messages that do not name their stream. */
  readonly streams?: readonly Stream[]
  /** 0 or absent: any free one. */
  readonly port?: number
  readonly seed?: number | string
  /** As on the command line: `cut@1500,garbage=1%`. */
  readonly faults?: string
  /** Recorded seconds per second (1); Infinity for as fast as clients take it. */
  readonly speed?: number
  /** What happens after the last message (`idle`). */
  readonly atEnd?: 'idle' | 'close'
  /** What a client gets that has subscribed nothing (`nothing`). */
  readonly unsubscribed?: 'nothing' | 'everything'
}

export interface RecordedExchange extends EmbeddedExchange {
  /** Resolves when the last message was played. */
  readonly finished: Promise<void>
}

/** @throws UsageError where the faults cannot be read; the error of the system where the port is taken. */
export async function startRecordedExchange(options: RecordedExchangeOptions): Promise<RecordedExchange> {
  const { exchange, seed = 1, speed = 1, atEnd = 'idle' } = options
  const venue = new RecordedVenue(exchange, options.unsubscribed ?? 'nothing', options.streams ?? [], options.rules)
  const server = new ExchangeServer(venue, new Faults(parseFaults(options.faults ?? ''), seed))
  venue.open(server)
  const port = await server.listen(options.port ?? 0)
  const playback = new Playback(options.messages, venue, speed)
  const finished = playback.run().then(() => {
    if (atEnd === 'close') for (const client of server.clients) client.close(1000, 'end of the recording')
  })
  // Whoever waits for the end hears of a broken recording; without anybody waiting it must not end the process.
  finished.catch(() => undefined)
  return {
    url: `ws://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${port}`,
    port,
    finished,
    stop: () => {
      playback.stop()
      return server.stop()
    },
    stats: () => server.stats(),
  }
}

const SNAPSHOT_WITHIN_MS = 5_000
const POLL_MS = 20

class RecordedVenue implements Venue, PlaybackHall {
  readonly pingEveryMs = 20_000
  readonly heartbeat: Venue['heartbeat']
  readonly rules: ClientRules
  subscriptions = 0
  private readonly decoder: Decoder
  private readonly symbols: readonly string[]
  private readonly listed: readonly string[]
  private readonly books: TapeBooks
  private readonly trades = new TapeTrades()
  /** Topics that the recording has named, and what was said of others. */
  private readonly named = new Set<string>()
  private server: ExchangeServer | undefined

  constructor(
    private readonly exchange: Exchange,
    private readonly unsubscribed: 'nothing' | 'everything',
    streams: readonly Stream[],
    private readonly instrumentRules: ReadonlyMap<string, TradingRules> = new Map(),
  ) {
    const { count, perMs } = exchange.limits.messages
    // The limit as declared is what clients send; what the exchange counts holds a pong, too.
    this.rules = { messages: { count: count + 1, perMs }, farewell: () => null }
    const { heartbeat } = exchange.dialect
    this.heartbeat = heartbeat && { everyMs: heartbeat.everyMs, text: () => heartbeat.text(Date.now() * MICROS_PER_MS) }
    this.decoder = exchange.decoder()
    this.symbols = [...new Set(streams.map(({ symbol }) => symbol))]
    this.listed = [...new Set(streams.map(stream => exchange.dialect.topic(stream)))]
    this.books = new TapeBooks(exchange)
  }

  open(server: ExchangeServer): void {
    this.server = server
  }

  get hasAudience(): boolean {
    const server = this.server
    return (
      server !== undefined && (server.hasAudience || (this.unsubscribed === 'everything' && server.clients.size > 0))
    )
  }

  get pendingBytes(): number {
    let most = 0
    for (const client of this.server?.clients ?? []) if (!client.isMute) most = Math.max(most, client.bufferedBytes)
    return most
  }

  accepts(): boolean {
    return true
  }

  joined(client: ExchangeClient, address: URL): void {
    const { dialect } = this.exchange
    client.framing = framingOf(address)
    client.path = address.pathname + address.search
    for (const text of dialect.welcome()) client.put(text)
    const names = namesIn(address)
    for (const [index, topic] of (dialect.addressed?.(client.path) ?? []).entries()) {
      this.subscribe(client, topic, names[index] ?? topic)
    }
    if (this.unsubscribed === 'everything') this.subscriptions++
  }

  asked(client: ExchangeClient, text: string): void {
    const known = new Set(client.topics.keys())
    for (const answer of this.answers(client, text)) client.answer(answer)
    for (const topic of client.topics.keys()) {
      if (known.has(topic)) continue
      for (const message of this.books.story(topic)) this.send(client, topic, message)
    }
  }

  async rest(address: URL): Promise<RestAnswer> {
    const ticket = ticketFor(this.exchange, address)
    if (ticket !== undefined) return { status: 200, body: ticket }
    const info =
      RULES.get(this.exchange.name)?.answer?.(address, this.instrumentRules) ??
      this.exchange.dialect.info?.(address, this.symbols, Date.now() * MICROS_PER_MS)
    const known = info ?? this.exchange.trades?.answer(address, this.trades)
    if (known !== undefined) return { status: 200, body: known }
    const deadline = performance.now() + SNAPSHOT_WITHIN_MS
    for (;;) {
      const body = this.books.answer(address)
      if (body === undefined) return { status: 404, body: '{"msg":"not in this recording"}' }
      if (body !== null) return { status: 200, body }
      if (performance.now() > deadline) return { status: 503, body: '{"msg":"no snapshot in the recording so far"}' }
      await new Promise(resolve => setTimeout(resolve, POLL_MS))
    }
  }

  play(message: RecordedMessage): void {
    const { text } = message
    const topics = this.exchange.dialect.topics(text, this.listed)
    const found = this.read(message, topics)
    this.books.feed(text, found, topics)
    this.trades.feed(found)
    if (topics.length === 1) this.playTo(topics[0] ?? '', text)
    else if (topics.length > 1) this.playOnce(topics, text)
    if (this.unsubscribed === 'nothing') return
    for (const client of this.server?.clients ?? []) if (client.topics.size === 0) client.data(text)
  }

  /** Nobody named the topic: until then the decoder keeps what it brings, and late subscribers would have nothing to begin with. */
  private introduce(message: RecordedMessage, topic: string): void {
    if (this.named.has(topic)) return
    const text = this.exchange.dialect.introduction?.(message.text, topic)
    if (text === undefined || this.named.has(text)) return
    this.named.add(text)
    this.decode({ ...message, text })
  }

  private read(message: RecordedMessage, [topic]: readonly string[]): readonly Decoded[] {
    if (topic !== undefined) this.introduce(message, topic)
    const found = this.decode(message)
    for (const item of found) if (item.type === 'ack') for (const named of item.streams) this.named.add(named)
    return found
  }

  private decode({ text, time }: RecordedMessage): readonly Decoded[] {
    const found: Decoded[] = []
    try {
      this.decoder.decode(Buffer.from(text), time, found)
    } catch (error) {
      // The client will meet the same message and say what is wrong with it.
      if (!(error instanceof DecodeError)) throw error
      return []
    }
    return found
  }

  gather(): void {
    for (const client of this.server?.clients ?? []) client.gather()
  }

  flush(): void {
    for (const client of this.server?.clients ?? []) client.flush()
  }

  private playTo(topic: string, text: string): void {
    for (const client of this.server?.audience(topic) ?? []) {
      this.send(client, topic, text)
    }
  }

  /** A message of several topics goes once to a client that has several of them. */
  private playOnce(topics: readonly string[], text: string): void {
    const served = new Set<ExchangeClient>()
    for (const topic of topics) {
      for (const client of this.server?.audience(topic) ?? []) {
        if (served.has(client)) continue
        served.add(client)
        this.send(client, topic, text)
      }
    }
  }

  private send(client: ExchangeClient, topic: string, text: string): void {
    const { dialect } = this.exchange
    const sent = client.recorded++
    const own = dialect.deliver === undefined ? text : dialect.deliver(text, { path: client.path, sent, topic })
    client.data(framed(own, client.framing, client.topics.get(topic) ?? topic))
  }

  private answers(client: ExchangeClient, text: string): readonly string[] {
    const { dialect, limits } = this.exchange
    const request = dialect.read(text)
    if (request === undefined) return dialect.refuse(undefined, 'not understood')
    if (request.kind === 'subscribe') {
      const added = request.topics.filter(topic => !client.topics.has(topic)).length
      if (client.topics.size + added > limits.streamsPerConnection) {
        return dialect.refuse(request, `more than ${limits.streamsPerConnection} streams on one connection`)
      }
    }
    this.apply(client, request)
    return dialect.accept(request)
  }

  private apply(client: ExchangeClient, { kind, topics }: ClientRequest): void {
    if (kind === 'subscribe') for (const topic of topics) this.subscribe(client, topic, topic)
    if (kind === 'unsubscribe') for (const topic of topics) this.server?.unsubscribe(client, topic)
  }

  private subscribe(client: ExchangeClient, topic: string, name: string): void {
    this.subscriptions++
    this.server?.subscribe(client, topic, name)
  }
}
