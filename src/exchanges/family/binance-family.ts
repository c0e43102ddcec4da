/** An exchange of the Binance family: what they all share, completed by what one declares for itself. */
import type { Exchange } from '../exchange.js'
import { joinAddress } from './address.js'
import { snapshotRequest, spotBook } from './binance-books.js'
import { SPOT_CHANNELS, SPOT_INTERVALS, SPOT_LIMITS } from './binance-channels.js'
import { BinanceDecoder } from './binance-decoder.js'
import { binanceDialect } from './binance-dialect.js'
import { tradeRequest } from './binance-history.js'
import { binanceLayouts } from './binance-layouts.js'
import { requestFrames } from './binance-streams.js'
import { spotInstrument, type Naming } from './binance-symbols.js'

export type Declaration = Pick<Exchange, 'name' | 'title' | 'documentation' | 'endpoints'> &
  Partial<Pick<Exchange, 'intervals' | 'limits'>> & {
    /** Address of the depth snapshot, `{symbol}` to be filled in. */
    readonly depth: `${'http' | 'https'}://${string}`
  }

/** A spot exchange: everything by the spot protocol unless declared otherwise. */
export function spotExchange({ depth, ...declaration }: Declaration): Exchange {
  const path = depth.replace(/^https?:\/\/[^/]+/, '')
  const host = depth.slice(0, depth.length - path.length)
  const request = snapshotRequest(
    () => host,
    () => path,
  )
  return {
    ...familyMember(declaration.name, spotInstrument),
    channels: SPOT_CHANNELS,
    limits: SPOT_LIMITS,
    book: spotBook(request),
    trades: tradeRequest(
      () => host,
      () => ({ trade: '/api/v3/historicalTrades', aggTrade: '/api/v3/aggTrades' }),
    ),
    intervals: SPOT_INTERVALS,
    address: (_, base) => joinAddress(base, '/stream'),
    ...declaration,
  }
}

/** Requests, decoding and dialect, which are the same everywhere in the family. */
export function familyMember(
  name: string,
  instrument: Naming,
): Pick<Exchange, 'tradeIds' | 'heartbeat' | 'instrument' | 'subscribe' | 'unsubscribe' | 'decoder' | 'dialect'> {
  const layouts = binanceLayouts(name, instrument)
  return {
    tradeIds: 'contiguous',
    // Spot servers ping every 20 s; the others only every 3 min, so a quiet line is asked sooner.
    heartbeat: { send: null, silenceMs: 25_000 },
    instrument,
    subscribe: (streams, request) => requestFrames('SUBSCRIBE', streams, request),
    unsubscribe: (streams, request) => requestFrames('UNSUBSCRIBE', streams, request),
    decoder: () => layouts.decoder(new BinanceDecoder(name, instrument)),
    dialect: binanceDialect,
  }
}
