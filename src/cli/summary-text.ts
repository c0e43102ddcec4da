/** The summary of a run as a person reads it. */
import type { Summary } from '../session/summary.js'
import { findImbalance } from '../session/summary.js'
import { countText, spanText } from './format.js'

const ENDINGS: Readonly<Record<Summary['ended'], string>> = {
  end: 'end of input',
  limit: 'limit reached',
  duration: 'time is up',
  interrupted: 'stopped',
  failed: 'failed',
}

/** A few lines: what came in, what became of it, what is missing. */
export function summaryLines(summary: Summary): string[] {
  const { frames, decoded, control, deadLettered, latency } = summary
  const events = Object.entries(summary.events).map(([type, count]) => `${countText(count)} ${type}`)
  const lines = [
    `${summary.command}: ${ENDINGS[summary.ended]} after ${spanText(summary.elapsedMs * 1000)}`,
    `frames ${countText(frames)} = ${countText(decoded)} decoded + ${countText(control)} control + ${countText(deadLettered)} dead-lettered`,
    `events ${events.length === 0 ? 'none' : events.join(', ')}`,
    `gaps ${countText(summary.gaps)} · duplicates ${countText(summary.duplicates)} · reconnects ${countText(summary.reconnects)}` +
      (latency.p50 === null
        ? ''
        : ` · latency p50 ${spanText(latency.p50)}, p99 ${spanText(latency.p99)}, max ${spanText(latency.max)}`),
  ]
  const imbalance = findImbalance(summary)
  if (imbalance !== undefined) lines.push(`ACCOUNTING DOES NOT BALANCE: ${imbalance}`)
  return lines
}
