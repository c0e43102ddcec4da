/** The least that a program can do: `JSON.parse` and an object literal, numbers read without a look at their exactness. */
import type { Level } from '../../src/model/event.js'
import type { Found, Rival } from '../decode.js'
import type { FrameKind } from '../frames.js'

interface BinanceData {
  readonly s: string
  readonly t: number
  readonly p: string
  readonly q: string
  readonly A: string
  readonly B: string
  readonly m: boolean
  readonly T: number
  readonly E: number
}

/** `a` is an id, a price or a side of the book. */
interface BinanceFrame<A = number, B = string> {
  readonly data: BinanceData & { readonly a: A; readonly b: B }
}

type BookRows = string[][]

interface CoinbaseFrame {
  readonly product_id: string
  readonly trade_id: number
  readonly price: string
  readonly size: string
  readonly side: string
  readonly time: string
  readonly changes: string[][]
}

export function mapByHand(kind: FrameKind): Rival {
  const map = MAPS[kind]
  return {
    decode: frame => (map(JSON.parse(frame.toString()) as never).type === '' ? 0 : 1),
    found: frame => [FOUND[kind](map(JSON.parse(frame.toString()) as never) as never)],
  }
}

const pair = 'BTC/USDT'
const received = 0

function binanceTrade({ data }: BinanceFrame, id: number) {
  return {
    type: 'trade',
    exchange: 'binance',
    symbol: data.s,
    pair,
    id: String(id),
    price: Number(data.p),
    size: Number(data.q),
    side: data.m ? 'sell' : 'buy',
    time: data.T * 1000,
    received,
  }
}

const MAPS = {
  'binance trade': (frame: BinanceFrame) => binanceTrade(frame, frame.data.t),
  'binance aggTrade': (frame: BinanceFrame) => binanceTrade(frame, frame.data.a),
  'binance bookTicker': ({ data }: BinanceFrame<string>) => ({
    type: 'quote',
    exchange: 'binance',
    symbol: data.s,
    pair,
    bid: Number(data.b),
    bidSize: Number(data.B),
    ask: Number(data.a),
    askSize: Number(data.A),
    time: received,
    received,
  }),
  'binance depth': ({ data }: BinanceFrame<BookRows, BookRows>) => ({
    type: 'book',
    exchange: 'binance',
    symbol: data.s,
    pair,
    bids: data.b.map(toLevel),
    asks: data.a.map(toLevel),
    time: data.E * 1000,
    received,
  }),
  'coinbase match': (frame: CoinbaseFrame) => ({
    type: 'trade',
    exchange: 'coinbase',
    symbol: frame.product_id,
    pair,
    id: String(frame.trade_id),
    price: Number(frame.price),
    size: Number(frame.size),
    side: frame.side === 'sell' ? 'buy' : 'sell',
    time: microsOf(frame.time),
    received,
  }),
  'coinbase l2update': (frame: CoinbaseFrame) => {
    const bids: Level[] = []
    const asks: Level[] = []
    for (const change of frame.changes) (change[0] === 'buy' ? bids : asks).push([Number(change[1]), Number(change[2])])
    return {
      type: 'book',
      exchange: 'coinbase',
      symbol: frame.product_id,
      pair,
      bids,
      asks,
      time: microsOf(frame.time),
      received,
    }
  },
}

const trade = (event: ReturnType<typeof binanceTrade>): Found => [
  'trade',
  event.symbol,
  event.id,
  event.price,
  event.size,
  event.side,
  event.time,
]
const book = (event: ReturnType<(typeof MAPS)['coinbase l2update']>): Found => [
  'book',
  event.symbol,
  event.bids,
  event.asks,
  event.time,
]
const FOUND = {
  'binance trade': trade,
  'binance aggTrade': trade,
  'binance bookTicker': (event: ReturnType<(typeof MAPS)['binance bookTicker']>): Found => [
    'quote',
    event.symbol,
    event.bid,
    event.bidSize,
    event.ask,
    event.askSize,
  ],
  'binance depth': book,
  'coinbase match': trade,
  'coinbase l2update': book,
}

function toLevel(row: readonly string[]): Level {
  return [Number(row[0]), Number(row[1])]
}

function microsOf(text: string): number {
  return Date.parse(text) * 1000 + Number(text.slice(23, 26))
}
