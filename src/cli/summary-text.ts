/** The summary of a run as a person reads it. */
import type { ConventionsSection, MetricsSection } from '../session/account-sections.js'
import type { MeasuredLatency } from '../trading/recorded-latency.js'
import type { Bracket } from '../session/bracket.js'
import type { RecordingAccount } from '../session/recording-account.js'
import type { Summary } from '../session/summary.js'
import { findImbalance } from '../session/summary.js'
import type { DeskSummary } from '../trading/desk-summary.js'
import { accountLines, bracketLines } from './account.js'
import { bytesText, countText, spanText } from './format.js'
import { conventionsLines, metricsLines } from './metrics-text.js'

const ENDINGS: Readonly<Record<Summary['ended'], string>> = {
  end: 'end of input',
  limit: 'limit reached',
  duration: 'time is up',
  interrupted: 'stopped',
  failed: 'failed',
}

/** A few lines: what came in, what became of it, what is missing; for trading runs the metrics, as far as they fit the width. */
export function summaryLines(summary: Summary, width = Infinity): string[] {
  const { frames, decoded, control, deadLettered, latency } = summary
  const events = Object.entries(summary.events).map(([type, count]) => `${countText(count)} ${type}`)
  const lines = [
    `${summary.command}: ${ENDINGS[summary.ended]} after ${spanText(summary.elapsedMs * 1000)}`,
    `frames ${countText(frames)} = ${countText(decoded)} decoded + ${countText(control)} control + ${countText(deadLettered)} dead-lettered`,
    `events ${events.length === 0 ? 'none' : events.join(', ')}`,
    `gaps ${countText(summary.gaps)} · duplicates ${countText(summary.duplicates)}${conflictsText(summary.conflicts)} · reconnects ${countText(summary.reconnects)}` +
      (latency.p50 === null
        ? ''
        : ` · latency p50 ${spanText(latency.p50)}, p99 ${spanText(latency.p99)}, max ${spanText(latency.max)}`),
  ]
  for (const { stream, updates } of summary.booksWithoutSnapshot) {
    lines.push(`${stream}: ${countText(updates)} updates came without a snapshot, so no book was shown`)
  }
  const { ledger, orderLatency, bracket, metrics, conventions, digest, recording, deadLetters, rerun } = summary
  if (ledger !== undefined) lines.push(...accountLines(ledger as readonly DeskSummary[]))
  if (Array.isArray(ledger) && ledger.length === 0) {
    lines.push('no market event reached a strategy, so nothing was traded: is what was asked for in the data?')
  }
  if (orderLatency !== undefined) lines.push(...orderLatencyLines(orderLatency as readonly MeasuredLatency[]))
  if (bracket !== undefined) lines.push(...bracketLines(bracket as readonly Bracket[]))
  if (typeof digest === 'string') lines.push(`digest ${digest}`)
  if (rerun !== undefined) lines.push(rerunText(rerun as RerunSection))
  if (recording !== undefined) lines.push(recordingText(recording as RecordingAccount))
  if (deadLetters !== undefined) lines.push(`dead letters kept in ${(deadLetters as { path: string }).path}`)
  const imbalance = findImbalance(summary)
  if (imbalance !== undefined) lines.push(`ACCOUNTING DOES NOT BALANCE: ${imbalance}`)
  if (metrics !== undefined) lines.push(...metricsLines(metrics as readonly MetricsSection[], width))
  if (conventions !== undefined) lines.push(...conventionsLines(conventions as readonly ConventionsSection[]))
  return lines
}

/** Told where there are any: no exchange should send one id twice. */
function conflictsText(conflicts: number): string {
  return conflicts === 0 ? '' : ` · CONFLICTS ${countText(conflicts)}`
}

/** What orders' delays were drawn from. */
function orderLatencyLines(exchanges: readonly MeasuredLatency[]): string[] {
  return exchanges.map(({ exchange, measured, negative, p50, p99, drawn, assumed }) => {
    const from =
      p50 === null || p99 === null
        ? 'nothing measured'
        : `${countText(measured)} measured on the feed, p50 ${spanText(p50)}, p99 ${spanText(p99)}`
    const left = negative === 0 ? '' : ` · ${countText(negative)} below zero left out: the clocks differ`
    const unknown = assumed === 0 ? '' : ` · ${countText(assumed)} assumed for want of measurements`
    return `order latency of ${exchange}: ${countText(drawn)} legs drawn from ${from}${left}${unknown}`
  })
}

function recordingText({ path, bytes, accepted, synced, refused, failure }: RecordingAccount): string {
  const lost = refused === 0 ? '' : ` · ${countText(refused)} NOT RECORDED`
  return `recorded ${countText(accepted)} lines (${countText(synced)} synced), ${bytesText(bytes)} in ${path}${lost}${failure === null ? '' : ` · ${failure}`}`
}

interface RerunSection {
  readonly tape: string
  readonly same: boolean
}

function rerunText({ tape, same }: RerunSection): string {
  return same
    ? `run again from its tape: the same digest (${tape})`
    : `run again from its tape: ANOTHER DIGEST (${tape})`
}
