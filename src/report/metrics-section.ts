/** The metrics of a strategy with what they mean, its months, its drawdowns, and the same run by other projects' conventions. */
import type { Micros } from '../model/time.js'
import type { StrategyRecord } from '../session/run-record.js'
import { html, type Html } from './html.js'
import { metricLabel, metricValue } from './metric-text.js'
import { fixedText, NOTHING, percentText, spanText, timeText } from './number-text.js'

type Metric = StrategyRecord['summary']['metrics'][number]

const GROUPS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['Return', ['return', 'cagr', 'holding', 'excess']],
  ['Risk', ['volatility', 'sharpe', 'sortino', 'calmar', 'maxDrawdown', 'maxDrawdownSeconds', 'drawdowns']],
  ['Trades', ['trades', 'winRate', 'profitFactor', 'expectancy', 'systemQuality', 'averageTradeSeconds', 'averageAdverse', 'averageFavourable']],
  ['Activity and cost', ['exposure', 'turnover', 'fees', 'feeShare', 'slippage']],
] // prettier-ignore
const MOST_DRAWDOWNS = 5

export function metricsSection({ summary: { metrics }, conventions }: StrategyRecord): Html {
  const known = new Set(GROUPS.flatMap(([, names]) => names))
  const rest = metrics.filter(({ name }) => !known.has(name))
  const groups = GROUPS.map(([title, names]) => [title, metrics.filter(({ name }) => names.includes(name))] as const)
  return html`<h3>Metrics</h3>
<p class="soft">Each with its formula, its convention and the number of values it rests on; ${NOTHING} where it is undefined.</p>
<div class="columns">${[...groups, ['Other', rest] as const].filter(([, found]) => found.length > 0).map(([title, found]) => metricTable(title, found))}</div>
${conventionTable(conventions)}` // prettier-ignore
}

function metricTable(title: string, metrics: readonly Metric[]): Html {
  return html`<table><thead><tr><th scope="col">${title}</th><th scope="col" class="number">value</th><th scope="col" class="number">samples</th></tr></thead><tbody>
${metrics.map(
  ({ name, value, formula, convention, samples }) =>
    html`<tr><th scope="row">${metricLabel(name)}<small>${formula} · ${convention}</small></th><td class="number">${metricValue(name, value)}</td><td class="number">${fixedText(samples, 0)}</td></tr>
`,
)}</tbody></table>` // prettier-ignore
}

function conventionTable(rows: StrategyRecord['conventions']): Html {
  return html`<h3>The same run by other conventions</h3>
<p class="note">What these projects would report for the same equity and trades; ${NOTHING} where a convention does not know the metric.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Conventions side by side"><table>
<thead><tr><th scope="col">metric</th><th scope="col" class="number">backtesting.py</th><th scope="col" class="number">empyrical</th><th scope="col" class="number">freqtrade</th><th scope="col" class="number">LEAN</th></tr></thead><tbody>
${rows.map(
  row => html`<tr><th scope="row">${metricLabel(row.metric)}</th>${[row.backtestingPy, row.empyrical, row.freqtrade, row.lean].map(value => html`<td class="number">${metricValue(row.metric, value)}</td>`)}</tr>
`,
)}</tbody></table></div>` // prettier-ignore
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** A row a year, a column a month. */
export function monthsSection({ months }: StrategyRecord): Html {
  const values = new Map(months.map(({ period, value }) => [period, value]))
  const years = [...new Set(months.map(({ period }) => period.slice(0, 4)))]
  if (years.length === 0)
    return html`<h3>Monthly returns</h3>
      <p class="soft">No sample of the equity was taken.</p>`
  return html`<h3>Monthly returns</h3>
<p class="note">Compounded, by UTC calendar month; the first and the last month may be incomplete.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Monthly returns"><table class="months">
<thead><tr><th scope="col">year</th>${MONTHS.map(month => html`<th scope="col" class="number">${month}</th>`)}<th scope="col" class="number">all</th></tr></thead><tbody>
${years.map(year => yearRow(year, values))}</tbody></table></div>` // prettier-ignore
}

function yearRow(year: string, values: ReadonlyMap<string, number>): Html {
  const months = MONTHS.map((_, index) => values.get(`${year}-${String(index + 1).padStart(2, '0')}`) ?? null)
  const all = months.reduce<number>((product, value) => product * (1 + (value ?? 0)), 1) - 1
  return html`<tr>
    <th scope="row">${year}</th>
    ${[...months, all].map(coloured)}
  </tr> `
}

function coloured(value: number | null): Html {
  const tone = value === null || value === 0 ? '' : value > 0 ? 'up' : 'down'
  return html`<td class="${tone}">${value === null ? '' : signedPercent(value)}</td>`
}

export function signedPercent(value: number): string {
  return value > 0 ? `+${percentText(value)}` : percentText(value)
}

export function drawdownsSection({ drawdowns }: StrategyRecord, end: Micros): Html {
  if (drawdowns.length === 0)
    return html`<h3>Drawdowns</h3>
      <p class="soft">Equity never fell from a peak.</p>`
  return html`<h3>Drawdowns</h3>
<p class="note">The ${Math.min(MOST_DRAWDOWNS, drawdowns.length)} deepest of ${drawdowns.length}, peak to recovery, UTC.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Deepest drawdowns"><table>
<thead><tr><th scope="col">depth</th><th scope="col">peak</th><th scope="col">bottom</th><th scope="col">recovered</th><th scope="col" class="number">length</th></tr></thead><tbody>
${drawdowns.slice(0, MOST_DRAWDOWNS).map(
  fall => html`<tr><td>${percentText(fall.depth)}</td><td class="time">${timeText(fall.start)}</td><td class="time">${timeText(fall.bottom)}</td><td class="time">${fall.end === null ? 'not yet' : timeText(fall.end)}</td><td class="number">${spanText((fall.end ?? end) - fall.start)}</td></tr>
`,
)}</tbody></table></div>` // prettier-ignore
}
