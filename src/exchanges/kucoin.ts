/** KuCoin: spot and contracts, which live on two hosts with tickets and books of their own and speak one protocol. */
import { DecodeError } from '../model/errors.js'
import type { BookUpdate } from '../model/event.js'
import type { Stream } from '../model/stream.js'
import { asArray, asObject, asString, own, parseJson } from '../wire/json.js'
import type { Exchange, Outgoing, SnapshotRequest, Ticket } from './exchange.js'
import { joinAddress, restOrigin } from './family/address.js'
import { KUCOIN_INTERVALS } from './family/kucoin-candles.js'
import { KucoinDecoder } from './family/kucoin-decoder.js'
import { kucoinLayouts } from './family/kucoin-layouts.js'
import { isContract, kucoinInstrument, kucoinPair } from './family/kucoin-names.js'
import { kucoinDialect, kucoinTopic } from './family/kucoin-topics.js'
import { shown } from './family/unexpected.js'

const SPOT = 'wss://ws-api-spot.kucoin.com'
const CONTRACTS = 'wss://ws-api-futures.kucoin.com'
const SPOT_REST = 'https://api.kucoin.com'
const CONTRACTS_REST = 'https://api-futures.kucoin.com'
const SYMBOLS_PER_TOPIC = 100

/** Any connection needs a token first; it is used once, so every reconnect asks for another. */
const ticket: Ticket = {
  method: 'POST',
  url: (base, stream) => `${restOrigin(base, restOf(stream?.pair))}/api/v1/bullet-public`,
  address(body, connectId) {
    const answer = asObject(parseJson(body), 'ticket')
    if (own(answer, 'code') !== '200000') {
      throw new DecodeError('shape', `no ticket: ${shown(own(answer, 'code'))} ${shown(own(answer, 'msg'))}`)
    }
    const data = asObject(own(answer, 'data'), 'data')
    const [server] = asArray(own(data, 'instanceServers'), 'instanceServers')
    const endpoint = asString(own(asObject(server, 'server'), 'endpoint'), 'endpoint')
    if (!/^wss?:\/\//i.test(endpoint)) throw new DecodeError('field', `endpoint: ${endpoint}`)
    const token = encodeURIComponent(asString(own(data, 'token'), 'token'))
    return `${endpoint}?token=${token}&connectId=${encodeURIComponent(connectId)}`
  },
}

/** Of spot the best hundred levels, since the whole book needs a login; of contracts the whole book. */
const request: SnapshotRequest = {
  url: (symbol, base) => {
    const pair = kucoinPair(symbol)
    const path = isContract(pair ?? '') ? 'level2/snapshot' : 'market/orderbook/level2_100'
    return `${restOrigin(base, restOf(pair))}/api/v1/${path}?symbol=${encodeURIComponent(symbol)}`
  },
  /** `{"code":…,"data":…}` becomes a message of the topic `level2Snapshot`, marked as generated, with the answer's own fields in it. */
  wrap(symbol, body) {
    const market = symbol.includes('-') ? 'market' : 'contractMarket'
    const name = `"type":"message","generated":true,"topic":${JSON.stringify(`/${market}/level2Snapshot:${symbol}`)}`
    const inner = /^\s*\{([^]*)\}\s*$/.exec(body)?.[1]?.trim()
    if (inner === undefined) return `{${name},"body":${JSON.stringify(body)}}`
    // Fields of the answer first: should one of ours stand in it, too, ours counts.
    return `{${inner}${inner === '' ? '' : ','}${name},"subject":"trade.l2Snapshot"}`
  },
}

const layouts = kucoinLayouts()

export const kucoin: Exchange = {
  name: 'kucoin',
  title: 'KuCoin',
  documentation: 'https://www.kucoin.com/docs/websocket/spot-trading/public-channels/all-tickers',
  endpoints: [SPOT],
  // Spot topics begin with `/market` or `/spotMarket`, those of contracts with `/contractMarket` or `/contract`.
  channels: {
    trade: { wire: 'match, execution', loss: 'unknowable', proof: 'the sequence of a trade is shared with the book' },
    quote: { wire: 'ticker, tickerV2', loss: 'unknowable', proof: 'the sequence of a ticker may jump' },
    book: { wire: 'level2', loss: 'detectable', proof: 'the sequence steps by one' },
    book5: { wire: 'level2Depth5', loss: 'inferable', proof: 'the next picture replaces a lost one' },
    candle: { wire: 'candles, limitCandle', loss: 'inferable', proof: 'start times step by the interval' },
    ticker: { wire: 'snapshot', loss: 'unknowable', proof: 'the sequence of a snapshot may jump' },
    funding: { wire: 'instrument', loss: 'inferable', proof: 'pushed every minute' },
  }, // prettier-ignore
  tradeIds: 'opaque',
  limits: {
    streamsPerConnection: 300,
    messages: { count: 100, perMs: 10_000 },
    connects: { count: 30, perMs: 60_000 },
    streamsPerFrame: SYMBOLS_PER_TOPIC,
    connectionLifeMs: 86_400_000,
  },
  heartbeat: { send: { text: '{"id":"ping","type":"ping"}', everyMs: 18_000 }, silenceMs: 28_000 },
  book: {
    snapshot: 'rest',
    depth: null,
    bridge: placeOf,
    follow: placeOf,
    request,
  },
  intervals: [...KUCOIN_INTERVALS.keys()],
  instrument: kucoinInstrument,
  // The ticket says where to connect; this tells the two hosts apart, for limits and for what shares a connection.
  address: ({ pair }, base) => joinAddress(isContract(pair) ? base.replace(SPOT, CONTRACTS) : base, '/endpoint'),
  subscribe: (streams, first) => frames('subscribe', streams, first),
  unsubscribe: (streams, first) => frames('unsubscribe', streams, first),
  decoder: () => layouts.decoder(new KucoinDecoder()),
  ticket,
  dialect: kucoinDialect,
}

function restOf(pair: string | undefined): string {
  return isContract(pair ?? '') ? CONTRACTS_REST : SPOT_REST
}

/** `sequenceStart <= applied + 1` and `sequenceEnd > applied`, after a snapshot as after an update. */
function placeOf(applied: BookUpdate, delta: BookUpdate): 'next' | 'old' | 'gap' {
  if (applied.last === null || delta.first === null || delta.last === null) return 'gap'
  if (delta.last <= applied.last) return 'old'
  return delta.first <= applied.last + 1 ? 'next' : 'gap'
}

function frames(type: 'subscribe' | 'unsubscribe', streams: readonly Stream[], first: number): Outgoing[] {
  return groups(streams).map((group, index) => {
    const id = String(first + index)
    const [prefix = ''] = kucoinTopic(group[0]).split(':')
    const names = [...new Set(group.map(stream => kucoinTopic(stream).slice(prefix.length + 1)))]
    const topic = `${prefix}:${names.join(',')}`
    return { text: JSON.stringify({ id, type, topic, privateChannel: false, response: true }), request: id, streams: group }
  }) // prettier-ignore
}

/** Candles and snapshots are asked for one by one; of other topics one frame names up to a hundred symbols. */
function groups(streams: readonly Stream[]): [Stream, ...Stream[]][] {
  const open = new Map<string, [Stream, ...Stream[]]>()
  const all: [Stream, ...Stream[]][] = []
  for (const stream of streams) {
    const alone = stream.channel === 'candle' || stream.channel === 'ticker'
    const [kind = ''] = kucoinTopic(stream).split(':')
    const group = alone ? undefined : open.get(kind)
    if (group && group.length < SYMBOLS_PER_TOPIC) {
      group.push(stream)
      continue
    }
    const next: [Stream, ...Stream[]] = [stream]
    all.push(next)
    if (!alone) open.set(kind, next)
  }
  return all
}
