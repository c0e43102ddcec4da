/** An order's life as a person reads it. */
import { REASONS, type Explanation, type Step } from '../session/explanation.js'
import { countText, decimalText, spanText, timeText } from './format.js'

/** Steps shown from the beginning and from the end; `--json` has them all. */
const SHOWN_EACH = 20

export function explanationLines(explanation: Explanation): string[] {
  const { order, steps, stepsDropped, submitted } = explanation
  const hidden = Math.max(0, steps.length - 2 * SHOWN_EACH)
  const first = hidden === 0 ? steps : steps.slice(0, SHOWN_EACH)
  const last = hidden === 0 ? [] : steps.slice(-SHOWN_EACH)
  return [
    `${order.id}: ${orderText(explanation)}`,
    ...(explanation.signal === null
      ? []
      : [`because of a signal: ${explanation.signal.direction}${reasonText(explanation.signal.reason)}`]),
    '',
    ...first.map(step => stepLine(step, submitted)),
    ...(hidden + stepsDropped === 0
      ? []
      : [
          `            … ${countText(hidden + stepsDropped)} more; --json shows ${stepsDropped === 0 ? 'them' : 'most of them'}`,
        ]),
    ...last.map(step => stepLine(step, submitted)),
    '',
    outcomeText(explanation),
  ]
}

function reasonText(reason: string): string {
  return reason === '' ? '' : `, ${reason}`
}

function orderText({ order, submitted }: Explanation): string {
  const price = order.price === null ? '' : ` at ${order.price}`
  const stop = order.stopPrice === null ? '' : `, stop ${order.stopPrice}`
  const flags = [
    order.timeInForce,
    ...(order.postOnly ? ['post-only'] : []),
    ...(order.reduceOnly ? ['reduce-only'] : []),
    ...(order.tag === null ? [] : [`tag ${order.tag}`]),
    ...(order.group === null ? [] : [`group ${order.group}`]),
  ].join(', ')
  return `${order.kind} ${order.side} ${order.size} ${order.exchange}:${order.symbol}${price}${stop} (${flags}), sent ${timeText(submitted)}`
}

const WORDS: Readonly<Record<Step['what'], string>> = {
  submitted: 'sent to the exchange',
  open: 'arrived and stands open',
  triggered: 'triggered',
  partial: 'filled in part',
  filled: 'filled whole',
  cancelled: 'cancelled',
  rejected: 'rejected',
  expired: 'expired',
  fill: 'fill',
  joined: 'joins',
  traded: 'trade at its price',
  level: 'the level',
  through: 'trade through its price',
  trailed: 'its stop moves',
  taking: 'takes',
}

function stepLine({ time, what, ahead, detail }: Step, submitted: number): string {
  const reason = Object.entries(REASONS).find(([code]) => code === detail)?.[1] ?? detail
  const text = reason === '' ? WORDS[what] : `${WORDS[what]}: ${reason}`
  return `${`+${spanText(time - submitted)}`.padStart(11)} ${text}${ahead === null ? '' : ` · ${ahead} ahead`}`
}

/** The answer in a sentence or two. */
function outcomeText(explanation: Explanation): string {
  const { order, fills, arrived } = explanation
  const asked =
    fills.length === 0
      ? 'It did not fill'
      : `It filled ${order.filled} of ${order.size} in ${countText(fills.length)} parts`
  if (order.status === 'filled') return filledText(explanation)
  if (arrived === null) return `${asked}: the run ended while it was on its way to the exchange.`
  const why = order.reason === null ? undefined : REASONS[order.reason]
  const end = why === undefined ? `it was ${order.status} at the end` : `${order.status}, because ${why}`
  return `${asked}: ${end}. ${waitingText(explanation)}`.trimEnd()
}

function filledText({ fills, queueAhead }: Explanation): string {
  const liquidity = [...new Set(fills.map(fill => fill.liquidity))].join(' and ')
  const queue = queueAhead === null ? '' : ` after ${queueAhead} that stood ahead of it`
  return `It filled whole as ${liquidity} in ${countText(fills.length)} ${fills.length === 1 ? 'part' : 'parts'}${liquidity === 'maker' ? queue : ''}.`
}

/** How near the market came. */
function waitingText({ order, market, queueAhead, steps }: Explanation): string {
  const { trades, lowest, highest } = market
  const price = order.price ?? order.stopPrice
  if (price === null || order.status === 'rejected') return ''
  if (trades === 0) return 'Nothing was traded while it stood there.'
  const range = `While it stood there ${countText(trades)} trades went from ${decimalText(lowest)} to ${decimalText(highest)}`
  const reached = order.side === 'buy' ? (lowest ?? Infinity) <= Number(price) : (highest ?? -Infinity) >= Number(price)
  if (!reached) return `${range}: none reached ${price}.`
  const left = steps.findLast(step => step.ahead !== null)?.ahead ?? null
  if (left === null) return `${range}: its price was touched, and nothing told how much stood ahead of it.`
  return `${range}: its price was reached, and ${left} of ${queueAhead ?? left} still stood ahead of it.`
}
