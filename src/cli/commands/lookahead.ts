/** `genesis lookahead STRATEGY FILE`: whether a strategy decides by what it cannot know yet. */
import { existsSync } from 'node:fs'
import { findExchange } from '../../exchanges/registry.js'
import { EXIT, UsageError, type ExitCode } from '../../model/errors.js'
import { checkLookAhead, type Finding, type LookAheadReport } from '../../session/look-ahead/check.js'
import type { Decision } from '../../session/look-ahead/decisions.js'
import type { CommandInput } from '../command.js'
import { countText, timeText } from '../format.js'
import { refuseIdleLeverage } from '../leverage.js'
import { printsLines } from '../presentation.js'
import { ProgressBar } from '../progress-bar.js'
import { resolveStreams } from '../run-command.js'
import { safe } from '../safe.js'
import { tradingOptions } from '../trading-options.js'

const DEFAULT_CUTS = 12
const DEFAULT_HANG_MS = 30_000
const SHOWN = 10

/** Exit code 3 where it looks ahead. @throws UsageError where the strategy or the file cannot be used. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const { args, options } = input
  const [strategy = '', file = ''] = args
  if (!existsSync(file)) throw new UsageError('file', `${file} does not exist`, { hint: 'name a recording' })
  const streams = resolveStreams(options.stream ?? [], input)
  await refuseIdleLeverage(options, streams, [file])
  const bar = new ProgressBar(input)
  try {
    const report = await checkLookAhead({
      strategy,
      tape: {
        paths: [file],
        exchange: findExchange(options.exchange ?? 'binance').name,
        streams: streams.map(({ exchange, name }) => `${exchange}:${name}`),
        onCorrupt: 'skip',
      },
      options: tradingOptions({ ...options, strategy: [strategy] }),
      cuts: options.cuts ?? DEFAULT_CUTS,
      hangMs: options.watchdog === undefined ? DEFAULT_HANG_MS : options.watchdog / 1000,
      onProgress: share => bar.show(share),
    })
    bar.end()
    print(input, strategy, report)
    return report.clean ? EXIT.done : EXIT.verification
  } finally {
    bar.end()
  }
}

function print(input: CommandInput, strategy: string, report: LookAheadReport): void {
  const { stdout } = input.io
  if (!printsLines(input)) {
    stdout.write(`${reportLines(strategy, report).map(safe).join('\n')}\n`)
    return
  }
  for (const finding of report.findings) stdout.write(`${JSON.stringify({ type: 'lookahead', ...finding })}\n`)
  const { findings, ...rest } = report
  stdout.write(
    `${JSON.stringify({ type: 'summary', command: 'lookahead', ended: 'end', strategy, findings: findings.length, ...rest })}\n`,
  )
}

function reportLines(strategy: string, report: LookAheadReport): string[] {
  const { clean, findings, cuts, decisions, items, opened } = report
  const lines = clean
    ? [
        `${strategy} does not look ahead: ${countText(decisions)} decisions over ${countText(items)} frames, the future taken away at ${countText(cuts.length)} places, and none of them changed`,
      ]
    : [`${strategy} FAILS: ${countText(findings.length)} runs decide differently`]
  for (const finding of findings.slice(0, SHOWN)) lines.push(...findingLines(finding))
  if (findings.length > SHOWN) lines.push(`… ${countText(findings.length - SHOWN)} more, with --json`)
  if (decisions === 0) lines.push('it decided nothing, so this says little: try a longer recording or other parameters')
  if (opened.length > 0) lines.push(`it opened other files, whose content was not checked: ${opened.join(', ')}`)
  return lines
}

const LEAKS: Readonly<Record<Finding['leak'], string>> = {
  memory: 'it remembers an earlier run of the same process',
  file: 'it reads the recording itself, beyond the present',
  chance: 'two runs over the whole recording differ: it depends on chance, on the clock, or on something kept outside',
}

function findingLines({ leak, cutAfter, time, difference }: Finding): string[] {
  const place =
    cutAfter === null || time === null
      ? ''
      : ` (without what comes after frame ${countText(cutAfter)}, ${timeText(time)})`
  return [
    `- ${LEAKS[leak]}${place}`,
    `    decision ${countText(difference.at + 1)} with the future:    ${decisionText(difference.whole)}`,
    `    decision ${countText(difference.at + 1)} without the future: ${decisionText(difference.cut)}`,
  ]
}

function decisionText(decision: Decision | null): string {
  return decision === null
    ? 'none'
    : `after frame ${countText(decision.item)}, ${decision.handler}: ${decision.asks.slice(0, 300)}`
}
