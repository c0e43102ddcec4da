/** The closed round trips of a strategy, one row each. */
import { touching, type Span } from '../session/degraded.js'
import type { StrategyRecord } from '../session/run-record.js'
import { html, type Content, type Html } from './html.js'
import { signedPercent } from './metrics-section.js'
import { fixedText, plainText, spanText, timeText } from './number-text.js'

type RoundTrip = StrategyRecord['record']['trips'][number]

/** The newest are listed; a page of more rows is no page. */
export const MOST_TRADES = 1_000

const COLUMNS = [
  'instrument', 'side', 'entry', 'exit', 'length', 'size', 'entry price', 'exit price', 'profit', 'return', 'fees', 'MAE', 'MFE', 'data',
] // prettier-ignore
const WORDS = new Set(['instrument', 'side', 'entry', 'exit', 'data'])

export function tradesSection({ record, summary }: StrategyRecord, degraded: readonly Span[]): Html {
  const { trips, tripsDropped } = record
  if (trips.length === 0)
    return html`<h3>Trades</h3>
      <p class="soft">No position was opened and closed again.</p>`
  const listed = trips.slice(-MOST_TRADES)
  const count = trips.length + tripsDropped
  const touches = touching(degraded)
  const instruments = new Set(trips.map(nameOf))
  const columns = instruments.size === 1 ? COLUMNS.slice(1) : COLUMNS
  const which = listed.length === count ? `All ${count}` : `The last ${listed.length} of ${count}`
  return html`<h3>Trades</h3>
<p class="note">${which}${instruments.size === 1 ? ` of ${[...instruments].join('')}` : ''}, flat to flat, after fees, in ${summary.equity.asset}, times in UTC; MAE and MFE are the worst and the best open profit; “degraded” where the data was bad while the position was open.</p>
<div class="scroll tall" tabindex="0" role="region" aria-label="Trades of ${summary.strategy}"><table class="sortable">
<thead><tr>${columns.map(title => html`<th scope="col" class="${WORDS.has(title) ? '' : 'number'}">${title}</th>`)}</tr></thead><tbody>
${listed.map(trip => html`<tr>${instruments.size === 1 ? null : html`<td>${nameOf(trip)}</td>`}${cells(trip)}<td>${touches(trip.entryTime, trip.exitTime) ? 'degraded' : 'good'}</td></tr>
`)}</tbody></table></div>` // prettier-ignore
}

function nameOf({ exchange, symbol }: RoundTrip): string {
  return `${exchange}:${symbol}`
}

function cells(trip: RoundTrip): Html {
  const tone = trip.profit > 0 ? 'up' : trip.profit < 0 ? 'down' : ''
  const length = trip.exitTime - trip.entryTime
  return html`<td>${trip.side}</td><td class="time">${timeText(trip.entryTime)}</td><td class="time">${timeText(trip.exitTime)}</td>${[
    number(length, spanText(length)),
    number(trip.size, plainText(trip.size)),
    number(trip.entryPrice, plainText(trip.entryPrice)),
    number(trip.exitPrice, plainText(trip.exitPrice)),
    number(trip.profit, signed(trip.profit), tone),
    number(trip.returned, signedPercent(trip.returned), tone),
    number(trip.fees, fixedText(trip.fees)),
    number(trip.adverse, fixedText(trip.adverse)),
    number(trip.favourable, fixedText(trip.favourable)),
  ]}` // prettier-ignore
}

/** `data-key` is what the column sorts by. */
function number(key: number, text: Content, tone = ''): Html {
  return html`<td class="number ${tone}" data-key="${key}">${text}</td>`
}

function signed(value: number): string {
  return value > 0 ? `+${fixedText(value)}` : fixedText(value)
}
