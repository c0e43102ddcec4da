/** `genesis paper`: a strategy trades on paper, live or from a recording, and keeps its own tape. */
import { join } from 'node:path'
import type { ExitCode } from '../../model/errors.js'
import { planTrading } from '../../session/trading.js'
import type { CommandInput } from '../command.js'
import { runLivePaper } from '../live-paper.js'
import { resolveStreams } from '../live-run.js'
import { tradingOptions } from '../trading-options.js'
import { runTradingJournal, strategyText } from '../trading-run.js'

const DEFAULT_STREAM = 'btcusdt@trade'

export async function run(input: CommandInput): Promise<ExitCode> {
  const { options, args } = input
  const trading = await planTrading(tradingOptions(options))
  if (options.fromFile !== undefined) {
    const only = args.length === 0 ? {} : { stream: args }
    return runTradingJournal(
      { ...input, options: { ...options, ...only } },
      { command: 'paper', paths: options.fromFile, speed: options.speed ?? Infinity, plan: trading },
    )
  }
  const streams = resolveStreams(args.length === 0 ? [DEFAULT_STREAM] : args, input)
  return runLivePaper(input, {
    command: 'paper',
    streams,
    directory: options.session ?? join('sessions', nameOfNow()),
    title: `genesis paper · ${strategyText(trading)} · ${streams.map(stream => stream.name).join(' ')}`,
    trading,
  })
}

/** A directory name that sorts by time. */
function nameOfNow(): string {
  return new Date(performance.timeOrigin + performance.now()).toISOString().replace(/[:.]/g, '-')
}
