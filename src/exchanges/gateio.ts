/** Gate: spot and futures, which live on two hosts and speak one protocol (version 4). */
import type { Stream } from '../model/stream.js'
import type { Exchange, Outgoing } from './exchange.js'
import { joinAddress } from './family/address.js'
import { gatePlace, gateSnapshotRequest } from './family/gate-books.js'
import { GateDecoder } from './family/gate-decoder.js'
import { gateLayouts } from './family/gate-layouts.js'
import { GATE_INTERVALS } from './family/gate-events.js'
import { gateInstrument, gateMarketOf } from './family/gate-names.js'
import { gateDialect, gateSubscription } from './family/gate-topics.js'

const SPOT = 'wss://api.gateio.ws'
const FUTURES = 'wss://fx-ws.gateio.ws'
const SYMBOLS_PER_FRAME = 100

const layouts = gateLayouts()

export const gateio: Exchange = {
  name: 'gateio',
  title: 'Gate',
  documentation: 'https://www.gate.com/docs/developers/apiv4/ws/en/',
  endpoints: [SPOT],
  channels: {
    trade: { wire: 'spot.trades, futures.trades', loss: 'unknowable', proof: 'ids rise by more than one' },
    quote: { wire: 'spot.book_ticker, futures.book_ticker', loss: 'unknowable', proof: 'u may jump between quotes' },
    book: { wire: 'spot.obu, futures.obu', loss: 'detectable', proof: 'U follows the u before' },
    book5: { wire: 'spot.order_book, futures.order_book', loss: 'inferable', proof: 'the next picture replaces a lost one' },
    book10: { wire: 'spot.order_book, futures.order_book', loss: 'inferable', proof: 'the next picture replaces a lost one' },
    book20: { wire: 'spot.order_book, futures.order_book', loss: 'inferable', proof: 'the next picture replaces a lost one' },
    candle: { wire: 'spot.candlesticks, futures.candlesticks', loss: 'inferable', proof: 'start times step by the interval' },
    ticker: { wire: 'spot.tickers, futures.tickers', loss: 'unknowable', proof: 'tickers carry no number' },
    liquidation: { wire: 'futures.public_liquidates', loss: 'unknowable', proof: 'liquidations carry no number' },
    funding: { wire: 'futures.tickers', loss: 'unknowable', proof: 'tickers carry no number' },
    openInterest: { wire: 'futures.tickers', loss: 'unknowable', proof: 'tickers carry no number' },
  }, // prettier-ignore
  tradeIds: 'increasing',
  limits: {
    streamsPerConnection: 200,
    messages: { count: 50, perMs: 1_000 },
    connects: { count: 300, perMs: 300_000 },
    streamsPerFrame: SYMBOLS_PER_FRAME,
    connectionLifeMs: null,
  },
  heartbeat: { send: null, silenceMs: 20_000 },
  // The newer books begin with a full one and need no REST; deltas of the older kind, and gaps, do.
  book: { snapshot: 'rest', depth: null, bridge: gatePlace, follow: gatePlace, request: gateSnapshotRequest },
  intervals: [...GATE_INTERVALS.keys()],
  instrument: gateInstrument,
  address: ({ pair }, base) => {
    if (gateMarketOf(pair) === 'spot') return joinAddress(base, '/ws/v4/')
    const settle = /:([A-Z0-9]+)/.exec(pair)?.[1] ?? 'USDT'
    return joinAddress(base.replace(SPOT, FUTURES), `/v4/ws/${settle.toLowerCase()}`)
  },
  subscribe: (streams, request) => frames('subscribe', streams, request),
  unsubscribe: (streams, request) => frames('unsubscribe', streams, request),
  decoder: () => layouts.decoder(new GateDecoder()),
  dialect: gateDialect,
}

/** Public channels do not look at the time of a request, which only has to be there; its number serves. */
function frames(event: 'subscribe' | 'unsubscribe', streams: readonly Stream[], request: number): Outgoing[] {
  return groups(streams).map(({ channel, payload, named }, index) => {
    const id = request + index
    return { text: JSON.stringify({ time: id, id, channel, event, payload }), request: String(id), streams: named }
  })
}

interface Group {
  readonly channel: string
  readonly payload: string[]
  readonly named: Stream[]
}

/** Streams that one subscription brings (ticker and funding) ask once: a second time is refused. */
function groups(streams: readonly Stream[]): readonly Group[] {
  const all: Group[] = []
  const open = new Map<string, Group>()
  for (const stream of streams) {
    const { channel, payload, listed } = gateSubscription(stream)
    const key = listed ? channel : `${channel} ${payload.join(',')}`
    let group = open.get(key)
    if (group === undefined || group.named.length >= SYMBOLS_PER_FRAME) {
      group = { channel, payload: listed ? [] : [...payload], named: [] }
      open.set(key, group)
      all.push(group)
    }
    group.named.push(stream)
    for (const word of listed ? payload : []) if (!group.payload.includes(word)) group.payload.push(word)
  }
  return all
}
