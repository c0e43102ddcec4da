/** A heat map as SVG with its scale, and the same as a table: read by eye, by pointer, by keys and by a screen reader. */
import type { Objective } from '../../session/search/objective.js'
import type { RankedCandidate } from '../../session/search/search.js'
import { html, type Content, type Html } from '../html.js'
import { metricLabel, metricValue } from '../metric-text.js'
import { fixedText, NOTHING } from '../number-text.js'
import type { Bin, HeatCell, HeatGrid } from './heat-grid.js'
import { heatScale, stepOf, type HeatScale } from './heat-scale.js'

/** Widths of a letter and heights, in pixels. */
const LETTER = 7.4
const ROW = 30
const FOOT = 46
const LEAST_COLUMN = 34
/** Room that a value needs to be written into its cell, and up to how many columns it gets that. */
const WRITTEN = 64
const MOST_WRITTEN = 16

/** @param others names of the parameters that vary besides the two. */
export function heatMap(grid: HeatGrid, objective: Objective, others: readonly string[], id: string): Html {
  const scored = grid.cells.flat().flatMap(({ best }) => best?.score ?? [])
  const scale = heatScale(scored)
  const title = titleOf(grid)
  if (scale === undefined) return html`<h3>${title}</h3>
<p class="soft">Nothing here has a ${metricLabel(objective.metric)}: the recording is short, or nothing was traded.</p>` // prettier-ignore
  const count = grid.cells.flat().reduce((sum, { tried }) => sum + tried, 0)
  return html`<h3 id="${id}">${title}</h3>
<p class="note">${noteOn(grid, objective, others)}</p>
${legend(scale, objective)}
<div class="scroll heat" tabindex="0" role="application" aria-roledescription="heat map" aria-label="${metricLabel(objective.metric)} over ${title}: ${count} combinations. Arrow keys move from cell to cell." aria-describedby="${id}-reading">${picture(grid, scale, objective)}</div>
<p class="reading" id="${id}-reading" aria-live="polite">Point at a cell, or move over them with the arrow keys, to read it.</p>
<details><summary>The same as a table</summary>${table(grid, objective)}</details>` // prettier-ignore
}

function titleOf({ across, up }: HeatGrid): string {
  return up === null ? across.name : `${across.name} and ${up.name}`
}

function noteOn({ columns, rows }: HeatGrid, { metric, better }: Objective, others: readonly string[]): string {
  const joined = [...columns, ...rows].some(({ values }) => values.length > 1)
  const parts = [
    `${metricLabel(metric)} of the whole recording; ${better === 'more' ? 'more' : 'less'} is better.`,
    ...(others.length > 0 ? [`Each cell shows the best of what was tried over ${others.join(', ')}.`] : []),
    ...(joined ? ['Neighbouring values share a cell, which shows the best of them.'] : []),
    'A good cell among bad ones is luck more often than a good one among good ones.',
  ]
  return parts.join(' ')
}

function legend({ steps, low, high, kind, clamped }: HeatScale, objective: Objective): Html {
  const [least, most] = [low, high].map(score => valueText(objective, score))
  const middle = kind === 'diverging' ? html`<span>0 in the middle</span>` : null
  return html`<div class="scale"><span>${clamped ? 'up to ' : ''}${least}</span><svg width="${steps.length * 22}" height="14" role="img" aria-label="Scale from ${least ?? ''} to ${most ?? ''}">${steps.map((step, at) => html`<rect class="${step}" x="${at * 22}" y="0" width="22" height="14" />`)}</svg><span>${most}${clamped ? ' and beyond' : ''}</span>${middle}<span><svg width="22" height="14" aria-hidden="true"><rect class="cell none" x="1" y="1" width="20" height="12" /></svg> no figure</span><span><svg width="22" height="14" aria-hidden="true"><rect class="best" x="2" y="2" width="18" height="10" /></svg> the best</span></div>` // prettier-ignore
}

/** A score in the metric's own terms. */
function valueText({ metric, better }: Objective, score: number): string {
  return metricValue(metric, better === 'more' || score === 0 ? score : -score)
}

function picture(grid: HeatGrid, scale: HeatScale, objective: Objective): Html {
  const { across, up, columns, rows, cells } = grid
  const column = Math.max(
    columns.length > MOST_WRITTEN ? LEAST_COLUMN : WRITTEN,
    Math.ceil(longest(columns) * LETTER) + 10,
  )
  const left = up === null ? 8 : Math.ceil(longest(rows) * LETTER) + 40
  const [width, height] = [left + columns.length * column + 8, rows.length * ROW + FOOT]
  const best = Math.min(
    ...cells.flat().flatMap(({ best }) => (best === null || best.score === null ? [] : [best.rank])),
  )
  const drawn = cells.flatMap((row, y) =>
    row.map((cell, x) => {
      const box = { x: left + x * column, y: (rows.length - 1 - y) * ROW, width: column, height: ROW }
      return cellMark(cell, box, [x, y], { grid, scale, objective, isBest: cell.best?.rank === best })
    }),
  )
  const bottom = rows.length * ROW
  return html`<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-hidden="true">
${drawn}
${columns.map(({ label }, x) => html`<text class="tick" x="${left + (x + 0.5) * column}" y="${bottom + 16}">${label}</text>`)}
<text class="axis" x="${left + (columns.length * column) / 2}" y="${bottom + 37}">${across.name}</text>
${up === null ? null : [rows.map(({ label }, y) => html`<text class="tick row" x="${left - 6}" y="${(rows.length - 0.5 - y) * ROW + 4.5}">${label}</text>`), html`<text class="axis" x="14" y="${bottom / 2}" transform="rotate(-90 14 ${bottom / 2})">${up.name}</text>`]}
</svg>` // prettier-ignore
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface Looks {
  readonly grid: HeatGrid
  readonly scale: HeatScale
  readonly objective: Objective
  readonly isBest: boolean
}

function cellMark(cell: HeatCell, box: Box, [x, y]: [number, number], looks: Looks): Html {
  const { scale, objective, isBest } = looks
  const score = cell.best?.score ?? null
  const step = score === null ? 'none' : stepOf(scale, score)
  const text = cellText(cell, x, y, looks)
  const value = score === null || box.width < WRITTEN ? null : html`<text class="value ${step}" x="${box.x + box.width / 2}" y="${box.y + box.height / 2 + 4.5}">${shortText(objective, score)}</text>` // prettier-ignore
  const inside = html`x="${box.x + 3}" y="${box.y + 3}" width="${box.width - 6}" height="${box.height - 6}"`
  const ring = isBest ? html`<rect class="best halo" ${inside} /><rect class="best" ${inside} />` : null
  return html`<rect class="cell ${step}" x="${box.x + 0.5}" y="${box.y + 0.5}" width="${box.width - 1}" height="${box.height - 1}" data-x="${x}" data-y="${y}" data-best="${isBest ? 1 : 0}" data-text="${text}"><title>${text}</title></rect>${value}${ring}
` // prettier-ignore
}

/** `fast 10, slow 50: Sharpe ratio 1.25, return 3.1 %, max drawdown 2 %, 34 trades, rank 2`. */
function cellText({ best, tried }: HeatCell, x: number, y: number, { grid, objective }: Looks): string {
  const { across, up, columns, rows } = grid
  const place = [
    `${across.name} ${columns[x]?.label ?? ''}`,
    ...(up === null ? [] : [`${up.name} ${rows[y]?.label ?? ''}`]),
  ].join(', ')
  if (best === null) return `${place}: not tried, or refused by the strategy`
  const figures = [objective.metric, ...['return', 'maxDrawdown', 'trades'].filter(name => name !== objective.metric)]
  const { metrics, failure } = best.outcome
  const said = failure !== null ? [`stopped: ${failure}`] : figures.map(name => figureText(name, metrics[name] ?? null))
  const among = tried > 1 ? `, the best of ${fixedText(tried, 0)} with ${pointText(best)}` : ''
  return `${place}: ${said.join(', ')}, rank ${best.rank}${among}`
}

function figureText(name: string, value: number | null): string {
  return name === 'trades' ? `${metricValue(name, value)} trades` : `${metricLabel(name)} ${metricValue(name, value)}`
}

function pointText({ point }: RankedCandidate): string {
  return Object.entries(point)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

/** Three digits, for a cell. */
function shortText(objective: Objective, score: number): string {
  const text = valueText(objective, score).replace(/ %$/, '%')
  const [, sign = '', digits = '', unit = ''] = /^(−?)([\d,.]+)(%?)$/.exec(text) ?? []
  if (digits === '') return text
  const value = Number(digits.replaceAll(',', ''))
  return `${sign}${fixedText(value, value >= 100 ? 0 : value >= 10 ? 1 : 2)}${unit}`
}

function longest(bins: readonly Bin[]): number {
  return Math.max(...bins.map(({ label }) => label.length))
}

function table({ across, up, columns, rows, cells }: HeatGrid, objective: Objective): Html {
  const value = ({ best }: HeatCell): Content => (best === null ? '' : best.score === null ? NOTHING : valueText(objective, best.score)) // prettier-ignore
  const corner = up === null ? across.name : `${up.name} \\ ${across.name}`
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="${metricLabel(objective.metric)} as a table"><table>
<thead><tr><th scope="col">${corner}</th>${columns.map(({ label }) => html`<th scope="col" class="number">${label}</th>`)}</tr></thead><tbody>
${rows.map(({ label }, y) => html`<tr><th scope="row">${up === null ? metricLabel(objective.metric) : label}</th>${columns.map((_, x) => html`<td class="number">${value(cells[y]?.[x] ?? { best: null, tried: 0 })}</td>`)}</tr>
`)}</tbody></table></div>` // prettier-ignore
}
