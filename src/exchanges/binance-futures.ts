/** Binance futures: USD-M with its split endpoints, and COIN-M, which has a venue of its own. */
import type { Channel, Stream } from '../model/stream.js'
import type { Exchange } from './exchange.js'
import { joinAddress } from './family/address.js'
import { futuresBook, snapshotRequest } from './family/binance-books.js'
import { FUTURES_CHANNELS, FUTURES_INTERVALS, FUTURES_LIMITS } from './family/binance-channels.js'
import { familyMember } from './family/binance-family.js'
import { tradeRequest } from './family/binance-history.js'
import { futuresInstrument, isCoinMargined } from './family/binance-symbols.js'

const USD_M = 'wss://fstream.binance.com'
const COIN_M = 'wss://dstream.binance.com'

/**
 * Streams of the public endpoint; all others are on the market endpoint. On the wrong one a stream stays silent without an error.
 * `trade` is in no document; clients that work find it on the public one.
 */
const PUBLIC: ReadonlySet<Channel> = new Set(['trade', 'quote', 'book', 'book5', 'book10', 'book20'])

const restOf = (symbol: string): string =>
  isCoinMargined(symbol) ? 'https://dapi.binance.com' : 'https://fapi.binance.com'
const versionOf = (symbol: string): string => `/${isCoinMargined(symbol) ? 'dapi' : 'fapi'}/v1`

export const binanceFutures: Exchange = {
  ...familyMember('binance-futures', futuresInstrument),
  name: 'binance-futures',
  title: 'Binance futures',
  documentation: 'https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams',
  endpoints: [USD_M],
  channels: FUTURES_CHANNELS,
  limits: FUTURES_LIMITS,
  book: futuresBook(snapshotRequest(restOf, symbol => `${versionOf(symbol)}/depth?symbol={symbol}&limit=1000`)),
  // Single trades are given to holders of a key only.
  trades: tradeRequest(restOf, symbol => ({ aggTrade: `${versionOf(symbol)}/aggTrades` })),
  intervals: FUTURES_INTERVALS,
  address,
}

function address(stream: Stream, base: string): string {
  if (isCoinMargined(stream.symbol)) return joinAddress(base.replace(/\/$/, '') === USD_M ? COIN_M : base, '/stream')
  return joinAddress(base, PUBLIC.has(stream.channel) ? '/public/stream' : '/market/stream')
}
