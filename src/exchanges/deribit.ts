/** Deribit: inverse and linear perpetuals, dated futures, options and spot over JSON-RPC. */
import type { Stream } from '../model/stream.js'
import type { Exchange, Outgoing } from './exchange.js'
import { joinAddress } from './family/address.js'
import { DERIBIT_RESOLUTIONS, DeribitDecoder } from './family/deribit-decoder.js'
import { deribitTrades } from './family/deribit-history.js'
import { deribitLayouts } from './family/deribit-layouts.js'
import { deribitChannel, deribitDialect } from './family/deribit-dialect.js'
import { deribitHead, deribitInstrument } from './family/deribit-names.js'

/** Seconds between the exchange's heartbeats; 10 is the least it allows. */
const HEARTBEAT_SECONDS = 10
const CHANNELS_PER_FRAME = 100

const layouts = deribitLayouts(deribitHead)

export const deribit: Exchange = {
  name: 'deribit',
  title: 'Deribit',
  documentation: 'https://docs.deribit.com/',
  endpoints: ['wss://www.deribit.com', 'wss://streams.deribit.com'],
  channels: {
    trade: { wire: 'trades.{instrument}.100ms', loss: 'detectable', proof: 'trade_seq steps by one per instrument' },
    quote: { wire: 'quote.{instrument}', loss: 'unknowable', proof: 'quotes carry no number' },
    book: { wire: 'book.{instrument}.100ms', loss: 'detectable', proof: 'prev_change_id names the update before' },
    book10: { wire: 'book.{instrument}.none.10.100ms', loss: 'inferable', proof: 'the next picture replaces a lost one' },
    book20: { wire: 'book.{instrument}.none.20.100ms', loss: 'inferable', proof: 'the next picture replaces a lost one' },
    candle: { wire: 'chart.trades.{instrument}.{resolution}', loss: 'inferable', proof: 'start times step by the interval' },
    ticker: { wire: 'ticker.{instrument}.100ms', loss: 'unknowable', proof: 'tickers carry no number' },
    liquidation: { wire: 'trades.{instrument}.100ms', loss: 'detectable', proof: 'trade_seq steps by one per instrument' },
    funding: { wire: 'ticker.{instrument}.100ms', loss: 'unknowable', proof: 'tickers carry no number' },
    openInterest: { wire: 'ticker.{instrument}.100ms', loss: 'unknowable', proof: 'tickers carry no number' },
  }, // prettier-ignore
  tradeIds: 'increasing',
  ordinals: 'trade_seq',
  limits: {
    streamsPerConnection: 500,
    messages: { count: 3, perMs: 1_000 },
    connects: { count: 32, perMs: 60_000 },
    streamsPerFrame: CHANNELS_PER_FRAME,
    connectionLifeMs: null,
  },
  heartbeat: { send: null, silenceMs: 2 * HEARTBEAT_SECONDS * 1_000 },
  book: {
    snapshot: 'stream',
    depth: null,
    bridge: (snapshot, delta) => placeOf(snapshot.last, delta.previous, delta.last),
    follow: (previous, delta) => placeOf(previous.last, delta.previous, delta.last),
  },
  intervals: [...DERIBIT_RESOLUTIONS.keys()],
  instrument: deribitInstrument,
  address: (_stream, base) => joinAddress(base, '/ws/api/v2'),
  subscribe: (streams, request) => [setHeartbeat(request), ...channelFrames('subscribe', streams, request + 1)],
  unsubscribe: (streams, request) => channelFrames('unsubscribe', streams, request),
  decoder: () => layouts.decoder(new DeribitDecoder()),
  trades: deribitTrades,
  dialect: deribitDialect,
}

/** `prev_change_id` must be the `change_id` applied last. */
function placeOf(applied: number | null, previous: number | null, last: number | null): 'next' | 'old' | 'gap' {
  if (applied === null || previous === null || last === null) return 'gap'
  if (previous === applied) return 'next'
  return last <= applied ? 'old' : 'gap'
}

/** The exchange then sends heartbeats, and test requests that the decoder turns into answers. */
function setHeartbeat(request: number): Outgoing {
  const text = rpc(request, 'public/set_heartbeat', { interval: HEARTBEAT_SECONDS })
  return { text, request: String(request), streams: [] }
}

function channelFrames(action: 'subscribe' | 'unsubscribe', streams: readonly Stream[], request: number): Outgoing[] {
  return chunks(byChannel(streams)).map((chunk, index) => {
    const id = request + index
    const text = rpc(id, `public/${action}`, { channels: chunk.map(([channel]) => channel) })
    return { text, request: String(id), streams: chunk.flatMap(([, named]) => named) }
  })
}

/** Streams that share a channel (ticker, funding and open interest) name it once. */
function byChannel(streams: readonly Stream[]): [channel: string, streams: Stream[]][] {
  const groups = new Map<string, Stream[]>()
  for (const stream of streams) {
    const channel = deribitChannel(stream)
    const group = groups.get(channel)
    if (group) group.push(stream)
    else groups.set(channel, [stream])
  }
  return [...groups]
}

function chunks(groups: readonly [string, Stream[]][]): [string, Stream[]][][] {
  const frames: [string, Stream[]][][] = []
  let room = 0
  for (const group of groups) {
    if (group[1].length > room) {
      frames.push([])
      room = CHANNELS_PER_FRAME
    }
    frames.at(-1)?.push(group)
    room -= group[1].length
  }
  return frames
}

function rpc(id: number, method: string, params: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}
