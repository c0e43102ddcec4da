/** ccxws, driven by its message handler as its socket does; markets are subscribed to first. */
import { createRequire } from 'node:module'
import type { Found, Rival } from '../decode.js'
import type { FrameKind } from '../frames.js'

const require = createRequire(import.meta.url)
const { BinanceClient, CoinbaseProClient } = require('ccxws') as {
  BinanceClient: new (options: object) => Client
  CoinbaseProClient: new () => Client
}

interface Market {
  readonly id: string
  readonly base: string
  readonly quote: string
}

interface Client {
  _onMessage(raw: string): void
  readonly _tradeSubs: Map<string, Market>
  readonly _level2UpdateSubs: Map<string, Market>
  on(event: string, listener: (event: never, market: Market) => void): void
}

interface CcxwsTrade {
  readonly tradeId: string | number
  readonly unix: number
  readonly side: string
  readonly price: string
  readonly amount: string
}

interface CcxwsUpdate {
  readonly bids: readonly { readonly price: string; readonly size: string }[]
  readonly asks: readonly { readonly price: string; readonly size: string }[]
  readonly eventMs?: number
  readonly timestampMs?: number
}

/** Undefined where it has no such stream. Its numbers stay text and its times end at the millisecond. */
export function ccxwsDecoder(kind: FrameKind): { readonly rival: Rival; readonly note: string } | undefined {
  if (kind === 'binance bookTicker') return undefined
  const isBinance = kind.startsWith('binance')
  const options = { useAggTrades: kind === 'binance aggTrade', requestSnapshot: false }
  const client = isBinance ? new BinanceClient(options) : new CoinbaseProClient()
  const market: Market = isBinance
    ? { id: 'BTCUSDT', base: 'BTC', quote: 'USDT' }
    : { id: 'BTC-USD', base: 'BTC', quote: 'USD' }
  client._tradeSubs.set(market.id, market)
  client._level2UpdateSubs.set(market.id, market)
  let last: CcxwsTrade | CcxwsUpdate | undefined
  client.on('trade', event => (last = event))
  client.on('l2update', event => (last = event))
  return {
    rival: {
      decode: frame => {
        client._onMessage(frame.toString())
        return last === undefined ? 0 : 1
      },
      found: frame => {
        client._onMessage(frame.toString())
        return last === undefined ? [] : [foundOf(market.id, last)]
      },
    },
    note: isBinance ? 'leaves numbers as text; names the maker’s side' : 'leaves numbers as text; milliseconds',
  }
}

function foundOf(symbol: string, event: CcxwsTrade | CcxwsUpdate): Found {
  if ('unix' in event) {
    const side = event.side === 'buy' ? 'sell' : 'buy'
    return ['trade', symbol, String(event.tradeId), Number(event.price), Number(event.amount), side, event.unix * 1000]
  }
  const levels = (rows: CcxwsUpdate['bids']): number[][] => rows.map(row => [Number(row.price), Number(row.size)])
  return ['book', symbol, levels(event.bids), levels(event.asks), (event.eventMs ?? event.timestampMs ?? 0) * 1000]
}
