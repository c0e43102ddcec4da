/** The exchanges genesis speaks natively, by name, and streams as users write them resolved against them. */
import { UsageError } from '../model/errors.js'
import { CHANNEL_SPELLINGS, parseChannel, splitStream, type Channel, type Stream } from '../model/stream.js'
import { nearest } from '../model/symbol.js'
import { binance } from './binance.js'
import { binanceFutures } from './binance-futures.js'
import { binanceUs } from './binance-us.js'
import { bitfinex } from './bitfinex.js'
import { bitstamp } from './bitstamp.js'
import { bybit } from './bybit.js'
import { ccxtExchange } from './ccxt.js'
import { CCXT_IDS } from './family/ccxt-ids.js'
import { coinbase } from './coinbase.js'
import { coinbaseAdvanced } from './coinbase-advanced.js'
import { deribit } from './deribit.js'
import type { Exchange, TradeIds } from './exchange.js'
import { gateio } from './gateio.js'
import { gemini } from './gemini.js'
import { hyperliquid } from './hyperliquid.js'
import { kraken } from './kraken.js'
import { kucoin } from './kucoin.js'
import { okx } from './okx.js'
import { sim } from './sim.js'

/** In the order in which `genesis exchanges` lists them. */
export const EXCHANGES: ReadonlyMap<string, Exchange> = new Map(
  [
    binance,
    binanceUs,
    binanceFutures,
    coinbase,
    coinbaseAdvanced,
    kraken,
    okx,
    bybit,
    bitstamp,
    bitfinex,
    deribit,
    gateio,
    kucoin,
    gemini,
    hyperliquid,
    sim,
  ].map(exchange => [exchange.name, exchange]),
)

/** One of the above, or `ccxt:` and the id of an exchange of that library. @throws UsageError naming the valid choices and the nearest one. */
export function findExchange(name: string): Exchange {
  const lower = name.toLowerCase()
  const exchange = EXCHANGES.get(lower) ?? ccxtExchange(lower)
  if (exchange) return exchange
  const known = [...EXCHANGES.keys()]
  const near = [...known, ...CCXT_IDS.map(id => `ccxt:${id}`)]
  const { hint } = choices(nearestExchange(lower, known) ?? name, known, near)
  const more = `more through ccxt, where it is installed, as in ccxt:${EXAMPLE}`
  throw new UsageError('unknown_exchange', `unknown exchange ${JSON.stringify(name)}`, { hint: `${hint}; ${more}` })
}

const EXAMPLE = 'mexc'

/** The name that was probably meant: an own one unless it is exactly one of ccxt's, or one of those is nearer. */
function nearestExchange(typed: string, known: readonly string[]): string | undefined {
  const id = typed.replace(/^ccxt[:-]?/, '')
  if (CCXT_IDS.includes(id)) return `ccxt:${id}`
  return (
    nearest(typed, known) ?? (nearest(id, CCXT_IDS) === undefined ? undefined : `ccxt:${nearest(id, CCXT_IDS) ?? ''}`)
  )
}

/**
 * The stream that `[exchange:]symbol@channel` names.
 * @throws UsageError where the text is malformed, or names an exchange, symbol, channel or interval that is not there; it names the choices.
 */
export function resolveStream(text: string, defaultExchange: string): Stream {
  const parts = splitStream(text)
  if (!parts) {
    throw new UsageError('malformed_stream', `${JSON.stringify(text)} is no stream`, {
      hint: 'write [exchange:]symbol@channel, as in btcusdt@trade or coinbase:BTC-USD@book',
    })
  }
  const exchange = findExchange(parts.exchange ?? defaultExchange)
  const { channel, interval } = offeredChannel(exchange, parts.channel, text)
  const instrument = exchange.instrument(parts.symbol)
  if (!instrument) {
    throw new UsageError(
      'unknown_symbol',
      `${JSON.stringify(parts.symbol)} is no symbol of ${exchange.name}, in ${JSON.stringify(text)}`,
      {
        hint: 'write base and quote, as in BTC/USDT',
      },
    )
  }
  return { exchange: exchange.name, ...instrument, channel, interval, name: `${parts.symbol}@${parts.channel}` }
}

/** What proves a loss on this stream of trades, as users write it: the ids, or the count of single trades beside them. */
export function tradeIdsOf({ tradeIds, ordinals }: Exchange, stream: string): TradeIds | 'ordinal' {
  const channel = splitStream(stream)?.channel
  const isSingle = channel === undefined || parseChannel(channel)?.channel !== 'aggTrade'
  return ordinals !== undefined && isSingle ? 'ordinal' : tradeIds
}

function offeredChannel(
  exchange: Exchange,
  typed: string,
  text: string,
): { channel: Channel; interval: string | null } {
  const parsed = parseChannel(typed)
  const offered = CHANNEL_SPELLINGS.filter(spelling => offers(exchange, spelling))
  const near = [...offered, ...ALIASES.filter(spelling => offers(exchange, spelling))]
  if (!parsed) {
    const message = `unknown channel ${JSON.stringify(typed)} in ${JSON.stringify(text)}`
    throw new UsageError('unknown_channel', message, choices(typed, offered, near))
  }
  if (!exchange.channels[parsed.channel]) {
    const message = `${exchange.name} does not offer the channel ${JSON.stringify(typed)}, in ${JSON.stringify(text)}`
    throw new UsageError('channel_not_offered', message, choices(typed, offered, near))
  }
  if (parsed.interval !== null && !exchange.intervals.includes(parsed.interval)) {
    const message = `${exchange.name} has no candles of ${JSON.stringify(parsed.interval)}, in ${JSON.stringify(text)}`
    throw new UsageError('interval_not_offered', message, choices(parsed.interval, exchange.intervals))
  }
  return parsed
}

function offers(exchange: Exchange, spelling: string): boolean {
  const channel = parseChannel(spelling.replace('<interval>', '1m'))?.channel
  return channel !== undefined && exchange.channels[channel] !== undefined
}

/** Binance spellings, which a slip may be nearest to; what a message lists are the unified ones. */
const ALIASES = ['bookTicker', 'depth', 'depth5', 'depth10', 'depth20', 'kline_1m', 'miniTicker', 'forceOrder', 'markPrice'] // prettier-ignore

function choices(typed: string, valid: Iterable<string>, near: Iterable<string> = valid): { hint: string } {
  const nearer = nearest(typed, near)
  return { hint: `${nearer === undefined ? '' : `did you mean "${nearer}"? `}choose one of: ${[...valid].join(', ')}` }
}
