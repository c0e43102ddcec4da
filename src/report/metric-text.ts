/** Metrics by the names and in the units in which people read them. */
import { fixedText, NOTHING, percentText, plainText, spanText } from './number-text.js'

const LABELS: ReadonlyMap<string, string> = new Map([
  ['cagr', 'CAGR'],
  ['holding', 'holding instead'],
  ['excess', 'excess over holding'],
  ['sharpe', 'Sharpe ratio'],
  ['sortino', 'Sortino ratio'],
  ['calmar', 'Calmar ratio'],
  ['maxDrawdownSeconds', 'longest drawdown'],
  ['systemQuality', 'system quality (SQN)'],
  ['averageTradeSeconds', 'average trade length'],
  ['averageAdverse', 'average adverse excursion (MAE)'],
  ['averageFavourable', 'average favourable excursion (MFE)'],
  ['feeShare', 'fees of gross profit'],
])

const SHARES = new Set([
  'return', 'cagr', 'holding', 'excess', 'volatility', 'annualReturn', 'maxDrawdown', 'winRate', 'exposure', 'feeShare',
]) // prettier-ignore
const MONEY = new Set(['expectancy', 'fees', 'slippage', 'averageAdverse', 'averageFavourable'])

/** `maxDrawdown` → `max drawdown`; terms of the trade keep their capitals. */
export function metricLabel(name: string): string {
  return LABELS.get(name) ?? name.replace(/(?<=[a-z])[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}

/** Percent for shares, a span for seconds, two digits for money, and – where it is undefined. */
export function metricValue(name: string, value: number | null): string {
  if (value === null) return NOTHING
  if (SHARES.has(name)) return percentText(value)
  if (name.endsWith('Seconds')) return spanText(value * 1_000_000)
  if (MONEY.has(name)) return Math.abs(value) < 1 ? plainText(value) : fixedText(value)
  return plainText(value)
}
