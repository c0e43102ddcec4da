/** The REST side of the simulated exchange, in Binance's words. */
import type { Micros } from '../../model/time.js'
import type { RestAnswer } from './exchange-server.js'
import type { SimulatedMarket } from './simulated-market.js'
import type { SymbolMarket } from './symbol-market.js'
import { profileOf, type SymbolProfile } from './symbol-profile.js'
import type { TapedTrade } from './trade-tape.js'

/** @see https://developers.binance.com/docs/binance-spot-api-docs/rest-api */
export function answerRest(market: SimulatedMarket, address: URL): RestAnswer {
  const path = address.pathname.replace(/^\/api\/v[13]\//, '/')
  const query = address.searchParams
  if (path === '/ping') return ok('{}')
  if (path === '/time') return ok(`{"serverTime":${toMs(market.now)}}`)
  if (path === '/exchangeInfo') return exchangeInfo(market, query)
  const answer = SYMBOL_PATHS.get(path)
  if (answer === undefined) return { status: 404, body: '{"code":-1000,"msg":"No such path."}' }
  const symbol = query.get('symbol')
  if (symbol === null) return refused(-1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")
  const found = market.market(symbol)
  return found === undefined ? INVALID_SYMBOL : answer(found, query)
}

type Answer = (market: SymbolMarket, query: URLSearchParams) => RestAnswer

const SYMBOL_PATHS: ReadonlyMap<string, Answer> = new Map<string, Answer>([
  ['/depth', (market, query) => ok(market.snapshot(limitOf(query, 100, 5_000)))],
  ['/trades', (market, query) => ok(tradeList(market, market.trades.from(null, limitOf(query, 500, 1_000))))],
  ['/historicalTrades', (market, query) => ok(tradeList(market, market.trades.from(fromId(query), limitOf(query, 500, 1_000))))],
  ['/aggTrades', (market, query) => ok(aggTradeList(market, market.aggTrades.from(fromId(query), limitOf(query, 500, 1_000))))],
]) // prettier-ignore

const COMMON = ['BTCUSDT', 'ETHUSDT', 'BNBUSDT', 'SOLUSDT', 'XRPUSDT', 'ETHBTC']

const INVALID_SYMBOL = refused(-1121, 'Invalid symbol.')

function tradeList({ messages }: SymbolMarket, trades: readonly TapedTrade[]): string {
  const rows = trades.map(({ id, ticks, lots, time, taker }) => {
    const quote = messages.turnover(ticks * lots)
    return `{"id":${id},"price":"${messages.price(ticks)}","qty":"${messages.size(lots)}","quoteQty":"${quote}","time":${toMs(time)},"isBuyerMaker":${taker === 'sell'},"isBestMatch":true}`
  })
  return `[${rows.join(',')}]`
}

function aggTradeList({ messages }: SymbolMarket, trades: readonly TapedTrade[]): string {
  const rows = trades.map(
    ({ id, first, last, ticks, lots, time, taker }) =>
      `{"a":${id},"p":"${messages.price(ticks)}","q":"${messages.size(lots)}","f":${first},"l":${last},"T":${toMs(time)},"m":${taker === 'sell'},"M":true}`,
  )
  return `[${rows.join(',')}]`
}

function exchangeInfo(market: SimulatedMarket, query: URLSearchParams): RestAnswer {
  const asked = query.get('symbol')
  // Whatever is asked for is listed then; these a client may find.
  const symbols = asked === null ? new Set([...market.listed(), ...COMMON]) : [asked]
  const profiles = [...symbols].map(profileOf)
  if (profiles.includes(undefined)) return INVALID_SYMBOL
  const rows = profiles.map(profile => (profile === undefined ? '' : symbolInfo(profile)))
  const head = `"timezone":"UTC","serverTime":${toMs(market.now)},"rateLimits":[],"exchangeFilters":[]`
  return ok(`{${head},"symbols":[${rows.join(',')}]}`)
}

function symbolInfo({ symbol, base, quote, priceDecimals, sizeDecimals }: SymbolProfile): string {
  const tick = (10 ** -priceDecimals).toFixed(8)
  const step = (10 ** -sizeDecimals).toFixed(8)
  return JSON.stringify({
    symbol,
    status: 'TRADING',
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quoteAssetPrecision: 8,
    orderTypes: ['LIMIT', 'MARKET'],
    isSpotTradingAllowed: true,
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: tick, maxPrice: '10000000.00000000', tickSize: tick },
      { filterType: 'LOT_SIZE', minQty: step, maxQty: '9000000.00000000', stepSize: step },
      { filterType: 'NOTIONAL', minNotional: '5.00000000', applyMinToMarket: true, avgPriceMins: 5 },
    ],
  })
}

function limitOf(query: URLSearchParams, standard: number, most: number): number {
  const text = query.get('limit') ?? ''
  return /^\d{1,5}$/.test(text) ? Math.min(most, Math.max(1, Number(text))) : standard
}

function fromId(query: URLSearchParams): number | null {
  const text = query.get('fromId') ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

function ok(body: string): RestAnswer {
  return { status: 200, body }
}

function refused(code: number, msg: string): RestAnswer {
  return { status: 400, body: JSON.stringify({ code, msg }) }
}

function toMs(time: Micros): number {
  return Math.floor(time / 1_000)
}
