/** OKX: WebSocket v5 live; v3 tables and REST answers out of recordings. */
import type { Stream } from '../model/stream.js'
import type { Exchange, Outgoing } from './exchange.js'
import { joinAddress } from './family/address.js'
import { okxBook } from './family/okx-book.js'
import { okxArgument, OKX_INTERVALS, okxPath, okxTopic } from './family/okx-channels.js'
import { OkxDecoder } from './family/okx-decoder.js'
import { okxLayouts } from './family/okx-layouts.js'
import { okxDialect } from './family/okx-dialect.js'
import { okxTrades } from './family/okx-history.js'
import { okxInstrument } from './family/okx-symbol.js'

/** A request counts once however many streams it names, but may not be longer than 64 KiB. */
const STREAMS_PER_FRAME = 200

/** Sizes of contracts are in contracts, not in coins: `ctVal` of the instrument says what one is worth. */
const layouts = okxLayouts()

export const okx: Exchange = {
  name: 'okx',
  title: 'OKX',
  documentation: 'https://www.okx.com/docs-v5/en/#overview-websocket',
  endpoints: ['wss://ws.okx.com:8443', 'wss://wseea.okx.com:8443', 'wss://wsus.okx.com:8443'],
  channels: {
    trade: {
      wire: 'trades-all',
      loss: 'detectable',
      proof: 'tradeId steps by one per instrument',
    },
    aggTrade: { wire: 'trades', loss: 'inferable', proof: 'tradeId rises by the count of fills' },
    quote: { wire: 'bbo-tbt', loss: 'unknowable', proof: 'each message replaces the one before' },
    book: {
      wire: 'books',
      loss: 'detectable',
      proof: 'prevSeqId names the seqId before; a checksum where one is sent',
    },
    book5: { wire: 'books5', loss: 'unknowable', proof: 'each message replaces the one before' },
    candle: {
      wire: 'candle<interval>',
      loss: 'inferable',
      proof: 'a missing interval shows, a missing update does not',
    },
    ticker: { wire: 'tickers', loss: 'unknowable', proof: 'tickers carry no number' },
    liquidation: {
      wire: 'liquidation-orders',
      loss: 'unknowable',
      proof: 'at most one per contract and second is sent',
    },
    funding: { wire: 'funding-rate', loss: 'inferable', proof: 'pushed every 30 to 90 seconds' },
    openInterest: { wire: 'open-interest', loss: 'inferable', proof: 'pushed every 3 seconds' },
  },
  // On `trades` one message stands for `count` fills and its id for the last of them: a step is no loss there.
  tradeIds: 'increasing',
  ordinals: 'tradeId of single trades',
  limits: {
    streamsPerConnection: 300,
    messages: { count: 480, perMs: 3_600_000 },
    connects: { count: 3, perMs: 1_000 },
    streamsPerFrame: STREAMS_PER_FRAME,
    connectionLifeMs: null,
  },
  heartbeat: { send: { text: 'ping', everyMs: 20_000 }, silenceMs: 25_000 },
  book: okxBook,
  intervals: [...OKX_INTERVALS.keys()],
  instrument: okxInstrument,
  address: (stream, base) => joinAddress(base, okxPath(stream)),
  subscribe: (streams, request) => frames('subscribe', streams, request),
  unsubscribe: (streams, request) => frames('unsubscribe', streams, request),
  decoder: () => layouts.decoder(new OkxDecoder()),
  trades: okxTrades,
  dialect: okxDialect,
}

function frames(op: 'subscribe' | 'unsubscribe', streams: readonly Stream[], request: number): Outgoing[] {
  const outgoing: Outgoing[] = []
  for (let start = 0; start < streams.length; start += STREAMS_PER_FRAME) {
    const named = streams.slice(start, start + STREAMS_PER_FRAME)
    // Two liquidation streams of one kind of instrument are one subscription.
    const args = [...new Map(named.map(stream => [okxTopic(okxArgument(stream)), okxArgument(stream)])).values()]
    const id = String(request + outgoing.length)
    outgoing.push({ text: JSON.stringify({ id, op, args }), request: id, streams: named })
  }
  return outgoing
}
