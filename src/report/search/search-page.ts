/** The page of a search: its best, its heat maps, its ranking, what came of the choice later, and how it was made. */
import type { RankedCandidate, SearchRequest, SearchResult } from '../../session/search/search.js'
import type { WalkForward } from '../../session/search/walk-forward.js'
import { documentOf, inlineScript } from '../document.js'
import { html, type Content, type Html } from '../html.js'
import { metricLabel, metricValue } from '../metric-text.js'
import { decimalText, fixedText, NOTHING, percentText, plainText, timeText } from '../number-text.js'
import { heatGrids } from './heat-grid.js'
import { heatMap } from './heat-map.js'

/** A search that is over. */
export interface SearchRecord {
  readonly request: Omit<SearchRequest, 'onProgress'>
  readonly result: SearchResult
  /** The backtest that does the best one again; null where nothing was tried. */
  readonly line: string | null
  readonly software: string
}

export interface SearchPageParts {
  readonly policy: string
  readonly style: string
  readonly scripts: readonly string[]
}

/** Rows of the ranking. */
export const MOST_RANKED = 500
const FIGURES = ['return', 'maxDrawdown', 'sharpe', 'trades', 'fees']

export function searchPage(record: SearchRecord, { policy, style, scripts }: SearchPageParts): Html {
  const { request, result, software } = record
  const title = `Parameters of ${request.options.strategies[0] ?? ''}: ${request.axes.map(({ name }) => name).join(', ')}`
  const { account } = result
  return documentOf({
    policy,
    style,
    software,
    title,
    header: html`<p class="soft">optimize · ${timeText(account?.first ?? null)} to ${timeText(account?.last ?? null)} UTC · ${software}</p>`, // prettier-ignore
    main: [
      bestSection(record),
      heatSection(record),
      result.walkForward === null ? null : foldSection(record, result.walkForward),
      rankingSection(record),
      setupSection(record),
    ],
    footer: html`<p>Paper money: simulated fills at recorded prices. The best of many tries looks better than it is.</p>`, // prettier-ignore
    scripts: scripts.map(inlineScript),
  })
}

function bestSection({ request: { objective }, result, line }: SearchRecord): Html {
  const [best] = result.ranked
  if (best === undefined) return html`<p class="notice">Nothing was tried.</p>`
  const { metrics } = best.outcome
  const names = [objective.metric, ...FIGURES.filter(name => name !== objective.metric)]
  const figures: readonly (readonly [string, string])[] = [
    ...names.map(name => [metricLabel(name), metricValue(name, metrics[name] ?? null)] as const),
    ['equity at the end', best.outcome.equity === null ? NOTHING : decimalText(best.outcome.equity, 2)],
    ['probably not luck', percentText(best.deflatedSharpe)],
    ['kept by its neighbours', percentText(best.stability?.kept ?? null)],
  ]
  return html`<h2 id="best">The best: ${pointText(best)}</h2>
<ul class="figures">${figures.map(([name, value]) => html`<li><span>${name}</span><b>${value}</b></li>`)}</ul>
<p class="note">“Probably not luck” is the probability that its Sharpe ratio is above what the luckiest of ${fixedText(result.ranked.length, 0)} tries without any skill would show (deflated Sharpe ratio). “Kept by its neighbours” is the mean ${metricLabel(objective.metric)} of the nearest combinations as a share of its own.</p>
${line === null ? null : html`<p>To do it again:</p><p class="command"><code>${line}</code></p>`}` // prettier-ignore
}

function heatSection({ request: { axes, objective, method }, result }: SearchRecord): Content {
  const grids = heatGrids(axes, result.ranked, method)
  if (grids.length === 0) return null
  const varied = axes.filter(({ values }) => values.length > 1).map(({ name }) => name)
  return [
    html`<h2 id="heat">Heat map: ${metricLabel(objective.metric)}</h2>`,
    grids.map((grid, at) => {
      const others = varied.filter(name => name !== grid.across.name && name !== grid.up?.name)
      return heatMap(grid, objective, others, `heat-${at}`)
    }),
  ]
}

function rankingSection({ request: { axes, objective }, result: { ranked } }: SearchRecord): Html {
  const shown = ranked.slice(0, MOST_RANKED)
  const names = [objective.metric, ...FIGURES.filter(name => name !== objective.metric)]
  const heads = ['rank', ...axes.map(({ name }) => name), ...names.map(metricLabel), 'fills', 'not luck', 'kept']
  const which = shown.length === ranked.length ? `All ${ranked.length}` : `The first ${shown.length} of ${ranked.length}` // prettier-ignore
  return html`<h2 id="ranking">Ranking</h2>
<p class="note">${which} that were tried, by ${metricLabel(objective.metric)} of the whole recording. A click on a title sorts by it.</p>
<div class="scroll tall" tabindex="0" role="region" aria-label="Ranking"><table class="sortable">
<thead><tr>${heads.map(name => html`<th scope="col" class="number">${name}</th>`)}</tr></thead><tbody>
${shown.map(candidate => html`<tr>${rankedCells(candidate, axes, names)}</tr>
`)}</tbody></table></div>` // prettier-ignore
}

function rankedCells(
  { rank, point, outcome, deflatedSharpe, stability }: RankedCandidate,
  axes: SearchRecord['request']['axes'],
  names: readonly string[],
): Content {
  const { metrics, fills, failure } = outcome
  const kept = stability?.kept ?? null
  return [
    number(rank, String(rank)),
    axes.map(({ name }) => {
      const text = point[name] ?? ''
      const value = Number(text)
      return Number.isNaN(value) ? html`<td class="number">${text}</td>` : number(value, text)
    }),
    names.map((name, at) => {
      const value = metrics[name] ?? null
      return number(value, failure !== null && at === 0 ? 'stopped' : metricValue(name, value))
    }),
    number(fills, fixedText(fills, 0)),
    number(deflatedSharpe, percentText(deflatedSharpe)),
    number(kept, percentText(kept)),
  ]
}

/** What is unknown sorts last but one way: below everything. */
function number(key: number | null, text: Content): Html {
  return html`<td class="number" data-key="${key ?? Number.MIN_SAFE_INTEGER}">${text}</td>`
}

function foldSection({ request: { objective }, result: { ranked } }: SearchRecord, found: WalkForward): Html {
  const label = metricLabel(objective.metric)
  const own = (score: number | null): string => metricValue(objective.metric, score === null || objective.better === 'more' ? score : -score) // prettier-ignore
  const returns = objective.metric === 'return' ? [] : ['return when chosen', 'return after']
  const heads = ['fold', 'chosen from', 'judged from', 'until', 'chosen', `${label} when chosen`, `${label} after`, ...returns] // prettier-ignore
  const cell = (text: string): Html => html`<td class="number">${text}</td>`
  return html`<h2 id="folds">Walk-forward</h2>
<p class="note">The best of one stretch of time is judged by the next one, which it has never seen: ${label} ${own(found.inScore)} when chosen, ${own(found.outScore)} after (${percentText(found.efficiency)} kept); return after, all folds: ${percentText(found.outReturn)}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Walk-forward"><table>
<thead><tr>${heads.map((name, at) => html`<th scope="col" class="${at === 0 || at > 4 ? 'number' : ''}">${name}</th>`)}</tr></thead><tbody>
${found.folds.map(fold => {
  const chosen = ranked.find(({ index }) => index === fold.index)
  const { inSample, outOfSample, inReturn, outReturn } = fold
  return html`<tr><td class="number">${fold.fold}</td><td>${timeText(inSample.from)}</td><td>${timeText(outOfSample.from)}</td><td>${timeText(outOfSample.to)}</td><td>${chosen === undefined ? 'nothing to choose' : pointText(chosen)}</td>${cell(own(fold.inScore))}${cell(own(fold.outScore))}${returns.length === 0 ? null : [cell(percentText(inReturn)), cell(percentText(outReturn))]}</tr>
`
})}</tbody></table></div>` // prettier-ignore
}

function setupSection({ request, result, software }: SearchRecord): Html {
  const { options, axes, objective, method, tape } = request
  const { account } = result
  const facts: readonly (readonly [string, Content])[] = [
    ...axes.map(({ name, values }) => [`values of ${name}`, valuesText(values)] as const),
    ['method', method === 'grid' ? 'every combination' : `${request.samples} combinations drawn with seed ${options.seed}`],
    ['objective', `${objective.name}: ${objective.describes}`],
    ['tried', `${fixedText(result.ranked.length, 0)} combinations in ${fixedText(result.passes, 0)} passes over the recording`],
    ['refused by the strategy', fixedText(result.refused, 0)],
    ...(result.hung.length === 0 ? [] : [['did not return', result.hung.map(point => Object.entries(point).map(pair => pair.join('=')).join(' ')).join('; ')] as const]),
    ['input', tape.paths.map(path => html`<code>${path}</code> `)],
    ['frames', account === null ? NOTHING : `${fixedText(account.frames, 0)} = ${fixedText(account.decoded, 0)} decoded + ${fixedText(account.control, 0)} control + ${fixedText(account.deadLettered, 0)} dead-lettered`],
    ['capital', decimalText(options.capital)],
    ['fees', options.fees === undefined ? 'the instrument’s own where known, else 0.1 % maker and taker' : `maker and taker ${options.fees}`],
    ['latency', options.latency === 'recorded' ? 'drawn from the delays measured on the feed' : `${plainText(options.latencyMs ?? 50)} ms`],
    ['fill model', options.model ?? 'pessimistic'],
    ['seed', options.seed],
    ['digest of the best', html`<code>${result.ranked[0]?.outcome.digest ?? NOTHING}</code>`],
    ['software', software],
  ] // prettier-ignore
  return html`<h2 id="setup">Setup</h2>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>` // prettier-ignore
}

function valuesText(values: readonly string[]): string {
  const shown = values.length <= 24 ? values : [...values.slice(0, 12), '…', ...values.slice(-2)]
  return `${shown.join(', ')}${values.length > 24 ? ` (${values.length})` : ''}`
}

function pointText({ point }: RankedCandidate): string {
  return Object.entries(point)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
