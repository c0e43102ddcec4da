/** How good the data was that the run rests on. */
import type { RunRecord, StrategyRecord } from '../session/run-record.js'
import { html, type Content, type Html } from './html.js'
import { fixedText, NOTHING, percentText, spanText, timeText } from './number-text.js'

const MOST_GAPS = 100

export function healthSection({ summary, health, strategies }: RunRecord): Html {
  const { gaps, totals, deadLetters, degraded } = health
  const letters = Object.entries(deadLetters).map(([code, count]) => `${fixedText(count, 0)} ${code}`)
  const { frames, decoded, control, deadLettered, latency } = summary
  const bad = degraded.reduce((sum, { start, end }) => sum + end - start, 0)
  const facts: readonly (readonly [string, Content])[] = [
    ['frames', `${count(frames)} = ${count(decoded)} decoded + ${count(control)} control + ${count(deadLettered)} dead-lettered`],
    ['events', Object.entries(summary.events).map(([type, of]) => `${count(of)} ${type}`).join(', ') || 'none'],
    ['dead letters', letters.length === 0 ? 'none' : letters.join(', ')],
    ['gaps', `${count(summary.gaps)} (${count(totals.missing)} messages provably missing, ${count(totals.backfilled)} filled in later, ${count(totals.open)} still open at the end)`],
    ['duplicates', count(summary.duplicates)],
    ['conflicts', summary.conflicts === 0 ? 'none' : `${count(summary.conflicts)}: another trade had come under the same id, and that one stands`],
    ['reconnects', count(summary.reconnects)],
    ['latency', latency.p50 === null ? NOTHING : `p50 ${spanText(latency.p50)}, p99 ${spanText(latency.p99)}, max ${spanText(latency.max)}`],
    ['degraded time', degraded.length === 0 ? 'none: no stream was down, silent or missing anything' : `${degraded.length} ${degraded.length === 1 ? 'span' : 'spans'}, ${spanText(bad)} together`],
  ] // prettier-ignore
  return html`<h2 id="health">Data health</h2>
    <dl>
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
    ${degradedTable(strategies)} ${gaps.length === 0 ? null : gapTable(gaps)}`
}

function count(value: number): string {
  return fixedText(value, 0)
}

function degradedTable(strategies: readonly StrategyRecord[]): Html | null {
  if (strategies.length === 0) return null
  return html`<p class="note">Profit earned in degraded data: change of equity over the samples that touch a span in which a stream was down, silent or missing something.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Profit earned in degraded data"><table>
<thead><tr><th scope="col">strategy</th><th scope="col" class="number">profit</th><th scope="col" class="number">of it in degraded data</th><th scope="col" class="number">share</th><th scope="col" class="number">share of time</th><th scope="col" class="number">trades touched</th></tr></thead><tbody>
${strategies.map(
  ({ summary, degraded }) => html`<tr><th scope="row">${summary.strategy}</th><td class="number">${fixedText(degraded.total)}</td><td class="number">${fixedText(degraded.profit)}</td><td class="number">${percentText(degraded.share)}</td><td class="number">${percentText(degraded.timeShare)}</td><td class="number">${degraded.trips}</td></tr>
`,
)}</tbody></table></div>` // prettier-ignore
}

function gapTable(gaps: RunRecord['health']['gaps']): Html {
  return html`<h3>Gaps</h3>
<p class="note">${gaps.length <= MOST_GAPS ? `All ${gaps.length} listed` : `The first ${MOST_GAPS} of ${gaps.length} listed`}, times in UTC.</p>
<div class="scroll tall" tabindex="0" role="region" aria-label="Gaps"><table>
<thead><tr><th scope="col">stream</th><th scope="col">from</th><th scope="col" class="number">length</th><th scope="col">cause</th><th scope="col">missing ids</th><th scope="col">proof</th></tr></thead><tbody>
${gaps.slice(0, MOST_GAPS).map(
  gap => html`<tr><td>${gap.exchange}:${gap.stream}</td><td class="time">${timeText(gap.start)}</td><td class="number">${gap.end === null ? 'to the end' : spanText(gap.end - gap.start)}</td><td>${gap.cause}</td><td>${idsText(gap)}</td><td>${gap.provable ? 'provable' : 'likely'}</td></tr>
`,
)}</tbody></table></div>` // prettier-ignore
}

function idsText({ from, to }: { readonly from: string | null; readonly to: string | null }): string {
  if (from === null || to === null) return NOTHING
  return from === to ? from : `${from} to ${to}`
}
