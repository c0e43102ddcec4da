/** The long tail: any exchange that the ccxt library can watch, one adapter for all of them. */
import type { Stream } from '../model/stream.js'
import { parsePair } from '../model/symbol.js'
import { own } from '../wire/json.js'
import type { ChannelSupport, ClientRequest, Dialect, Exchange } from './exchange.js'
import { CcxtDecoder } from './family/ccxt-decoder.js'
import { quietObject } from './family/wire-fields.js'

/** As in `ccxt:gate`. */
const NAME = /^ccxt:([a-z][a-z0-9]{0,40})$/

const INTERVALS = [
  '1s', '1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d', '3d', '1w', '1M',
] // prettier-ignore

/** The library passes on what it made of a message, and with it nothing that would prove a loss. */
const picture = (wire: string): ChannelSupport => ({
  wire,
  loss: 'inferable',
  proof: 'each picture is whole and replaces the one before',
})

const CHANNELS: Exchange['channels'] = {
  trade: { wire: 'watchTrades', loss: 'unknowable', proof: 'the library keeps the newest trades only, and its ids prove nothing' },
  quote: { wire: 'watchBidsAsks, else watchOrderBook', loss: 'unknowable', proof: 'each message replaces the one before' },
  book: picture('watchOrderBook'),
  book5: picture('watchOrderBook'),
  book10: picture('watchOrderBook'),
  book20: picture('watchOrderBook'),
  candle: { wire: 'watchOHLCV', loss: 'inferable', proof: 'start times step by the interval' },
  ticker: { wire: 'watchTicker', loss: 'unknowable', proof: 'each message replaces the one before' },
} // prettier-ignore

/** @param name `ccxt:` and the library's id of the exchange; undefined where it is no such name. Whether the library knows the id shows on connecting. */
export function ccxtExchange(name: string): Exchange | undefined {
  const id = NAME.exec(name)?.[1]
  return id === undefined ? undefined : declare(name, id)
}

function declare(name: string, id: string): Exchange {
  return {
    name,
    title: `${id} through ccxt`,
    documentation: 'https://docs.ccxt.com/#/ccxt.pro.manual',
    // No socket of our own: the scheme says that the library is to be asked.
    endpoints: [`ccxt://${id}`],
    channels: CHANNELS,
    tradeIds: 'opaque',
    limits: {
      streamsPerConnection: 100,
      messages: { count: 200, perMs: 1_000 },
      connects: { count: 10, perMs: 60_000 },
      streamsPerFrame: 1,
      connectionLifeMs: null,
    },
    // The library keeps its connections alive itself.
    heartbeat: { send: null, silenceMs: 120_000 },
    book: { snapshot: 'stream', depth: null, bridge: () => 'next', follow: () => 'next' },
    intervals: INTERVALS,
    instrument: text => (parsePair(text) === undefined ? undefined : instrumentOf(text)),
    address: (_stream, base) => base,
    subscribe: (streams, request) => frames('subscribe', streams, request),
    unsubscribe: (streams, request) => frames('unsubscribe', streams, request),
    decoder: () => new CcxtDecoder(name),
    dialect,
  }
}

/** The library's symbols are the unified pairs. */
function instrumentOf(text: string): { symbol: string; pair: string } {
  const pair = text.toUpperCase()
  return { symbol: pair, pair }
}

function frames(op: 'subscribe' | 'unsubscribe', streams: readonly Stream[], request: number) {
  return streams.map((stream, index) => {
    const { channel, symbol, interval } = stream
    const id = request + index
    const text = JSON.stringify({ op, id, channel, symbol, ...(interval === null ? {} : { interval }) })
    return { text, request: String(id), streams: [stream] }
  })
}

/** Between genesis and the library there is no wire; these are the words that genesis uses there, and that recordings hold. */
const dialect: Dialect = {
  read: text => {
    const message = quietObject(text)
    const op = message && own(message, 'op')
    if (message === undefined || (op !== 'subscribe' && op !== 'unsubscribe')) return undefined
    const words = ['channel', 'symbol', 'interval'].map(key => own(message, key)).filter(word => word !== undefined)
    if (words.length < 2 || !words.every(word => typeof word === 'string')) return undefined
    return { kind: op, topics: [words.join(' ')], id: own(message, 'id') ?? null } satisfies ClientRequest
  },
  welcome: () => [],
  accept: ({ id }) => [JSON.stringify({ ccxt: 'subscribed', id })],
  refuse: (request, reason) => [JSON.stringify({ ccxt: 'refused', id: request?.id ?? null, reason })],
  topics: text => {
    const message = quietObject(text)
    const words = ['ccxt', 'symbol', 'interval'].map(key => message && own(message, key))
    const named = words.filter(word => typeof word === 'string')
    return typeof words[1] === 'string' ? [named.join(' ')] : []
  },
  topic: ({ channel, symbol, interval }) => [channel, symbol, ...(interval === null ? [] : [interval])].join(' '),
  heartbeat: null,
}
