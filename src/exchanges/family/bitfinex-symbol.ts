/** Bitfinex' names for instruments: `tBTCUSD`, `tDOGE:USD` where a part is longer than three letters, `tBTCF0:USTF0` for perpetuals. */
import { DecodeError } from '../../model/errors.js'
import type { Instrument } from '../../model/instrument.js'
import { parsePair } from '../../model/symbol.js'
import { asString, type Json } from '../../wire/json.js'

/** Bitfinex' own codes of three letters, and what everybody else writes. */
const CODES: ReadonlyMap<string, string> = new Map([
  ['UST', 'USDT'], ['UDC', 'USDC'], ['TSD', 'TUSD'], ['EUT', 'EURT'], ['DSH', 'DASH'], ['IOT', 'IOTA'], ['QTM', 'QTUM'], ['MNA', 'MANA'],
  ['ALG', 'ALGO'], ['ATO', 'ATOM'], ['AMP', 'AMPL'], ['WBT', 'WBTC'],
]) // prettier-ignore
const OWN: ReadonlyMap<string, string> = new Map([...CODES].map(([code, name]) => [name, code]))
const QUOTES = new Set(['USD', 'UST', 'UDC', 'BTC', 'ETH', 'EUR', 'GBP', 'JPY', 'CNH', 'EUT', 'TRY', 'XAU'])
/** Shortest base first: BTCUSDT is quoted in USDT, and TESTUSD, whose code for TUSD would be TSD, in USD. */
const CONCATENATED = /^([A-Z0-9.]{2,}?)(USDT|USDC|USD|UST|UDC|EURT|EUR|GBP|JPY|CNHT|CNH|TRY|BTC|ETH|XAUT|MXNT|MIM)$/

export interface BitfinexHead {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

/** Any spelling of Bitfinex or a unified pair, any case. */
export function bitfinexInstrument(text: string): Instrument | undefined {
  if (text.includes('/')) return unified(text)
  const name = withoutPrefix(text).toUpperCase()
  const perpetual = /^([A-Z0-9.]+)F0:([A-Z0-9.]+)F0$/.exec(name)
  if (perpetual) return named(perpetual[1] ?? '', perpetual[2] ?? '', 'F0')
  const parts = /^([A-Z0-9.]+)[:-]([A-Z0-9.]+)$/.exec(name) ?? /^([A-Z0-9]{3})([A-Z0-9]{3})$/.exec(name)
  if (parts) return named(parts[1] ?? '', parts[2] ?? '', '')
  const concatenated = CONCATENATED.exec(name)
  return concatenated ? named(concatenated[1] ?? '', concatenated[2] ?? '', '') : undefined
}

/** What every event of an instrument begins with. @throws DecodeError `symbol` where the name is no instrument. */
export function bitfinexHead(value: Json | undefined): BitfinexHead {
  const symbol = asString(value, 'symbol')
  const pair = symbol.startsWith('t') ? bitfinexInstrument(symbol)?.pair : undefined
  if (pair === undefined) throw new DecodeError('symbol', `${symbol.slice(0, 60)} is no symbol`)
  return { exchange: 'bitfinex', symbol, pair }
}

/** The `t` of a trading pair; `trxusdt` begins with a letter of its name. */
function withoutPrefix(text: string): string {
  if (!text.startsWith('t')) return text
  const rest = text.slice(1)
  if (/^[A-Z0-9.:]+$/.test(rest) || rest.includes(':')) return rest
  const [base, quote] = [rest.slice(0, 3).toUpperCase(), rest.slice(3).toUpperCase()]
  return QUOTES.has(quote) && base !== quote ? rest : text
}

function unified(text: string): Instrument | undefined {
  const parts = parsePair(text)
  if (!parts || parts.expiry !== null) return undefined
  if (parts.settle !== null && parts.settle !== parts.quote) return undefined
  return named(parts.base, parts.quote, parts.settle === null ? '' : 'F0')
}

function named(first: string, second: string, suffix: '' | 'F0'): Instrument {
  const [base, quote] = [CODES.get(first) ?? first, CODES.get(second) ?? second]
  const [left, right] = [`${OWN.get(base) ?? base}${suffix}`, `${OWN.get(quote) ?? quote}${suffix}`]
  const colon = left.length > 3 || right.length > 3 ? ':' : ''
  return { symbol: `t${left}${colon}${right}`, pair: `${base}/${quote}${suffix === '' ? '' : `:${quote}`}` }
}
