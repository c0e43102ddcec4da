/** Trading events as lines of JSON, the very text of {@link eventLine}, written by kind and not key by key: every one of them enters the digest. */
import { eventLine, quoted } from '../model/event-line.js'
import { plainDecimal } from '../model/number.js'
import type { Micros } from '../model/time.js'
import type { Equity, Fill, Order, Position, Signal, TradingEvent } from '../model/trading.js'

/** What almost all trading events begin with. */
interface Head {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly strategy: string
}

/** Remembers what consecutive events share. */
export class TradingLines {
  #head: Head = { exchange: '', symbol: '', pair: '', strategy: '' }
  #headText = ''
  #ordered: Order | null = null
  #orderText = ''
  #time = Number.NaN
  #timeText = ''

  /** One line, without the line feed. */
  of(event: TradingEvent): string {
    switch (event.type) {
      case 'signal':
        return this.#signal(event)
      case 'order':
        return this.#order(event)
      case 'fill':
        return this.#fill(event)
      case 'position':
        return this.#position(event)
      case 'equity':
        return this.#equity(event)
      default:
        return eventLine(event)
    }
  }

  #signal(event: Signal): string {
    const { direction, size, reason } = event
    const wanted = `"direction":"${direction}","size":${textOrNull(size)},"reason":${quoted(reason)}`
    return `{"type":"signal",${this.#headOf(event)}${wanted}${this.#ending(event.time)}`
  }

  /** Most orders are told of several times in a row, and little of them changes. */
  #order(event: Order): string {
    if (this.#ordered === null || !hasSameTerms(event, this.#ordered)) {
      this.#ordered = event
      this.#orderText = flat(this.#termsOf(event))
    }
    const state = `"filled":"${event.filled}","status":"${event.status}","reason":${plain(event.reason)}`
    return `${this.#orderText}${state}${this.#ending(event.time)}`
  }

  #termsOf(event: Order): string {
    const { kind, size, price, stopPrice, trailing, activation, timeInForce, expires, group } = event
    const named = `"id":${quoted(event.id)},"tag":${textOrNull(event.tag)},"side":"${event.side}","kind":"${kind}"`
    const begins = activation === undefined ? '' : `,"activation":"${activation}"`
    const prices = `,"size":"${size}","price":${plain(price)},"stopPrice":${plain(stopPrice)},"trailing":${plain(trailing)}`
    const until = `,"timeInForce":"${timeInForce}","expires":${expires === null ? 'null' : plainDecimal(expires)}`
    const flags = `,"postOnly":${truth(event.postOnly)},"reduceOnly":${truth(event.reduceOnly)}`
    return `{"type":"order",${this.#headOf(event)}${named}${prices}${begins}${until}${flags},"group":${textOrNull(group)},`
  }

  #fill(event: Fill): string {
    const named = `"id":${quoted(event.id)},"order":${quoted(event.order)},"side":"${event.side}"`
    const sums = `,"price":"${event.price}","size":"${event.size}","fee":"${event.fee}","feeAsset":${quoted(event.feeAsset)}`
    return `{"type":"fill",${this.#headOf(event)}${named}${sums},"liquidity":"${event.liquidity}"${this.#ending(event.time)}`
  }

  #position(event: Position): string {
    const { size, cost, averagePrice, realised, unrealised, time } = event
    const held = `"size":"${size}","cost":"${cost}","averagePrice":${plain(averagePrice)}`
    const profit = `,"realised":"${realised}","unrealised":${plain(unrealised)}`
    return `{"type":"position",${this.#headOf(event)}${held}${profit}${this.#ending(time)}`
  }

  #equity(event: Equity): string {
    const { cash, equity, realised, unrealised, fees, time } = event
    const whose = `{"type":"equity","strategy":${quoted(event.strategy)},"asset":${quoted(event.asset)}`
    const sums = `,"cash":"${cash}","equity":"${equity}","realised":"${realised}","unrealised":"${unrealised}","fees":"${fees}"`
    return `${whose}${sums}${this.#ending(time)}`
  }

  #headOf({ exchange, symbol, pair, strategy }: Head): string {
    const { exchange: where, symbol: what, pair: ofWhat, strategy: whose } = this.#head
    if (symbol !== what || strategy !== whose || exchange !== where || pair !== ofWhat) {
      this.#head = { exchange, symbol, pair, strategy }
      const instrument = `"exchange":${quoted(exchange)},"symbol":${quoted(symbol)},"pair":${quoted(pair)}`
      this.#headText = flat(`${instrument},"strategy":${quoted(strategy)},`)
    }
    return this.#headText
  }

  #ending(time: Micros): string {
    if (time !== this.#time) {
      this.#time = time
      this.#timeText = `,"time":${timeText(time)}}`
    }
    return this.#timeText
  }
}

/** Whether two events tell of one order that was not changed in between. */
function hasSameTerms(one: Order, other: Order): boolean {
  return (
    one.id === other.id &&
    one.size === other.size &&
    one.price === other.price &&
    one.stopPrice === other.stopPrice &&
    one.side === other.side &&
    one.kind === other.kind &&
    one.tag === other.tag &&
    one.group === other.group &&
    one.trailing === other.trailing &&
    one.activation === other.activation &&
    one.timeInForce === other.timeInForce &&
    one.expires === other.expires &&
    one.postOnly === other.postOnly &&
    one.reduceOnly === other.reduceOnly &&
    one.symbol === other.symbol &&
    one.pair === other.pair &&
    one.exchange === other.exchange &&
    one.strategy === other.strategy
  )
}

/** A text that was joined is walked through its parts at every use; read back from its bytes it is one piece. */
function flat(text: string): string {
  return Buffer.from(text).toString()
}

/** The second half of a time of sixteen digits, which prints in halves several times as fast. */
const HALF = 1e8

function timeText(time: Micros): string {
  if (!Number.isSafeInteger(time) || time < HALF) return plainDecimal(time)
  const high = Math.floor(time / HALF)
  return String(high) + String(HALF + (time - high * HALF)).slice(1)
}

/** Decimals and words of the program's own need no escape. */
function plain(text: string | null): string {
  return text === null ? 'null' : `"${text}"`
}

function textOrNull(text: string | null): string {
  return text === null ? 'null' : quoted(text)
}

function truth(value: unknown): string {
  return value === true ? 'true' : 'false'
}
