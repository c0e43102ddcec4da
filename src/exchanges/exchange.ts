/** What genesis knows of an exchange: a declaration with no socket in it. */
import type { BookUpdate, Decoded, Trade } from '../model/event.js'
import type { Instrument } from '../model/instrument.js'
import type { Channel, Stream } from '../model/stream.js'
import type { Micros } from '../model/time.js'

/** One file per exchange implements this; everything about that exchange's wire protocol stands there and nowhere else. */
export interface Exchange {
  /** As users type it: `binance`, `coinbase-advanced`. */
  readonly name: string
  readonly title: string
  /** The official document that the adapter follows. */
  readonly documentation: string
  /** WebSocket addresses in failover order, without the path that {@link address} adds. */
  readonly endpoints: readonly string[]
  readonly channels: Readonly<Partial<Record<Channel, ChannelSupport>>>
  /** Whether trade ids prove loss: `contiguous` ids step by one, `increasing` ids only order, `opaque` ids only identify. */
  readonly tradeIds: TradeIds
  /** The name on the wire of the count that steps by one with each single trade ({@link Trade.ordinal}), where ids do not for all trades. */
  readonly ordinals?: string
  readonly limits: Limits
  readonly heartbeat: Heartbeat
  /** How deltas are put in order; null where the exchange sends no deltas. */
  readonly book: BookRule | null
  /** Candle intervals offered, in unified spelling; empty where there is no candle channel. */
  readonly intervals: readonly string[]
  /** An instrument from any of the exchange's spellings or a unified pair, any case; undefined where the text cannot be one. */
  instrument(text: string): Instrument | undefined
  /** Full address for a stream. A base without a path gets the exchange's own path; a base with a path is used as it is. */
  address(stream: Stream, base: string): string
  /** What to send on an open connection; `request` numbers the first frame, further frames count on from it. */
  subscribe(streams: readonly Stream[], request: number): readonly Outgoing[]
  unsubscribe(streams: readonly Stream[], request: number): readonly Outgoing[]
  /** A decoder with no history. One serves one line of one session and is replaced when the line reconnects. */
  decoder(): Decoder
  /** Only where a connection needs a ticket first (a token by REST): the request, and the address out of its answer. */
  readonly ticket?: Ticket
  /** Only where trades that were missed can be fetched. */
  readonly trades?: TradeRequest
  /** Why they cannot, where the ids would prove which are missing. */
  readonly unfetched?: string
  /** The other side of the protocol, for the exchange in a box. */
  readonly dialect: Dialect
}

export type TradeIds = 'contiguous' | 'increasing' | 'opaque'

export interface ChannelSupport {
  /** The exchange's own name for the channel. */
  readonly wire: string
  /** What a loss on this channel leaves behind: `detectable` by a number or checksum, `inferable` from other data, `unknowable`. */
  readonly loss: 'detectable' | 'inferable' | 'unknowable'
  /** By what: `t steps by one`, `CRC32 of the top ten levels`. */
  readonly proof: string
}

export interface Limits {
  readonly streamsPerConnection: number
  /** Outgoing messages on one connection. */
  readonly messages: { readonly count: number; readonly perMs: number }
  /** Connection attempts from one address. */
  readonly connects: { readonly count: number; readonly perMs: number }
  /** Streams one subscribe frame may name. */
  readonly streamsPerFrame: number
  /** The exchange closes a connection at this age; null where it does not say. */
  readonly connectionLifeMs: number | null
}

export interface Heartbeat {
  /** A text the client must send, and how often while idle; null where WebSocket pings suffice. */
  readonly send: { readonly text: string; readonly everyMs: number } | null
  /** With no message of any kind for this long the link is suspect: a ping goes out, and its answer has 5 s. */
  readonly silenceMs: number
}

export interface Outgoing {
  readonly text: string
  /** The id by which the exchange will answer, as text; null where answers name streams instead. */
  readonly request: string | null
  readonly streams: readonly Stream[]
}

export interface Decoder {
  /**
   * Decodes one message and appends what it says to `out`: every event, book update and notice in it.
   * All or nothing: after a throw, whatever `out` gained is discarded by the caller.
   * @throws DecodeError with its reason; the caller keeps the message.
   */
  decode(data: Buffer, receivedAt: Micros, out: Decoded[]): void
}

/** Where an update stands to the book. */
export type Place = 'next' | 'old' | 'gap' | 'reset'

/** The exchange's own recipe for a local order book. */
export interface BookRule {
  /** `rest`: deltas are buffered until a snapshot is fetched; `stream`: the snapshot comes first on the stream. */
  readonly snapshot: 'rest' | 'stream'
  /** Levels kept on each side, where the exchange wants the book cut; else null. */
  readonly depth: number | null
  /** Place of the first delta after a snapshot whose last id is `snapshot`. */
  bridge(snapshot: BookUpdate, delta: BookUpdate): Place
  /** Place of a delta after the update that was applied last. */
  follow(previous: BookUpdate, delta: BookUpdate): Place
  /** The checksum of the book by the exchange's formula, in the form the exchange sends it; absent where none is sent. */
  checksum?(book: BookText): number
  /** Only with `rest`: how to fetch the snapshot. */
  readonly request?: SnapshotRequest
}

/** A book as text, best first, with the digits as sent. */
export interface BookText {
  readonly bids: readonly (readonly [price: string, size: string])[]
  readonly asks: readonly (readonly [price: string, size: string])[]
}

export interface SnapshotRequest {
  /** Address of the snapshot; `base` is the custom origin (`http://127.0.0.1:9000`) or null for the exchange's own. The pair tells apart instruments of one symbol. */
  url(symbol: string, base: string | null, pair?: string): string
  /** Makes the bare REST answer a frame that says by itself what it is, body verbatim, for {@link Decoder} and the recording. */
  wrap(symbol: string, body: string, pair?: string): string
}

/** Trades by their ids, or by their count where ids are none: both ends are wanted. */
export interface TradeRange {
  readonly from: number
  readonly to: number
  /** What the exchange's clock said at a trade before the first of them; null where that is not known. */
  readonly since: Micros | null
  /** The same at a trade after the last of them. */
  readonly until?: Micros | null
}

export interface TradeRequest {
  /** Trades that one answer holds at most. */
  readonly most: number
  /** Requests that may go out; twice a second unless given. */
  readonly pace?: { readonly count: number; readonly perMs: number }
  /**
   * Address of these trades, no more than {@link most}; undefined where those of the channel cannot be fetched so.
   * `base` as in {@link SnapshotRequest.url}.
   */
  url(stream: Stream, range: TradeRange, base: string | null): string | undefined
  /** Makes the bare answer a frame that says by itself what it is; its trades, those of the range alone, are decoded as `fetched`. */
  wrap(stream: Stream, range: TradeRange, body: string): string
  /** Only where pages begin at a time: that of the newest trade of the answer before this id, from where to go on; null where there is none. */
  reached?(body: string, before: number): Micros | null
  /**
   * Only where pages end at a time: the oldest trade of the answer, to go on before it; null where the answer reaches back to this id. What
   * is missing above that trade the archive has not.
   */
  receded?(body: string, from: number): { readonly id: number; readonly time: Micros } | null
  /** The archive's own side, for the exchange in a box: the answer out of what has been played; undefined for other addresses. */
  answer(address: URL, past: PastTrades): string | undefined
}

/** What an exchange in a box has played. */
export interface PastTrades {
  /** Trades of an instrument, the oldest first, by the exchange's symbol in any case. */
  of(symbol: string, channel: 'trade' | 'aggTrade'): readonly Trade[]
}

export interface Ticket {
  /** Where to ask for a ticket; the stream tells which, where an exchange's markets lie on different hosts. */
  url(base: string | null, stream?: Stream): string
  readonly method: 'GET' | 'POST'
  /** The WebSocket address to connect to. @throws DecodeError where the answer is not as documented. */
  address(body: string, connectId: string): string
}

/** The server's side of the protocol: enough of it that any client of the exchange can be served a recording. */
export interface Dialect {
  /** What a client asks in `text`; undefined where it is no valid request. */
  read(text: string): ClientRequest | undefined
  /** Sent when a client connects. */
  welcome(): readonly string[]
  /** The answers to an accepted request, in order. */
  accept(request: ClientRequest): readonly string[]
  /** The answer to a request that is refused, with the exchange's own error shape. */
  refuse(request: ClientRequest | undefined, reason: string): readonly string[]
  /**
   * The subscription topics under which the exchange would send this message; empty for messages that belong to none.
   * @param listed topics that a recording says it holds, for messages that do not name theirs.
   */
  topics(message: string, listed?: readonly string[]): readonly string[]
  /**
   * What the exchange would have said beforehand of a message whose topic only `listed` tells, so that a decoder understands what follows;
   * absent where messages say by themselves what they are.
   */
  introduction?(message: string, topic: string): string | undefined
  /** The topic of a stream, in the same spelling. */
  topic(stream: Stream): string
  /** Topics that an address asks for by itself (`/stream?streams=a/b`); absent where addresses name none. */
  addressed?(path: string): readonly string[]
  /** What clients ask by REST before they subscribe (which symbols there are, the time); undefined for other addresses, absent where nothing of the kind is served. */
  info?(address: URL, listed: readonly string[], now: Micros): string | undefined
  /** A recorded message as this client would get it; absent where every client gets it as it is. */
  deliver?(message: string, client: Recipient): string
  /** Sent on an idle connection; null where the exchange sends none. */
  readonly heartbeat: { readonly everyMs: number; text(now: Micros): string } | null
}

/** Whom the server speaks to. */
export interface Recipient {
  /** Path and query the client connected to. */
  readonly path: string
  /** How many recorded messages it was sent before this one, for exchanges that number what a connection gets. */
  readonly sent: number
  /** By which of its subscriptions it gets the message. */
  readonly topic: string
}

export interface ClientRequest {
  readonly kind: 'subscribe' | 'unsubscribe' | 'ping' | 'other'
  readonly topics: readonly string[]
  /** As the client sent it, to be echoed. */
  readonly id: unknown
}
