/** A trade as each exchange but those of `frames.ts` sends it, made by hand and seeded in the same way. */
import { Random } from '../src/engine/random.js'
import { FIRST_MS, Market } from './frames.js'

export interface ExchangeFrames {
  /** The name that tardis-dev has for it. */
  readonly tardis:
    | 'okex'
    | 'bybit-spot'
    | 'deribit'
    | 'gate-io'
    | 'kucoin'
    | 'bitstamp'
    | 'gemini'
    | 'hyperliquid'
    | 'kraken'
    | 'binance-futures'
  readonly frames: readonly Buffer[]
}

type Maker = (market: Market, index: number) => string

/** @param exchange one of {@link EXCHANGES_WITH_TRADES}. */
export function tradesOf(exchange: string, count: number): ExchangeFrames {
  const known = MAKERS[exchange]
  if (known === undefined) throw new RangeError(`no frames of ${exchange}`)
  const [tardis, make] = known
  const market = new Market(new Random(`${exchange} trades`))
  return { tardis, frames: Array.from({ length: count }, (_, index) => Buffer.from(make(market.step(), index))) }
}

const side = (market: Market, buy: string, sell: string): string => (market.int(0, 1) === 1 ? buy : sell)

const MAKERS: Readonly<Record<string, readonly [ExchangeFrames['tardis'], Maker]>> = {
  okx: [
    'okex',
    (market, index) =>
      `{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"${630_639_474 + index}","px":"${market.price(0, 1)}","sz":"${market.size()}","side":"${side(market, 'buy', 'sell')}","ts":"${FIRST_MS + index}","count":"${market.int(1, 4)}"}]}`,
  ],
  bybit: [
    'bybit-spot',
    (market, index) =>
      `{"topic":"publicTrade.BTCUSDT","ts":${FIRST_MS + index + 1},"type":"snapshot","data":[{"i":"${2_290_000_000_200_000_000n + BigInt(index)}","T":${FIRST_MS + index},"p":"${market.price(0, 2)}","v":"${market.size(6)}","S":"${side(market, 'Buy', 'Sell')}","s":"BTCUSDT","BT":false}]}`,
  ],
  deribit: [
    'deribit',
    (market, index) =>
      `{"jsonrpc":"2.0","method":"subscription","params":{"channel":"trades.BTC-PERPETUAL.raw","data":[{"trade_seq":${30_289_442 + index},"trade_id":"${48_079_269 + index}","timestamp":${FIRST_MS + index},"tick_direction":${market.int(0, 3)},"price":${market.price(0, 1)},"mark_price":${market.price(3, 2)},"instrument_name":"BTC-PERPETUAL","index_price":${market.price(7, 2)},"direction":"${side(market, 'buy', 'sell')}","amount":${10 * market.int(1, 500)}.0}]}}`,
  ],
  gateio: [
    'gate-io',
    (market, index) =>
      `{"time":${Math.floor(FIRST_MS / 1000)},"time_ms":${FIRST_MS + index + 3},"channel":"spot.trades","event":"update","result":{"id":${309_143_071 + index},"create_time":${Math.floor((FIRST_MS + index) / 1000)},"create_time_ms":"${FIRST_MS + index}.${market.int(100, 999)}","side":"${side(market, 'buy', 'sell')}","currency_pair":"BTC_USDT","amount":"${market.size(4)}","price":"${market.price(0, 1)}"}}`,
  ],
  kucoin: [
    'kucoin',
    (market, index) =>
      `{"type":"message","topic":"/market/match:BTC-USDT","subject":"trade.l3match","data":{"makerOrderId":"${market.uuid().replaceAll('-', '').slice(0, 24)}","price":"${market.price(0, 1)}","sequence":"${15_458_966_691 + index}","side":"${side(market, 'buy', 'sell')}","size":"${market.size()}","symbol":"BTC-USDT","takerOrderId":"${market.uuid().replaceAll('-', '').slice(0, 24)}","time":"${FIRST_MS + index}${market.int(100, 999)}203","tradeId":"${15_458_966_691 + index}","type":"match"}}`,
  ],
  bitstamp: [
    'bitstamp',
    (market, index) => {
      const [price, size] = [market.price(0, 2), market.size()]
      return `{"data":{"id":${328_991_957 + index},"timestamp":"${Math.floor((FIRST_MS + index) / 1000)}","amount":${Number(size)},"amount_str":"${size}","price":${Number(price)},"price_str":"${price}","type":${market.int(0, 1)},"microtimestamp":"${FIRST_MS + index}${market.int(100, 999)}","buy_order_id":${1_817_000_000_000_000 + index},"sell_order_id":${1_817_000_000_000_001 + index}},"channel":"live_trades_btcusd","event":"trade"}`
    },
  ],
  gemini: [
    'gemini',
    (market, index) =>
      `{"type":"trade","symbol":"BTCUSD","event_id":${169_841_458 + index},"timestamp":${FIRST_MS + index},"price":"${market.price(0, 2)}","quantity":"${market.size()}","side":"${side(market, 'buy', 'sell')}"}`,
  ],
  hyperliquid: [
    'hyperliquid',
    (market, index) =>
      `{"channel":"trades","data":[{"coin":"BTC","side":"${side(market, 'B', 'A')}","px":"${market.price(0, 1)}","sz":"${market.size(5)}","time":${FIRST_MS + index},"hash":"0x${market.uuid().replaceAll('-', '')}","tid":${907_359_904_431_134 + index}}]}`,
  ],
  // The older protocol, which is the one that tardis-dev knows.
  kraken: [
    'kraken',
    (market, index) =>
      `[337,[["${market.price(0, 5)}","${market.size()}","${Math.floor((FIRST_MS + index) / 1000)}.${market.int(100_000, 999_999)}","${side(market, 'b', 's')}","l",""]],"trade","XBT/USD"]`,
  ],
  'binance-futures': [
    'binance-futures',
    (market, index) =>
      `{"stream":"btcusdt@trade","data":{"e":"trade","E":${FIRST_MS + index + 2},"T":${FIRST_MS + index},"s":"BTCUSDT","t":${4_839_201_000 + index},"p":"${market.price(0, 2)}","q":"${market.size(3)}","X":"MARKET","m":${side(market, 'true', 'false')}}}`,
  ],
}

export const EXCHANGES_WITH_TRADES: readonly string[] = Object.keys(MAKERS)
