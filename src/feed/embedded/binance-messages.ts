/** The simulated market's messages in Binance's spot format. */
import type { Level } from '../../model/event.js'
import type { Micros } from '../../model/time.js'
import { MICROS_PER_DAY } from '../../model/time.js'
import type { DaySummary } from './rolling-day.js'
import type { RunningCandle } from './running-candles.js'
import type { SymbolProfile } from './symbol-profile.js'
import type { TapedTrade } from './trade-tape.js'

const DECIMALS = 8

/** A whole number of ticks or lots as Binance prints it, with eight decimals: 9712345 with two decimals is `97123.45000000`. */
export function decimalText(units: number, decimals: number): string {
  const scale = 10 ** decimals
  const whole = Math.floor(units / scale)
  const fraction = String(units - whole * scale).padStart(decimals, '0')
  return `${whole}.${decimals === 0 ? '' : fraction}${ZEROS[DECIMALS - decimals] ?? ''}`
}

const ZEROS = Array.from({ length: DECIMALS + 1 }, (_, count) => '0'.repeat(count))

/** @see https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams */
export class BinanceMessages {
  readonly symbol: string

  constructor(private readonly profile: SymbolProfile) {
    this.symbol = profile.symbol
  }

  price(ticks: number): string {
    return decimalText(ticks, this.profile.priceDecimals)
  }

  size(lots: number): string {
    return decimalText(lots, this.profile.sizeDecimals)
  }

  trade({ id, ticks, lots, time, taker }: TapedTrade): string {
    const at = toMs(time)
    return `{"e":"trade","E":${at},"s":"${this.symbol}","t":${id},"p":"${this.price(ticks)}","q":"${this.size(lots)}","T":${at},"m":${taker === 'sell'},"M":true}`
  }

  aggTrade({ id, first, last, ticks, lots, time, taker }: TapedTrade): string {
    const at = toMs(time)
    return `{"e":"aggTrade","E":${at},"s":"${this.symbol}","a":${id},"p":"${this.price(ticks)}","q":"${this.size(lots)}","f":${first},"l":${last},"T":${at},"m":${taker === 'sell'},"M":true}`
  }

  bookTicker(updateId: number, bid: Level, ask: Level): string {
    return `{"u":${updateId},"s":"${this.symbol}","b":"${this.price(bid[0])}","B":"${this.size(bid[1])}","a":"${this.price(ask[0])}","A":"${this.size(ask[1])}"}`
  }

  depthUpdate(time: Micros, first: number, last: number, bids: readonly Level[], asks: readonly Level[]): string {
    return `{"e":"depthUpdate","E":${toMs(time)},"s":"${this.symbol}","U":${first},"u":${last},"b":${this.levels(bids)},"a":${this.levels(asks)}}`
  }

  /** Partial depth, and the REST snapshot. */
  depth(updateId: number, bids: readonly Level[], asks: readonly Level[]): string {
    return `{"lastUpdateId":${updateId},"bids":${this.levels(bids)},"asks":${this.levels(asks)}}`
  }

  kline(time: Micros, candle: RunningCandle, isClosed: boolean): string {
    const { interval, start, end, firstTrade, lastTrade, trades } = candle
    const span = `"t":${toMs(start)},"T":${toMs(end) - 1},"s":"${this.symbol}","i":"${interval}","f":${firstTrade},"L":${lastTrade}`
    const prices = `"o":"${this.price(candle.open)}","c":"${this.price(candle.close)}","h":"${this.price(candle.high)}","l":"${this.price(candle.low)}"`
    const volumes = `"v":"${this.size(candle.lots)}","n":${trades},"x":${isClosed},"q":"${this.turnover(candle.turnover)}","V":"${this.size(candle.takerBuyLots)}","Q":"${this.turnover(candle.takerBuyTurnover)}","B":"0"`
    return `{"e":"kline","E":${toMs(time)},"s":"${this.symbol}","k":{${span},${prices},${volumes}}}`
  }

  ticker(time: Micros, day: DaySummary, last: TapedTrade, bid: Level, ask: Level): string {
    const change = last.ticks - day.open
    const sign = change < 0 ? '-' : ''
    const average = day.lots === 0 ? last.ticks : Math.round(day.turnover / day.lots)
    const moves = `"p":"${sign}${this.price(Math.abs(change))}","P":"${((change / day.open) * 100).toFixed(3)}","w":"${this.price(average)}","x":"${this.price(day.open)}"`
    const now = `"c":"${this.price(last.ticks)}","Q":"${this.size(last.lots)}","b":"${this.price(bid[0])}","B":"${this.size(bid[1])}","a":"${this.price(ask[0])}","A":"${this.size(ask[1])}"`
    const ends = `"O":${toMs(time - MICROS_PER_DAY)},"C":${toMs(time)},"F":${day.firstTrade},"L":${last.id},"n":${day.trades}`
    return `{"e":"24hrTicker","E":${toMs(time)},"s":"${this.symbol}",${moves},${now},${this.dayPrices(day)},${ends}}`
  }

  miniTicker(time: Micros, day: DaySummary, last: TapedTrade): string {
    return `{"e":"24hrMiniTicker","E":${toMs(time)},"s":"${this.symbol}","c":"${this.price(last.ticks)}",${this.dayPrices(day)}}`
  }

  private dayPrices(day: DaySummary): string {
    return `"o":"${this.price(day.open)}","h":"${this.price(day.high)}","l":"${this.price(day.low)}","v":"${this.size(day.lots)}","q":"${this.turnover(day.turnover)}"`
  }

  turnover(turnover: number): string {
    return (turnover / 10 ** (this.profile.priceDecimals + this.profile.sizeDecimals)).toFixed(DECIMALS)
  }

  private levels(levels: readonly Level[]): string {
    let text = '['
    for (let index = 0; index < levels.length; index++) {
      const level = levels[index]
      if (level === undefined) break
      text += `${index === 0 ? '' : ','}["${this.price(level[0])}","${this.size(level[1])}"]`
    }
    return `${text}]`
  }
}

function toMs(time: Micros): number {
  return Math.floor(time / 1_000)
}
