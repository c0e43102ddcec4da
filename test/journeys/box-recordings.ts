/** One small recording per exchange, made by hand: every kind of stream that the exchange has, in its own words, with books that hold together. */
import type { SnapshotRequest } from '../../src/exchanges/exchange.js'
import { EXCHANGES } from '../../src/exchanges/registry.js'

export interface BoxRecording {
  /** What to subscribe, as typed without the exchange. */
  readonly streams: readonly string[]
  readonly frames: readonly string[]
}

/** When the first frame was received; the others follow every {@link STEP_MS}. */
export const STARTED_MS = 1_732_353_600_000
export const STEP_MS = 25

const ms = (step: number): number => STARTED_MS + step * STEP_MS
const seconds = (step: number): number => Math.floor(ms(step) / 1_000)
const iso = (step: number): string => new Date(ms(step)).toISOString()
const steps = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)
const json = (value: unknown): string => JSON.stringify(value)

/** A snapshot by REST as genesis records it. */
function snapshot(exchange: string, symbol: string, body: string): string {
  const request = EXCHANGES.get(exchange)?.book?.request as SnapshotRequest
  return request.wrap(symbol, body)
}

/** The frames of all kinds, one of each kind in turn. */
function inTurn(...kinds: readonly (readonly string[])[]): string[] {
  const longest = Math.max(...kinds.map(kind => kind.length))
  return Array.from({ length: longest }, (_, index) => kinds.flatMap(kind => kind.slice(index, index + 1))).flat()
}

const BINANCE_STREAMS = [
  'btcusdt@trade',
  'btcusdt@aggTrade',
  'btcusdt@quote',
  'btcusdt@book',
  'btcusdt@candle_1m',
  'btcusdt@ticker',
]

// prettier-ignore
function binanceSpot(exchange: string): BoxRecording {
  const wrapped = (stream: string, data: object): string => json({ stream, data })
  const trade = (n: number): string => wrapped('btcusdt@trade', { e: 'trade', E: ms(n), s: 'BTCUSDT', t: 4_839_200 + n, p: `9712${n % 10}.45000000`, q: '0.01250000', T: ms(n), m: n % 2 === 0, M: true })
  const aggTrade = (n: number): string => wrapped('btcusdt@aggTrade', { e: 'aggTrade', E: ms(n), s: 'BTCUSDT', a: 640_283_260 + n, p: `9712${n % 10}.45000000`, q: '0.5', f: n, l: n, T: ms(n), m: false, M: true })
  const quote = (n: number): string => wrapped('btcusdt@bookTicker', { u: 400_900_200 + n, s: 'BTCUSDT', b: '97123.40000000', B: `${n}.2`, a: '97123.50000000', A: '0.4' })
  const depth = (n: number): string =>
    wrapped('btcusdt@depth@100ms', {
      e: 'depthUpdate',
      E: ms(n),
      s: 'BTCUSDT',
      U: 150 + 3 * n,
      u: 152 + 3 * n,
      b: [['97123.40', `${n}.5`]],
      a: [
        ['97123.50', n % 3 === 0 ? '0' : '2'],
        ['97124.00', '1'],
      ],
    })
  const kline = (n: number): string => wrapped('btcusdt@kline_1m', { e: 'kline', E: ms(n), s: 'BTCUSDT', k: { t: STARTED_MS, T: STARTED_MS + 59_999, s: 'BTCUSDT', i: '1m', f: 100, L: 100 + n, o: '97100.00', c: `9712${n % 10}.45`, h: '97200.00', l: '97000.10', v: `${n}.5`, n, x: false, q: '1', V: '5', Q: '1', B: '0' } })
  const ticker = (n: number): string => wrapped('btcusdt@ticker', { e: '24hrTicker', E: ms(n), s: 'BTCUSDT', p: '-1', P: '-0.1', w: '1', x: '1', c: `9712${n % 10}.45`, Q: '1', b: '97123.40', B: '1', a: '97123.50', A: '1', o: '96000.00', h: '98000.00', l: '95000.50', v: '1234.5', q: '1', O: 0, C: ms(n), F: 0, L: n, n })
  const book = snapshot(exchange, 'BTCUSDT', '{"lastUpdateId":154,"bids":[["97123.40","1.2"],["97000.00","3"]],"asks":[["97123.50","0.4"],["97200.00","5"]]}')
  return {
    streams: BINANCE_STREAMS,
    frames: [
      depth(1),
      book,
      ...inTurn(
        steps(8).map(trade),
        steps(8).map(n => depth(n + 1)),
        steps(6).map(quote),
        steps(6).map(aggTrade),
        steps(3).map(kline),
        steps(3).map(ticker),
      ),
    ],
  }
}

// prettier-ignore
function binanceFutures(): BoxRecording {
  const wrapped = (stream: string, data: object): string => json({ stream, data })
  const trade = (n: number): string => wrapped('btcusdt@trade', { e: 'trade', E: ms(n), T: ms(n), s: 'BTCUSDT', t: 5_266_583_900 + n, p: `9712${n % 10}.40`, q: '0.006', X: 'MARKET', m: n % 2 === 0 })
  const depth = (n: number): string => wrapped('btcusdt@depth@100ms', { e: 'depthUpdate', E: ms(n), T: ms(n), s: 'BTCUSDT', U: 151 + 10 * n, u: 160 + 10 * n, pu: 150 + 10 * n, b: [['97123.40', `${n}.5`]], a: [['97124.00', '1']] })
  const funding = (n: number): string => wrapped('btcusdt@markPrice@1s', { e: 'markPriceUpdate', E: ms(n), s: 'BTCUSDT', p: `9712${n}.45`, i: '97100.1', P: '97100.2', r: '-0.00038167', T: 1_732_377_600_000 })
  const forced = (n: number): string => wrapped('btcusdt@forceOrder', { e: 'forceOrder', E: ms(n), o: { s: 'BTCUSDT', S: 'SELL', o: 'LIMIT', f: 'IOC', q: '0.014', p: '97000.1', ap: `970${n}0`, X: 'FILLED', l: '0.004', z: '0.014', T: ms(n) } })
  const book = snapshot('binance-futures', 'BTCUSDT', '{"lastUpdateId":165,"E":1732353600030,"T":1732353600030,"bids":[["97123.40","1.2"]],"asks":[["97123.50","0.4"]]}')
  return {
    streams: ['btcusdt@trade', 'btcusdt@book', 'btcusdt@funding', 'btcusdt@liquidation'],
    frames: [
      depth(1),
      book,
      ...inTurn(
        steps(8).map(trade),
        steps(8).map(n => depth(n + 1)),
        steps(4).map(funding),
        steps(3).map(forced),
      ),
    ],
  }
}

// prettier-ignore
function coinbase(): BoxRecording {
  const trade = (n: number): string => json({ type: 'match', trade_id: 216_540 + n, maker_order_id: 'a', taker_order_id: 'b', side: n % 2 === 0 ? 'buy' : 'sell', size: '0.01250000', price: `9712${n}.45`, product_id: 'BTC-USD', sequence: 253_395_150 + n, time: iso(n) })
  const ticker = (n: number): string =>
    json({
      type: 'ticker',
      sequence: n,
      product_id: 'BTC-USD',
      price: `9712${n}.45`,
      open_24h: '96000',
      volume_24h: '2610.7',
      low_24h: '95000.10',
      high_24h: '98000',
      volume_30d: '1',
      best_bid: '97123.44',
      best_bid_size: `${n}.5`,
      best_ask: '97123.45',
      best_ask_size: '1.25',
      side: 'buy',
      time: iso(n),
      trade_id: 563_678 + n,
      last_size: '70',
    })
  const delta = (n: number): string =>
    json({
      type: 'l2update',
      product_id: 'BTC-USD',
      changes: [
        ['buy', '97123.44', `${n}.25`],
        ['sell', '97123.60', '0.75'],
      ],
      time: iso(n),
    })
  const book = json({
    type: 'snapshot',
    product_id: 'BTC-USD',
    asks: [['97123.45', '0.5']],
    bids: [
      ['97123.44', '2'],
      ['97000.00', '0.1'],
    ],
  })
  return { streams: ['BTC-USD@trade', 'BTC-USD@quote', 'BTC-USD@ticker', 'BTC-USD@book'], frames: [book, ...inTurn(steps(8).map(trade), steps(8).map(delta), steps(4).map(ticker))] }
}

// prettier-ignore
function coinbaseAdvanced(): BoxRecording {
  let sequence = 0
  const message =
    (channel: string, n: number, events: object[]): (() => string) =>
    () =>
      json({ channel, client_id: '', timestamp: iso(n), sequence_num: sequence++, events })
  const trade = (n: number): (() => string) => message('market_trades', n, [{ type: 'update', trades: [{ trade_id: String(995_098_660 + n), product_id: 'BTC-USD', price: `9712${n}.45`, size: '0.0125', time: iso(n), side: 'SELL' }] }])
  const level = (side: string, price: string, size: string, n: number): object => ({ side, event_time: iso(n), price_level: price, new_quantity: size })
  const delta = (n: number): (() => string) => message('l2_data', n, [{ type: 'update', product_id: 'BTC-USD', updates: [level('bid', '97123.44', `${n}.5`, n)] }])
  const ticker = (n: number): (() => string) =>
    message('ticker', n, [{ type: 'update', tickers: [{ type: 'ticker', product_id: 'BTC-USD', price: `9712${n}.45`, volume_24_h: '15328.5', low_24_h: '95000', high_24_h: '98000.10', best_bid: '97123.44', best_bid_quantity: `${n}.5`, best_ask: '97123.45', best_ask_quantity: '0.5' }] }])
  const candle = (n: number): (() => string) => message('candles', n, [{ type: 'update', candles: [{ start: String(STARTED_MS / 1000), high: '97200', low: '97000', open: '97100', close: `9712${n}.45`, volume: `${n}.15`, product_id: 'BTC-USD' }] }])
  const book = message('l2_data', 0, [{ type: 'snapshot', product_id: 'BTC-USD', updates: [level('bid', '97123.44', '0.50', 0), level('offer', '97123.45', '2', 0)] }])
  const kinds = [steps(6).map(trade), steps(6).map(delta), steps(4).map(ticker), steps(3).map(candle)]
  const order = Array.from({ length: 6 }, (_, index) => kinds.flatMap(kind => kind.slice(index, index + 1))).flat()
  return { streams: ['BTC-USD@trade', 'BTC-USD@quote', 'BTC-USD@book', 'BTC-USD@candle_5m'], frames: [book, ...order].map(make => make()) }
}

// prettier-ignore
function kraken(): BoxRecording {
  const trade = (n: number): string => `{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"sell","price":9700${n}.10,"qty":0.00500000,"ord_type":"market","trade_id":${77_000_000 + n},"timestamp":"${iso(n)}"}]}`
  const ticker = (n: number): string => `{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":97000.0,"bid_qty":${n}.5,"ask":97010.5,"ask_qty":0.25,"last":9700${n}.1,"volume":1200.5,"vwap":96800.2,"low":95000.0,"high":98000.0,"change":1200.1,"change_pct":1.25}]}`
  const candle = (n: number): string =>
    `{"channel":"ohlc","type":"update","timestamp":"${iso(n)}","data":[{"symbol":"BTC/USD","open":97000.0,"high":97020.0,"low":96990.0,"close":9700${n}.1,"trades":12,"volume":3.5,"vwap":97003.2,"interval_begin":"2024-11-23T09:20:00.000000000Z","interval":5,"timestamp":"2024-11-23T09:25:00.000000Z"}]}`
  // Updates may come without a checksum; the rule then rests on the order of the connection alone.
  const delta = (n: number): string => `{"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":97000.0,"qty":${n}.50000000}],"asks":[],"timestamp":"${iso(n)}"}]}`
  const book = `{"channel":"book","type":"snapshot","data":[{"symbol":"BTC/USD","bids":[{"price":97000.0,"qty":1.0}],"asks":[{"price":97010.5,"qty":2.0}],"timestamp":"${iso(0)}"}]}`
  return { streams: ['BTC/USD@trade', 'BTC/USD@quote', 'BTC/USD@ticker', 'BTC/USD@candle_5m', 'BTC/USD@book'], frames: [book, ...inTurn(steps(8).map(trade), steps(8).map(delta), steps(4).map(ticker), steps(4).map(candle))] }
}

// prettier-ignore
function okx(): BoxRecording {
  const data = (channel: string, entry: object, instId = 'BTC-USDT'): string => json({ arg: { channel, instId }, data: [entry] })
  const trade = (n: number): string => data('trades-all', { instId: 'BTC-USDT', tradeId: String(690_000_000 + n), px: `9700${n}.1`, sz: '0.005', side: 'sell', ts: String(ms(n)) })
  const quote = (n: number): string => data('bbo-tbt', { asks: [['97010.5', '0.25', '0', '3']], bids: [['97000', `${n}.5`, '0', '2']], ts: String(ms(n)), seqId: 100 + n })
  const ticker = (n: number): string => data('tickers', { instType: 'SPOT', instId: 'BTC-USDT', last: `9700${n}.1`, lastSz: '0.1', askPx: '97010.5', askSz: '0.25', bidPx: '97000', bidSz: '1.5', open24h: '96000', high24h: '98000', low24h: '95000', volCcy24h: '1', vol24h: '1200.5', ts: String(ms(n)) })
  const interest = (n: number): string => data('open-interest', { instType: 'SWAP', instId: 'BTC-USDT-SWAP', oi: `221611${n}.01`, oiCcy: '22161.1301', ts: String(ms(n)) }, 'BTC-USDT-SWAP')
  const liquidation = (n: number): string => json({ arg: { channel: 'liquidation-orders', instType: 'SWAP' }, data: [{ details: [{ bkLoss: '0', bkPx: `9740${n}`, ccy: '', posSide: 'short', side: 'buy', sz: '13', ts: String(ms(n)) }], instFamily: 'BTC-USDT', instId: 'BTC-USDT-SWAP', instType: 'SWAP', uly: 'BTC-USDT' }] })
  const book = (action: string, n: number): string => json({ arg: { channel: 'books', instId: 'BTC-USDT' }, action, data: [{ asks: [['97010.5', '0.25', '0', '3']], bids: [['97000', `${n}.5`, '0', '2']], ts: String(ms(n)), checksum: 0, prevSeqId: action === 'snapshot' ? -1 : 99 + n, seqId: 100 + n }] })
  return {
    streams: ['BTC-USDT@trade', 'BTC-USDT@quote', 'BTC-USDT@ticker', 'BTC-USDT@book', 'BTC-USDT-SWAP@openInterest', 'BTC-USDT-SWAP@liquidation'],
    frames: [
      book('snapshot', 0),
      ...inTurn(
        steps(8).map(trade),
        steps(8).map(n => book('update', n)),
        steps(4).map(quote),
        steps(4).map(ticker),
        steps(3).map(interest),
        steps(3).map(liquidation),
      ),
    ],
  }
}

// prettier-ignore
function bybit(): BoxRecording {
  const trade = (n: number): string => json({ topic: 'publicTrade.BTCUSDT', type: 'snapshot', ts: ms(n), data: [{ i: String(2_290_000_000_050_703_000n + BigInt(n)), T: ms(n), p: `9700${n}.10`, v: '0.005', S: 'Sell', s: 'BTCUSDT', BT: false }] })
  const book = (type: string, n: number): string => json({ topic: 'orderbook.200.BTCUSDT', ts: ms(n), type, data: { s: 'BTCUSDT', b: [['97000', `${n}.5`]], a: [['97010.6', '2']], u: 18_521_280 + n, seq: 7_961_638_725 + n }, cts: ms(n) })
  const quote = (n: number): string => json({ topic: 'orderbook.1.BTCUSDT', ts: ms(n), type: 'snapshot', data: { s: 'BTCUSDT', b: [['97000', `${n}.5`]], a: [['97010.5', '0.25']], u: 10 + n, seq: n } })
  const candle = (n: number): string => json({ topic: 'kline.5.BTCUSDT', data: [{ start: STARTED_MS, end: STARTED_MS + 299_999, interval: '5', open: '97000', close: `9700${n}.1`, high: '97020', low: '96990', volume: '3.5', turnover: '1', confirm: false, timestamp: ms(n) }], ts: ms(n), type: 'snapshot' })
  return {
    streams: ['BTCUSDT@trade', 'BTCUSDT@quote', 'BTCUSDT@book', 'BTCUSDT@candle_5m'],
    frames: [
      book('snapshot', 0),
      ...inTurn(
        steps(8).map(trade),
        steps(8).map(n => book('delta', n)),
        steps(4).map(quote),
        steps(4).map(candle),
      ),
    ],
  }
}

// prettier-ignore
function bitstamp(): BoxRecording {
  const trade = (n: number): string =>
    json({ data: { id: 216_000_470 + n, timestamp: String(seconds(n)), amount_str: '0.07920000', price_str: `9700${n}.10`, amount: 0.0792, price: 97_001.1, type: 1, microtimestamp: `${ms(n)}456`, buy_order_id: n, sell_order_id: n }, channel: 'live_trades_btcusd', event: 'trade' }).replace('"price":97001.1', `"price":9700${n}.1`)
  const delta = (n: number): string => json({ data: { timestamp: String(seconds(n)), microtimestamp: `${ms(n)}456`, bids: [['97000', `${n}.5`]], asks: [['97020', '1']] }, channel: 'diff_order_book_btcusd', event: 'data' })
  const book = snapshot('bitstamp', 'btcusd', `{"timestamp":"${seconds(1)}","microtimestamp":"${ms(1)}460","bids":[["97000","1.0"]],"asks":[["97010","0.25"]]}`)
  return {
    streams: ['btcusd@trade', 'btcusd@book'],
    frames: [
      delta(1),
      book,
      ...inTurn(
        steps(8).map(trade),
        steps(8).map(n => delta(n + 1)),
      ),
    ],
  }
}

// prettier-ignore
function bitfinex(): BoxRecording {
  let sequence = 1
  const subscribed = [
    json({ event: 'subscribed', channel: 'trades', chanId: 17_470, symbol: 'tBTCUSD', pair: 'BTCUSD' }),
    json({ event: 'subscribed', channel: 'book', chanId: 8_092, symbol: 'tBTCUSD', prec: 'P0', freq: 'F0', len: '250', pair: 'BTCUSD' }),
    json({ event: 'subscribed', channel: 'ticker', chanId: 224_555, symbol: 'tBTCUSD', pair: 'BTCUSD' }),
    json({ event: 'subscribed', channel: 'candles', chanId: 343_351, key: 'trade:5m:tBTCUSD' }),
  ]
  const trade = (n: number) => (): string => json([17_470, 'te', [401_597_300 + n, ms(n), -0.005, 97_000 + n], sequence++, ms(n)])
  const delta = (n: number) => (): string => json([8_092, [97_000, 1, n], sequence++, ms(n)])
  const ticker = (n: number) => (): string => json([224_555, [97_000, n, 97_010, 0.25, 1_200.1, 0.0125, 97_001.1, 1_200.5, 98_000, 95_000, null], sequence++, ms(n)])
  const candle = (n: number) => (): string => json([343_351, [STARTED_MS, 97_000, 97_000 + n, 97_020, 96_990, 3.5], sequence++, ms(n)])
  const book = (): string =>
    json([
      8_092,
      [
        [97_000, 2, 1.5],
        [97_010, 1, -0.25],
      ],
      sequence++,
      ms(0),
    ])
  const kinds = [steps(8).map(trade), steps(8).map(delta), steps(4).map(ticker), steps(4).map(candle)]
  const order = Array.from({ length: 8 }, (_, index) => kinds.flatMap(kind => kind.slice(index, index + 1))).flat()
  return { streams: ['tBTCUSD@trade', 'tBTCUSD@book', 'tBTCUSD@quote', 'tBTCUSD@ticker', 'tBTCUSD@candle_5m'], frames: [...subscribed, ...[book, ...order].map(make => make())] }
}

// prettier-ignore
function deribit(): BoxRecording {
  const message = (channel: string, data: unknown): string => json({ jsonrpc: '2.0', method: 'subscription', params: { channel, data } })
  const name = 'BTC-PERPETUAL'
  const trade = (n: number): string => message(`trades.${name}.100ms`, [{ trade_seq: 250_000_000 + n, trade_id: String(360_000_000 + n), timestamp: ms(n), tick_direction: 0, price: 97_123.5 + n, instrument_name: name, index_price: 97_100.1, direction: 'sell', amount: 2_000, ...(n === 3 ? { liquidation: 'T' } : {}) }])
  const book = (type: string, n: number): string =>
    message(`book.${name}.100ms`, { type, timestamp: ms(n), instrument_name: name, change_id: 70_000_000_000 + n, ...(type === 'change' ? { prev_change_id: 69_999_999_999 + n } : {}), bids: [[type === 'change' ? 'change' : 'new', 97_123, 10 + n]], asks: type === 'change' ? [] : [['new', 97_123.5, 10]] })
  const quote = (n: number): string => message(`quote.${name}`, { timestamp: ms(n), instrument_name: name, best_bid_price: 97_123, best_bid_amount: 10 + n, best_ask_price: 97_123.5, best_ask_amount: 20 })
  const ticker = (n: number): string =>
    message(`ticker.${name}.100ms`, {
      timestamp: ms(n),
      state: 'open',
      stats: { high: 98_000, low: 95_000.5, price_change: 1.5, volume: 11_897.25, volume_usd: 1 },
      index_price: 97_100.1,
      instrument_name: name,
      mark_price: 97_110.25,
      best_bid_price: 97_123,
      best_bid_amount: 10,
      best_ask_price: 97_123.5,
      best_ask_amount: 20,
      open_interest: 1_132_329_370 + n,
      last_price: 97_123.5,
      current_funding: 0.00000655,
      funding_8h: 0.00001,
    })
  const candle = (n: number): string => message(`chart.trades.${name}.1`, { tick: STARTED_MS, open: 97_000, high: 97_200, low: 96_950.5, close: 97_150 + n, volume: 1.25, cost: 121_000 })
  return {
    streams: ['trade', 'liquidation', 'book', 'quote', 'ticker', 'funding', 'openInterest', 'candle_1m'].map(channel => `${name}@${channel}`),
    frames: [
      book('snapshot', 0),
      ...inTurn(
        steps(8).map(trade),
        steps(8).map(n => book('change', n)),
        steps(4).map(quote),
        steps(4).map(ticker),
        steps(4).map(candle),
      ),
    ],
  }
}

/** Spot and perpetual share the symbol: their books must not mix. */
// prettier-ignore
function gateio(): BoxRecording {
  const message = (channel: string, result: unknown, n: number, event = 'update'): string => json({ time: seconds(n), time_ms: ms(n), channel, event, result })
  const spotTrade = (n: number): string => message('spot.trades', { id: 5_541_729_500 + n, create_time: seconds(n), create_time_ms: `${ms(n)}.4578`, side: 'sell', currency_pair: 'BTC_USDT', amount: '16.47', price: `9712${n}.5`, range: '1-1' }, n)
  const book = (market: string, n: number): string =>
    message(`${market}.obu`, n === 0 ? { t: ms(n), full: true, s: 'ob.BTC_USDT.400', u: 1_000, b: [['97123', market === 'spot' ? '1' : '100']], a: [['97124', '2']] } : { t: ms(n), s: 'ob.BTC_USDT.400', U: 991 + 10 * n, u: 1_000 + 10 * n, b: [['97123', market === 'spot' ? `${n}.5` : `${100 + n}`]] }, n)
  const ticker = (n: number): string => message('spot.tickers', { currency_pair: 'BTC_USDT', last: `9712${n}.5`, lowest_ask: '97124', highest_bid: '97123', change_percentage: '-5.3', base_volume: '10676.5', quote_volume: '1', high_24h: '98000', low_24h: '95000.5' }, n)
  const candle = (n: number): string => message('spot.candlesticks', { t: String(STARTED_MS / 1000), v: '2362.32', c: `9710${n}`, h: '97200.5', l: '96950', o: '97000', n: '1m_BTC_USDT', a: '3.8283', w: false }, n)
  return {
    streams: ['BTC_USDT@trade', 'BTC_USDT@book', 'BTC/USDT:USDT@book', 'BTC_USDT@ticker', 'BTC_USDT@candle_1m'],
    frames: [
      book('spot', 0),
      book('futures', 0),
      ...inTurn(
        steps(8).map(spotTrade),
        steps(6).map(n => book('spot', n)),
        steps(6).map(n => book('futures', n)),
        steps(3).map(ticker),
        steps(3).map(candle),
      ),
    ],
  }
}

/** Spot and contracts have tickets and books of their own. */
// prettier-ignore
function kucoin(): BoxRecording {
  const message = (topic: string, subject: string, data: object): string => json({ type: 'message', topic, subject, data })
  const trade = (n: number): string => message('/market/match:BTC-USDT', 'trade.l3match', { symbol: 'BTC-USDT', side: 'sell', type: 'match', makerOrderId: 'a', sequence: String(1_636_276_321_890 + n), size: '0.00001255', price: `9712${n}.5`, takerOrderId: 'b', time: `${ms(n)}914990`, tradeId: `67419d00aaaaaaaaaaaaaa${n}0` })
  const delta = (n: number): string => message('/market/level2:BTC-USDT', 'trade.l2update', { changes: { asks: [['97124', '2', String(999 + 2 * n)]], bids: [['97123', String(n), String(1_000 + 2 * n)]] }, sequenceEnd: 1_000 + 2 * n, sequenceStart: 999 + 2 * n, symbol: 'BTC-USDT', time: ms(n) })
  const quote = (n: number): string => message('/market/ticker:BTC-USDT', 'trade.ticker', { bestAsk: '97124', bestAskSize: '2', bestBid: '97123', bestBidSize: `${n}.5`, price: '97123.5', sequence: String(n), size: '0.1', time: ms(n) })
  const candle = (n: number): string => message('/market/candles:BTC-USDT_1min', 'trade.candles.update', { symbol: 'BTC-USDT', candles: [String(STARTED_MS / 1000), '97000', `9710${n}`, '97200.5', '96950', '1.25', '121000.5'], time: Number(`${ms(n)}`) * 1_000_000 }).replace(/"time":\d+/, `"time":${ms(n)}914990`)
  const book = snapshot('kucoin', 'BTC-USDT', `{"code":"200000","data":{"time":${ms(1)},"sequence":"1002","bids":[["97123","1"]],"asks":[["97124","2"]]}}`)
  const contractTrade = (n: number): string => message('/contractMarket/execution:XBTUSDTM', 'match', { symbol: 'XBTUSDTM', sequence: n, side: 'buy', size: 16, price: `9712${n}.5`, takerOrderId: 'a', makerOrderId: 'b', tradeId: String(1_728_107_666_597 + n), ts: 0 }).replace('"ts":0', `"ts":${ms(n)}914990`)
  const contractDelta = (n: number): string => message('/contractMarket/level2:XBTUSDTM', 'level2', { sequence: 1_000 + n, change: `97123.5,buy,${n}`, timestamp: ms(n) })
  const contractQuote = (n: number): string => message('/contractMarket/tickerV2:XBTUSDTM', 'tickerV2', { symbol: 'XBTUSDTM', bestBidSize: n, bestBidPrice: '97123.5', bestAskPrice: '97124', bestAskSize: 2, ts: 0 }).replace('"ts":0', `"ts":${ms(n)}914990`)
  const funding = (n: number): string => message('/contract/instrument:XBTUSDTM', 'funding.rate', { granularity: 60_000, fundingRate: -0.000_1 * n, timestamp: ms(n) })
  const contractBook = snapshot('kucoin', 'XBTUSDTM', `{"code":"200000","data":{"symbol":"XBTUSDTM","sequence":1001,"bids":[[97123.5,1]],"asks":[[97124,2]],"ts":${ms(1)}000000}}`)
  return {
    streams: ['BTC-USDT@trade', 'BTC-USDT@book', 'BTC-USDT@quote', 'BTC-USDT@candle_1m', ...['trade', 'book', 'quote', 'funding'].map(channel => `BTC/USDT:USDT@${channel}`)],
    frames: [
      delta(1),
      book,
      contractDelta(1),
      contractBook,
      ...inTurn(
        steps(8).map(contractTrade),
        steps(8).map(n => contractDelta(n + 1)),
        steps(4).map(contractQuote),
        steps(3).map(funding),
        steps(8).map(trade),
        steps(8).map(n => delta(n + 1)),
        steps(4).map(quote),
        steps(4).map(candle),
      ),
    ],
  }
}

/** Trades come with the book. */
// prettier-ignore
function gemini(): BoxRecording {
  const trade = (n: number): string => json({ type: 'trade', symbol: 'BTCUSD', event_id: 45_465_818_380 + n, timestamp: ms(n), price: `9712${n}.50`, quantity: '1.25', side: 'buy' })
  const delta = (n: number): string => json({ type: 'l2_updates', symbol: 'BTCUSD', changes: [['buy', '97123.00', `${n}.5`]] })
  const candle = (n: number): string => json({ type: 'candles_1m_updates', symbol: 'BTCUSD', changes: [[STARTED_MS, 97_000.5, 97_200, 96_950, 97_100 + n, 0.00009]] })
  const book = json({
    type: 'l2_updates',
    symbol: 'BTCUSD',
    changes: [
      ['buy', '97122.00', '1.5'],
      ['sell', '97124.00', '2'],
    ],
    trades: [],
    auction_events: [],
  })
  return { streams: ['BTCUSD@trade', 'BTCUSD@book', 'BTCUSD@candle_1m'], frames: [book, ...inTurn(steps(8).map(trade), steps(8).map(delta), steps(4).map(candle))] }
}

// prettier-ignore
function hyperliquid(): BoxRecording {
  const trade = (n: number): string => json({ channel: 'trades', data: [{ coin: 'BTC', side: 'B', px: `9712${n}.5`, sz: '0.38111', time: ms(n), hash: '0x00', tid: 1_016_375_172_059_500 + n, users: ['0x1', '0x2'] }] })
  const book = (n: number): string => json({ channel: 'l2Book', data: { coin: 'BTC', time: ms(n), levels: [[{ px: '97123.0', sz: `${n}.4`, n: 1 }], [{ px: '97124.0', sz: '2.9', n: 1 }]] } })
  const quote = (n: number): string =>
    json({
      channel: 'bbo',
      data: {
        coin: 'BTC',
        time: ms(n),
        bbo: [
          { px: '97123.0', sz: `${n}.4`, n: 1 },
          { px: '97124.0', sz: '2.9', n: 1 },
        ],
      },
    })
  const candle = (n: number): string => json({ channel: 'candle', data: { t: STARTED_MS, T: STARTED_MS + 59_999, s: 'BTC', i: '1m', o: '97000.0', c: `9710${n}.0`, h: '97200.0', l: '96950.5', v: '1.25', n: 12 } })
  const context = (n: number): string => json({ channel: 'activeAssetCtx', data: { coin: 'BTC', ctx: { funding: '0.0000125', openInterest: `812${n}.40122`, prevDayPx: '96000.0', dayNtlVlm: '1.5', premium: '0.0003', oraclePx: '97100.0', markPx: '97110.5', midPx: '97123.5', impactPxs: ['97123.0', '97124.0'] } } })
  return { streams: ['BTC@trade', 'BTC@book', 'BTC@quote', 'BTC@candle_1m', 'BTC@funding'], frames: inTurn(steps(8).map(trade), steps(8).map(book), steps(4).map(quote), steps(4).map(candle), steps(3).map(context)) }
}

/** What the library hands out, as it is recorded. */
// prettier-ignore
function ccxt(): BoxRecording {
  const symbol = 'BTC/USDT'
  const trade = (n: number): string => json({ ccxt: 'trade', symbol, data: [{ id: String(n), timestamp: ms(n), symbol, side: 'buy', price: 97_123.5 + n, amount: 0.0000001, info: { p: '97123.50' } }] })
  const book = (n: number): string => json({ ccxt: 'book', symbol, data: { symbol, timestamp: ms(n), nonce: n, bids: [[97_123, n]], asks: [[97_124, 2]] } })
  const candle = (n: number): string => json({ ccxt: 'candle', symbol, interval: '1m', data: [[STARTED_MS, 97_000, 97_200, 96_950, 97_100 + n, 1.25]] })
  return {
    streams: ['BTC/USDT@trade', 'BTC/USDT@book', 'BTC/USDT@candle_1m'],
    frames: inTurn(steps(8).map(trade), steps(8).map(book), steps(4).map(candle)),
  }
}

/** By the name of the exchange. */
export const BOX_RECORDINGS: ReadonlyMap<string, BoxRecording> = new Map([
  ['binance', binanceSpot('binance')],
  ['binance-us', binanceSpot('binance-us')],
  ['binance-futures', binanceFutures()],
  ['coinbase', coinbase()],
  ['coinbase-advanced', coinbaseAdvanced()],
  ['kraken', kraken()],
  ['okx', okx()],
  ['bybit', bybit()],
  ['bitstamp', bitstamp()],
  ['bitfinex', bitfinex()],
  ['deribit', deribit()],
  ['gateio', gateio()],
  ['kucoin', kucoin()],
  ['gemini', gemini()],
  ['hyperliquid', hyperliquid()],
  ['sim', binanceSpot('sim')],
  ['ccxt:gate', ccxt()],
])
