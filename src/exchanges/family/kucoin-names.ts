/** KuCoin's symbols and the unified pairs that they stand for. */
import type { Instrument } from '../../model/instrument.js'
import { splitSymbol } from './concatenated.js'

/** A spot symbol (`BTC-USDT`), also with another separator or none, a contract (`XBTUSDTM`), or a unified pair of either; any case. */
export function kucoinInstrument(text: string): Instrument | undefined {
  const typed = text.toUpperCase()
  return spotInstrument(typed) ?? contractInstrument(typed)
}

/** Spot and contracts live on different hosts; a pair tells which it is. */
export function isContract(pair: string): boolean {
  return pair.includes(':')
}

function spotInstrument(typed: string): Instrument | undefined {
  const [, base, quote] = /^([A-Z0-9]{1,20})[-/_]([A-Z0-9]{2,10})$/.exec(typed) ?? []
  if (base !== undefined && quote !== undefined) return { symbol: `${base}-${quote}`, pair: `${base}/${quote}` }
  const split = /^[A-Z0-9]{5,24}$/.test(typed) ? splitSymbol(typed) : undefined
  return split && { symbol: `${split.base}-${split.quote}`, pair: `${split.base}/${split.quote}` }
}

/** The pair of any symbol in a message, contracts included; undefined where it is none. */
export function kucoinPair(symbol: string): string | undefined {
  return symbol.includes('-') ? spotInstrument(symbol)?.pair : contractPair(symbol)
}

function contractInstrument(typed: string): Instrument | undefined {
  const symbol = isContract(typed) ? contractSymbol(typed) : typed
  const pair = symbol === undefined ? undefined : contractPair(symbol)
  // A pair that settles in something else, or on another day, has no contract.
  return symbol === undefined || pair === undefined || (isContract(typed) && pair !== typed)
    ? undefined
    : { symbol, pair }
}

/** `BTC/USDT:USDT` is called `XBTUSDTM`, `BTC/USD:BTC-220624` is called `XBTMM22`. */
function contractSymbol(pair: string): string | undefined {
  const [, base = '', quote = '', year, month] =
    /^([A-Z0-9]{1,20})\/([A-Z]{3,4}):[A-Z0-9]{1,20}(?:-(\d\d)(\d\d)\d\d)?$/.exec(pair) ?? []
  if (base === '') return undefined
  const coin = base === 'BTC' ? 'XBT' : base
  if (year === undefined) return `${coin}${quote}M`
  return `${coin}M${MONTH_CODES.charAt(Number(month) - 1)}${year}`
}

/** `XBTUSDTM` is linear, `XBTUSDM` inverse; `XBTMM22` is inverse and ends in June 2022. KuCoin calls bitcoin XBT here. */
function contractPair(symbol: string): string | undefined {
  const [, coin, quote] = /^([A-Z0-9]{1,20}?)(USDT|USDC|USD)M$/.exec(symbol) ?? []
  if (coin !== undefined && quote !== undefined) {
    const base = unified(coin)
    return `${base}/${quote}:${quote === 'USD' ? base : quote}`
  }
  const [, dated, month = '', year = ''] = /^([A-Z0-9]{2,20})M([FGHJKMNQUVXZ])(\d\d)$/.exec(symbol) ?? []
  if (dated === undefined) return undefined
  return `${unified(dated)}/USD:${unified(dated)}-${lastFriday(2000 + Number(year), MONTH_CODES.indexOf(month))}`
}

/** January to December as futures markets abbreviate them. */
const MONTH_CODES = 'FGHJKMNQUVXZ'

/** Delivery is on the last Friday of the month. @returns `YYMMDD` */
function lastFriday(year: number, month: number): string {
  const end = new Date(Date.UTC(year, month + 1, 0))
  const day = end.getUTCDate() - ((end.getUTCDay() + 2) % 7)
  return [year % 100, month + 1, day].map(part => String(part).padStart(2, '0')).join('')
}

function unified(coin: string): string {
  return coin === 'XBT' ? 'BTC' : coin
}
