/** The whole page around the charts: head with its content security policy, facts, sections, data. */
import type { RunRecord, StrategyRecord } from '../session/run-record.js'
import { documentOf, inlineScript } from './document.js'
import { healthSection } from './health-section.js'
import { html, trusted, type Content, type Html } from './html.js'
import { metricLabel, metricValue } from './metric-text.js'
import { drawdownsSection, metricsSection, monthsSection } from './metrics-section.js'
import { decimalText, fixedText, NOTHING, percentText, timeText } from './number-text.js'
import { stillChart } from './still-chart.js'
import { tradesSection } from './trades-section.js'

export interface PageParts {
  readonly policy: string
  readonly style: string
  /** JSON that is safe inside a script element. */
  readonly data: string
  readonly scripts: readonly string[]
}

export function page(run: RunRecord, { policy, style, data, scripts }: PageParts): Html {
  const { strategies, instruments } = run
  const title = titleOf(run)
  return documentOf({
    policy,
    style,
    software: run.software,
    title,
    header: [
      html`<p class="soft">${run.summary.command} · ${timeText(run.summary.first)} to ${timeText(run.summary.last)} UTC · ${run.software}</p>`, // prettier-ignore
      notices(run),
    ],
    main: [
      strategies.length === 0 ? html`<p class="notice">No market event reached a strategy, so there is nothing to report but the data.</p>` : null, // prettier-ignore
      strategies.length > 1 ? overview(strategies) : null,
      strategies.map((strategy, index) => strategySection(run, strategy, index)),
      healthSection(run),
      setupSection(run),
    ],
    footer: html`<p>Paper money: simulated fills at recorded prices, not a promise of what real orders would have earned.</p>
<p>Charts by <a href="https://www.tradingview.com/" rel="noreferrer">TradingView</a> Lightweight Charts™, Copyright © 2026 TradingView, Inc., <a href="https://www.apache.org/licenses/LICENSE-2.0" rel="noreferrer">Apache License 2.0</a>.</p>`, // prettier-ignore
    scripts: strategies.length === 0 || instruments.length === 0 ? null : [html`<script type="application/json" id="run-data">${trusted(data)}</script>`, scripts.map(inlineScript)], // prettier-ignore
  })
}

function titleOf({ strategies, instruments, summary }: RunRecord): string {
  const all = strategies.map(strategy => strategy.summary.strategy)
  const names = all.length > 3 ? `${all.length} strategies` : all.join(', ')
  const pairs = [...new Set(instruments.map(({ pair }) => pair))]
  const where = pairs.length > 4 ? `${pairs.length} instruments` : pairs.join(', ')
  return `${names === '' ? summary.command : names}${where === '' ? '' : ` on ${where}`}`
}

/** What a reader must know before any figure. */
function notices({ summary, proof, strategies }: RunRecord): Content {
  const found: string[] = []
  if (summary.ended === 'failed') found.push('The run failed before its end; the figures cover what came before.')
  if (proof?.same === false) {
    found.push(`The session ended with another digest (${proof.digest}) than its tape gives now. What is shown is not what was traded.`) // prettier-ignore
  }
  for (const { summary: desk } of strategies) {
    if (desk.failure !== null) found.push(`${desk.strategy} was stopped: ${desk.failure}`)
    else if (desk.blocks !== 'none') found.push(`The risk gate of ${desk.strategy} blocks ${desk.blocks}.`)
  }
  return found.map(text => html`<p class="notice">${text}</p>`)
}

const KEY_FIGURES = ['return', 'holding', 'excess', 'maxDrawdown', 'sharpe', 'trades', 'winRate', 'profitFactor', 'exposure', 'fees'] // prettier-ignore

/** Several strategies beside each other, before each on its own. */
function overview(strategies: readonly StrategyRecord[]): Html {
  return html`<h2 id="overview">Side by side</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Strategies side by side"><table>
<thead><tr><th scope="col">strategy</th>${KEY_FIGURES.map(name => html`<th scope="col" class="number">${metricLabel(name)}</th>`)}</tr></thead><tbody>
${strategies.map(
  ({ summary: { strategy, metrics } }, index) => html`<tr><th scope="row"><a href="#strategy-${index}">${strategy}</a></th>${KEY_FIGURES.map(name => html`<td class="number">${metricValue(name, metrics.find(metric => metric.name === name)?.value ?? null)}</td>`)}</tr>
`,
)}</tbody></table></div>` // prettier-ignore
}

function strategySection(run: RunRecord, strategy: StrategyRecord, index: number): Html {
  const { summary } = strategy
  const { degraded } = run.health
  return html`<section aria-labelledby="strategy-${index}">
<h2 id="strategy-${index}">${summary.strategy}</h2>
<ul class="figures"><li><span>equity, ${summary.equity.asset}</span><b>${fixedText(Number(summary.equity.equity))}</b></li>${KEY_FIGURES.map(name => figure(strategy, name))}<li><span>profit in degraded data</span><b>${percentText(strategy.degraded.share)}</b></li></ul>
${chart(run, strategy, index)}
${metricsSection(strategy)}
${monthsSection(strategy)}
${drawdownsSection(strategy, run.summary.last ?? 0)}
${tradesSection(strategy, degraded)}
</section>` // prettier-ignore
}

function figure({ summary: { metrics } }: StrategyRecord, name: string): Html | null {
  const metric = metrics.find(candidate => candidate.name === name)
  if (metric === undefined) return null
  return html`<li><span>${metricLabel(name)}</span><b>${metricValue(name, metric.value)}</b></li>`
}

const MOVES = [
  ['back', '‹', 'Earlier'],
  ['on', '›', 'Later'],
  ['in', '+', 'Zoom in'],
  ['out', '−', 'Zoom out'],
] as const

function chart({ instruments, health }: RunRecord, strategy: StrategyRecord, index: number): Html {
  if (instruments.length === 0) return html`<p class="soft">No price was seen, so there is no chart.</p>`
  const { strategy: name } = strategy.summary
  const label = `Chart of ${name}: price with fills, equity, drawdown, exposure. Arrow keys move, plus and minus zoom, 0 shows all.` // prettier-ignore
  const options = instruments.map(
    (of, at) => html`<option value="${at}">${of.exchange}:${of.symbol} (from ${of.source})</option>`,
  )
  return html`<div class="chart" data-strategy="${index}">
<div class="bar">${instruments.length > 1 ? html`<select aria-label="Instrument">${options}</select>` : null}
${MOVES.map(([move, sign, title]) => html`<button type="button" data-move="${move}" title="${title}" aria-label="${title}">${sign}</button>`)}<button type="button" data-move="all">Show all</button></div>
<div class="live" tabindex="0" role="application" aria-label="${label}"></div>
<div class="still">${stillChart(strategy, instruments[0], health.degraded)}</div>
<ul class="legend"><li><i class="up">▲</i>buy</li><li><i class="down">▼</i>sell</li><li><i class="key-equity">━</i>equity, ${strategy.summary.equity.asset}</li><li><i class="key-hold">┅</i>holding instead, without fees</li>${health.degraded.length === 0 ? null : html`<li><i class="key-bad"></i>degraded data</li>`}</ul>
<p class="reading">Prices from ${instruments[0]?.source ?? 'nothing'}; times in UTC. Point at the chart to read it.</p>
</div>` // prettier-ignore
}

function setupSection({ options, inputs, summary, strategies, software, proof }: RunRecord): Html {
  const facts: readonly (readonly [string, Content])[] = [
    ...strategies.map(({ summary: desk, parameters }) => [`parameters of ${desk.strategy}`, parametersText(parameters)] as const),
    ['input', inputs.map(input => html`<code>${input}</code> `)],
    ['capital', decimalText(options.capital)],
    ['fees', options.fees === undefined ? 'the instrument’s own where known, else 0.1 % maker and taker' : `maker and taker ${options.fees}`],
    ['latency', latencyText(options)],
    ['fill model', [...new Set(strategies.map(strategy => strategy.model))].join(', ')],
    ...further(options),
    ['seed', options.seed],
    ['digest', html`<code>${typeof summary['digest'] === 'string' ? summary['digest'] : NOTHING}</code>`],
    ...(proof === null ? [] : [['run again', proof.same ? 'the tape gives the same digest as the session' : 'the tape gives another digest'] as const]),
    ['software', software],
  ] // prettier-ignore
  return html`<h2 id="setup">Setup</h2>
    <dl>
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>`
}

function latencyText({ latency, latencyMs = 50 }: RunRecord['options']): string {
  if (latency === 'recorded') return 'drawn from the delays measured on the feed, once for each way'
  return `${latencyMs} ms from decision to exchange`
}

/** What was set beyond the defaults. */
function further({
  account,
  leverage,
  borrowRates,
  sizing,
  risk,
  rules,
}: RunRecord['options']): (readonly [string, Content])[] {
  const set = Object.entries({
    account,
    leverage,
    'interest on debts, percent a day': borrowRates,
    sizing,
    'risk limits': risk,
    'instrument rules': rules,
  })
  return set.flatMap(([name, value]) => {
    if (value === undefined) return []
    return [[name, html`<code>${typeof value === 'string' ? value : JSON.stringify(value)}</code>`] as const]
  })
}

function parametersText(parameters: Readonly<Record<string, unknown>>): Content {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`) // prettier-ignore
  return pairs.length === 0 ? 'none' : html`<code>${pairs.join(' ')}</code>`
}
