/** Frames as exchanges write them, made by hand and seeded, so that every machine measures the same bytes. */
import { Random } from '../src/engine/random.js'

export type FrameKind =
  'binance trade' | 'binance aggTrade' | 'binance bookTicker' | 'binance depth' | 'coinbase match' | 'coinbase l2update'

/** Time of the first frame, in milliseconds. */
export const FIRST_MS = 1_732_400_000_000
const FIRST_ID = 4_839_201_000

/** `count` frames of one kind; prices wander, sizes and levels vary in length as on the wire. */
export function makeFrames(kind: FrameKind, count: number): Buffer[] {
  const market = new Market(new Random(kind))
  return Array.from({ length: count }, (_, index) => Buffer.from(MAKERS[kind](market.step(), index)))
}

/** Frames of several kinds, one after another. */
export function mixFrames(kinds: readonly FrameKind[], count: number): Buffer[] {
  const made = kinds.map(kind => makeFrames(kind, Math.ceil(count / kinds.length)))
  return Array.from({ length: count }, (_, index) => {
    const frames = made[index % kinds.length] ?? []
    return frames[Math.floor(index / kinds.length)] ?? Buffer.alloc(0)
  })
}

/** A price that wanders, and what else frames are made of. */
export class Market {
  cents = 9_712_345
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  step(): this {
    this.cents += this.#random.int(-150, 150)
    return this
  }

  price(offset = 0, decimals = 8): string {
    return ((this.cents + offset) / 100).toFixed(decimals)
  }

  size(decimals = 8): string {
    const lots = this.#random.int(1, 10 ** this.#random.int(2, 5))
    return (lots / 100_000).toFixed(decimals)
  }

  int(low: number, high: number): number {
    return this.#random.int(low, high)
  }

  levels(step: number): string {
    const count = this.int(1, 12)
    const rows = Array.from({ length: count }, (_, index) => {
      const size = this.int(0, 3) === 0 ? '0.00000000' : this.size()
      return `["${this.price(step * (index + 1))}","${size}"]`
    })
    return `[${rows.join(',')}]`
  }

  uuid(): string {
    const part = (length: number): string =>
      this.int(0, 16 ** length - 1)
        .toString(16)
        .padStart(length, '0')
    return `${part(8)}-${part(4)}-4${part(3)}-a${part(3)}-${part(8)}${part(4)}`
  }
}

const MAKERS: Readonly<Record<FrameKind, (market: Market, index: number) => string>> = {
  'binance trade': (market, index) =>
    `{"stream":"btcusdt@trade","data":{"e":"trade","E":${FIRST_MS + index},"s":"BTCUSDT","t":${FIRST_ID + index},"p":"${market.price()}","q":"${market.size()}","T":${FIRST_MS + index - market.int(0, 2)},"m":${market.int(0, 1) === 1},"M":true}}`,
  'binance aggTrade': (market, index) =>
    `{"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":${FIRST_MS + index},"s":"BTCUSDT","a":${FIRST_ID + index},"p":"${market.price()}","q":"${market.size()}","f":${FIRST_ID + 2 * index},"l":${FIRST_ID + 2 * index + 1},"T":${FIRST_MS + index - market.int(0, 2)},"m":${market.int(0, 1) === 1},"M":true}}`,
  'binance bookTicker': (market, index) =>
    `{"stream":"btcusdt@bookTicker","data":{"u":${50_093_239_212 + 3 * index},"s":"BTCUSDT","b":"${market.price()}","B":"${market.size()}","a":"${market.price(1)}","A":"${market.size()}"}}`,
  'binance depth': (market, index) =>
    `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":${FIRST_MS + 100 * index},"s":"BTCUSDT","U":${FIRST_ID + 40 * index},"u":${FIRST_ID + 40 * index + 39},"b":${market.levels(-1)},"a":${market.levels(1)}}}`,
  'coinbase match': (market, index) =>
    `{"type":"match","trade_id":${563_678_000 + index},"maker_order_id":"${market.uuid()}","taker_order_id":"${market.uuid()}","side":"${market.int(0, 1) === 1 ? 'buy' : 'sell'}","size":"${market.size()}","price":"${market.price(0, 2)}","product_id":"BTC-USD","sequence":${108_779_525_000 + 7 * index},"time":"${isoTime(index, market.int(0, 999))}"}`,
  'coinbase l2update': (market, index) => {
    const changes = Array.from({ length: market.int(1, 6) }, (_, at) => {
      const size = market.int(0, 3) === 0 ? '0.00000000' : market.size()
      return `["${at % 2 === 0 ? 'buy' : 'sell'}","${market.price(at % 2 === 0 ? -at - 1 : at, 2)}","${size}"]`
    })
    return `{"type":"l2update","product_id":"BTC-USD","changes":[${changes.join(',')}],"time":"${isoTime(50 * index, market.int(0, 999))}"}`
  },
}

function isoTime(milliseconds: number, micros: number): string {
  return new Date(FIRST_MS + milliseconds).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`)
}
