/** Bitfinex: WebSocket v2, with a number on every message, the time of sending, and checksums of the books. */
import type { Stream } from '../model/stream.js'
import type { Exchange, Outgoing } from './exchange.js'
import { joinAddress } from './family/address.js'
import { bitfinexBook } from './family/bitfinex-book.js'
import { BITFINEX_INTERVALS, bitfinexTopic, channelNumbers, requestOf } from './family/bitfinex-channels.js'
import { BitfinexDecoder } from './family/bitfinex-decoder.js'
import { bitfinexDialect } from './family/bitfinex-dialect.js'
import { bitfinexInstrument } from './family/bitfinex-symbol.js'

/** TIMESTAMP, SEQ_ALL and OB_CHECKSUM. */
const FLAGS = 32_768 + 65_536 + 131_072

/** The sequence number counts the messages of a connection, so that any loss shows, though not on which channel it was. */
export const bitfinex: Exchange = {
  name: 'bitfinex',
  title: 'Bitfinex',
  documentation: 'https://docs.bitfinex.com/docs/ws-general',
  endpoints: ['wss://api-pub.bitfinex.com'],
  channels: {
    trade: {
      wire: 'trades',
      loss: 'inferable',
      proof: 'each trade comes as te and as tu; a gap in the numbers of the connection',
    },
    quote: { wire: 'ticker', loss: 'unknowable', proof: 'each message replaces the one before' },
    book: {
      wire: 'book P0',
      loss: 'detectable',
      proof: 'sequence number of the connection; CRC32 of the 25 best levels',
    },
    candle: { wire: 'candles', loss: 'inferable', proof: 'a missing interval shows, a missing update does not' },
    ticker: { wire: 'ticker', loss: 'unknowable', proof: 'each message replaces the one before' },
    liquidation: { wire: 'status liq:global', loss: 'unknowable', proof: 'liquidations carry no number of their own' },
    funding: { wire: 'status deriv', loss: 'unknowable', proof: 'each message replaces the one before' },
    openInterest: { wire: 'status deriv', loss: 'unknowable', proof: 'each message replaces the one before' },
  },
  tradeIds: 'increasing',
  limits: {
    streamsPerConnection: 25,
    messages: { count: 10, perMs: 1_000 },
    connects: { count: 20, perMs: 60_000 },
    streamsPerFrame: 25,
    connectionLifeMs: null,
  },
  heartbeat: { send: null, silenceMs: 20_000 },
  book: bitfinexBook,
  intervals: [...BITFINEX_INTERVALS.keys()],
  instrument: bitfinexInstrument,
  address: (_stream, base) => joinAddress(base, '/ws/2'),
  subscribe: streams => [
    { text: JSON.stringify({ event: 'conf', flags: FLAGS }), request: null, streams: [] },
    ...byTopic(streams).map(group => ({ text: subscribeText(group), request: null, streams: group })),
  ],
  unsubscribe: streams => byTopic(streams).flatMap(unsubscribe),
  decoder: () => new BitfinexDecoder(),
  dialect: bitfinexDialect,
}

/** Streams that share a channel, as ticker and quote of a symbol do, are one subscription. */
function byTopic(streams: readonly Stream[]): Stream[][] {
  const groups = new Map<string, Stream[]>()
  for (const stream of streams) {
    const topic = bitfinexTopic(stream)
    groups.set(topic, [...(groups.get(topic) ?? []), stream])
  }
  return [...groups.values()]
}

function subscribeText(group: readonly Stream[]): string {
  const [first] = group
  const request = first ? requestOf(first) : {}
  const book = first?.channel === 'book' ? { prec: 'P0', freq: 'F0', len: '250' } : {}
  return JSON.stringify({ event: 'subscribe', ...request, ...book })
}

/** The exchange closes a channel by its number, which differs from connection to connection; the name is for the reader. */
function unsubscribe(group: readonly Stream[]): Outgoing[] {
  const [first] = group
  if (!first) return []
  const numbers = channelNumbers.of(bitfinexTopic(first))
  const request = { event: 'unsubscribe', ...requestOf(first) }
  if (numbers.length === 0) return [{ text: JSON.stringify(request), request: null, streams: group }]
  return numbers.map(number => ({
    text: JSON.stringify({ ...request, chanId: Number(number) }),
    request: null,
    streams: group,
  }))
}
