/** What trades in the simulated world, in the words of the exchanges it is traded at. */
import type { Random } from '../../src/engine/random.js'
import type { Market, MarketMessage } from './venue.js'

/** A trade as the market made it, to be compared with what comes out at the other end. */
export interface MadeTrade {
  readonly price: number
  readonly size: number
  readonly side: 'buy' | 'sell'
}

abstract class Walk {
  /** By symbol, then by id. */
  readonly trades = new Map<string, Map<string, MadeTrade>>()
  private readonly prices = new Map<string, number>()
  private readonly ids = new Map<string, number>()

  constructor(protected readonly random: Random) {}

  protected price(symbol: string): number {
    const cents = (this.prices.get(symbol) ?? 1_000_000) + this.random.int(-300, 300)
    this.prices.set(symbol, cents)
    return cents
  }

  protected trade(
    symbol: string,
  ): MadeTrade & { readonly id: number; readonly priceText: string; readonly sizeText: string } {
    const id = (this.ids.get(symbol) ?? this.random.int(1, 1_000_000)) + 1
    this.ids.set(symbol, id)
    const priceText = (this.price(symbol) / 100).toFixed(2)
    const sizeText = (this.random.int(1, 5_000) / 10_000).toFixed(4)
    const side = this.random.pick(['buy', 'sell'] as const)
    const made = { price: Number(priceText), size: Number(sizeText), side }
    const known = this.trades.get(symbol) ?? new Map<string, MadeTrade>()
    this.trades.set(symbol, known.set(String(id), made))
    return { ...made, id, priceText, sizeText }
  }
}

/** Trades of two symbols as Binance sends them on `/ws`. */
export class BinanceMarket extends Walk implements Market {
  static readonly streams = ['binance:btcusdt@trade', 'binance:ethusdt@trade']
  private readonly topics: Readonly<Record<'BTCUSDT' | 'ETHUSDT', string>>

  constructor(
    random: Random,
    private readonly wallMs: () => number,
    topicOf: (stream: string) => string,
  ) {
    super(random)
    this.topics = { BTCUSDT: topicOf('btcusdt@trade'), ETHUSDT: topicOf('ethusdt@trade') }
  }

  step(): MarketMessage {
    const symbol = this.random.pick(['BTCUSDT', 'ETHUSDT'] as const)
    const { id, priceText, sizeText, side } = this.trade(symbol)
    const time = this.wallMs()
    const text = `{"e":"trade","E":${time},"s":"${symbol}","t":${id},"p":"${priceText}","q":"${sizeText}","T":${time},"m":${side === 'sell'},"M":true}`
    const stream = `${symbol.toLowerCase()}@trade`
    return { topic: this.topics[symbol], text: `{"stream":"${stream}","data":${text}}`, numbered: true }
  }

  greeting(): null {
    return null
  }
}

/** Trades and the book of one product as Coinbase sends them. */
export class CoinbaseMarket extends Walk implements Market {
  static readonly streams = ['coinbase:btc-usd@trade', 'coinbase:btc-usd@book']
  readonly bids = new Map<string, string>()
  readonly asks = new Map<string, string>()

  constructor(
    random: Random,
    private readonly wallMs: () => number,
  ) {
    super(random)
    for (let level = 0; level < 10; level++) {
      this.bids.set((9_000 - level).toFixed(2), this.size())
      this.asks.set((11_000 + level).toFixed(2), this.size())
    }
  }

  step(): MarketMessage {
    return this.random.chance(0.5) ? this.match() : this.update()
  }

  greeting(topic: string): string | null {
    if (topic !== 'level2_batch:BTC-USD') return null
    return JSON.stringify({ type: 'snapshot', product_id: 'BTC-USD', asks: [...this.asks], bids: [...this.bids] })
  }

  private match(): MarketMessage {
    const { id, priceText, sizeText, side } = this.trade('BTC-USD')
    const maker = side === 'buy' ? 'sell' : 'buy'
    const text = `{"type":"match","trade_id":${id},"maker_order_id":"a","taker_order_id":"b","side":"${maker}","size":"${sizeText}","price":"${priceText}","product_id":"BTC-USD","sequence":${id},"time":"${this.time()}"}`
    return { topic: 'matches:BTC-USD', text, numbered: true }
  }

  private update(): MarketMessage {
    const isBid = this.random.chance(0.5)
    const price = (isBid ? 9_000 - this.random.int(0, 20) : 11_000 + this.random.int(0, 20)).toFixed(2)
    const size = this.random.chance(0.3) ? '0.0000' : this.size()
    const side = isBid ? this.bids : this.asks
    if (Number(size) === 0) side.delete(price)
    else side.set(price, size)
    const text = `{"type":"l2update","product_id":"BTC-USD","changes":[["${isBid ? 'buy' : 'sell'}","${price}","${size}"]],"time":"${this.time()}"}`
    return { topic: 'level2_batch:BTC-USD', text, numbered: false }
  }

  private size(): string {
    return (this.random.int(1, 90_000) / 10_000).toFixed(4)
  }

  private time(): string {
    return new Date(this.wallMs()).toISOString()
  }
}
