/** `genesis paper`: a strategy trades on paper, live or from a recording; a live run is kept as a session. */
import { join, resolve } from 'node:path'
import { findExchange } from '../../exchanges/registry.js'
import { UsageError, type ExitCode } from '../../model/errors.js'
import type { Stream } from '../../model/stream.js'
import { CONTEXTS } from '../../session/context.js'
import { SessionFiles } from '../../session/session-files.js'
import { planTrading, type TradingOptions, type TradingPlan } from '../../session/trading.js'
import type { CommandInput } from '../command.js'
import { configurationOf } from '../kept-session.js'
import { refuseIdleLeverage } from '../leverage.js'
import { speedText } from '../progress.js'
import { resolveStreams, runCommand } from '../run-command.js'
import { nowMicros } from '../wall-clock.js'
import { sourceOf } from '../sources.js'
import { strategyText, TRADING_PRINTS, tradingOptions } from '../trading-options.js'

const DEFAULT_STREAM = 'btcusdt@trade'

export async function run(input: CommandInput): Promise<ExitCode> {
  const { options } = input
  if (options.resume !== undefined) return goOn(input, new SessionFiles(options.resume))
  const wanted = tradingOptions(options)
  const trading = await planTrading(wanted)
  if (options.source !== undefined) return fromSource(input, wanted, trading)
  if (options.fromFile === undefined) return begin(input, wanted, trading)
  await refuseIdleLeverage(options, resolveStreams(input.args, input), options.fromFile)
  return fromFile(input, options.fromFile, trading, keptAs(input, options.fromFile, wanted))
}

async function begin(input: CommandInput, wanted: TradingOptions, trading: TradingPlan): Promise<ExitCode> {
  const { args, options } = input
  const streams = resolveStreams(args.length === 0 ? [DEFAULT_STREAM] : args, input)
  await refuseIdleLeverage(options, streams)
  const files = new SessionFiles(options.session ?? join('sessions', nameOfNow()))
  files.create(configurationOf(wanted, streams, options.lines === 2 ? 2 : 1))
  return live(input, files, streams, trading)
}

/** Folds the tape of the interrupted run, then goes on live. */
async function goOn(input: CommandInput, files: SessionFiles): Promise<ExitCode> {
  const { streams, trading, lines, source, followed } = files.read()
  if (followed !== undefined) {
    throw new UsageError(
      'followed',
      `${files.directory} followed ${followed}, whose events since then are not on its tape`,
      {
        hint: 'begin a new session; genesis verify proves this one as far as it came',
      },
    )
  }
  const plan = await planTrading(trading)
  files.forgetResult()
  if (source !== undefined) {
    const { exchange, onCorrupt } = source
    const options = { ...input.options, exchange, onCorrupt }
    return fromFile({ ...input, args: streams, options }, source.paths, plan, files)
  }
  return live({ ...input, options: { ...input.options, lines } }, files, resolveStreams(streams, input), plan, true)
}

function live(
  input: CommandInput,
  files: SessionFiles,
  streams: readonly Stream[],
  trading: TradingPlan,
  resumes = false,
): Promise<ExitCode> {
  return runCommand(input, {
    command: 'paper',
    context: CONTEXTS.paper,
    title: `genesis paper · ${strategyText(trading)} · ${streams.map(stream => stream.name).join(' ')}`,
    streams,
    prints: TRADING_PRINTS,
    recording: files.tape,
    trading,
    resumes,
    onSummary: summary => files.writeResult(summary),
  })
}

/** Events of another process: the tape holds them as they came, and proves what was done upon them; not what they were made of. */
function fromSource(input: CommandInput, wanted: TradingOptions, trading: TradingPlan): Promise<ExitCode> {
  const streams = resolveStreams(input.args, input)
  const source = sourceOf(input, streams)
  const files = new SessionFiles(input.options.session ?? join('sessions', nameOfNow()))
  files.create({ ...configurationOf(wanted, streams), ...(source === null ? {} : { followed: source.name }) })
  return runCommand(input, {
    command: 'paper',
    context: CONTEXTS.paper,
    title: `genesis paper · ${strategyText(trading)} · from ${source?.name ?? ''}`,
    streams,
    prints: TRADING_PRINTS,
    recording: files.tape,
    trading,
    source,
    onSummary: summary => files.writeResult(summary),
  })
}

/** A run of recordings is kept as a session where `--session` names one. */
function keptAs(input: CommandInput, paths: readonly string[], wanted: TradingOptions): SessionFiles | null {
  const { session, exchange = 'binance', onCorrupt } = input.options
  if (session === undefined) return null
  const files = new SessionFiles(session)
  files.create({
    ...configurationOf(wanted, resolveStreams(input.args, input)),
    source: {
      paths: paths.map(path => resolve(path)),
      exchange: findExchange(exchange).name,
      onCorrupt: onCorrupt === 'stop' ? 'stop' : 'skip',
    },
  })
  return files
}

function fromFile(
  input: CommandInput,
  paths: readonly string[],
  trading: TradingPlan,
  files: SessionFiles | null,
): Promise<ExitCode> {
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
    ...(files === null ? {} : { onSummary: summary => files.writeResult(summary) }),
  })
}

/** A directory name that sorts by time. */
function nameOfNow(): string {
  return new Date(nowMicros() / 1000).toISOString().replace(/[:.]/g, '-')
}
