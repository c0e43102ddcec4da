/** `genesis paper`: a strategy trades on paper, live or from a recording; a live run keeps its own tape. */
import { join } from 'node:path'
import type { ExitCode } from '../../model/errors.js'
import { CONTEXTS } from '../../session/context.js'
import { planTrading, type TradingPlan } from '../../session/trading.js'
import type { CommandInput } from '../command.js'
import { speedText } from '../progress.js'
import { nowMicros, resolveStreams, runCommand } from '../run-command.js'
import { makeDirectory } from '../state-files.js'
import { strategyText, TRADING_PRINTS, tradingOptions } from '../trading-options.js'

const DEFAULT_STREAM = 'btcusdt@trade'

export async function run(input: CommandInput): Promise<ExitCode> {
  const trading = await planTrading(tradingOptions(input.options))
  return input.options.fromFile === undefined ? live(input, trading) : fromFile(input, input.options.fromFile, trading)
}

function live(input: CommandInput, trading: TradingPlan): Promise<ExitCode> {
  const { args, options } = input
  const streams = resolveStreams(args.length === 0 ? [DEFAULT_STREAM] : args, input)
  const directory = makeDirectory(options.session ?? join('sessions', nameOfNow()))
  return runCommand(input, {
    command: 'paper',
    context: CONTEXTS.paper,
    title: `genesis paper · ${strategyText(trading)} · ${streams.map(stream => stream.name).join(' ')}`,
    streams,
    prints: TRADING_PRINTS,
    recording: join(directory, 'tape.jsonl'),
    trading,
  })
}

function fromFile(input: CommandInput, paths: readonly string[], trading: TradingPlan): Promise<ExitCode> {
  const speed = input.options.speed ?? Infinity
  return runCommand(input, {
    command: 'paper',
    context: { ...CONTEXTS.backtest, pace: 'paced' },
    title: `genesis paper · ${strategyText(trading)} · ${paths.join(' ')} · ${speedText(speed)}`,
    streams: resolveStreams(input.args, input),
    paths,
    speed,
    prints: TRADING_PRINTS,
    trading,
  })
}

/** A directory name that sorts by time. */
function nameOfNow(): string {
  return new Date(nowMicros() / 1000).toISOString().replace(/[:.]/g, '-')
}
