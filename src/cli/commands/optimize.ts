/** `genesis optimize`: the parameters of a strategy, searched over worker threads, ranked and judged for luck. */
import { availableParallelism } from 'node:os'
import { findExchange } from '../../exchanges/registry.js'
import { EXIT, UsageError, type ExitCode } from '../../model/errors.js'
import { objectiveNamed } from '../../session/search/objective.js'
import { parametersOf, parseAxes } from '../../session/search/parameter-space.js'
import { search, type RankedCandidate, type SearchRequest, type SearchResult } from '../../session/search/search.js'
import type { CommandInput } from '../command.js'
import { bytesText } from '../format.js'
import { refuseIdleLeverage } from '../leverage.js'
import { ProgressBar } from '../progress-bar.js'
import { checkTarget, writePage } from '../reporting.js'
import { printSearch } from '../reporters/search.js'
import { backtestLine } from '../reproduction.js'
import { resolveStreams } from '../run-command.js'
import { safe } from '../safe.js'
import { software } from '../software.js'
import { tradingOptions } from '../trading-options.js'

const DEFAULT_SAMPLES = 100
const DEFAULT_HANG_MS = 30_000
const MOST_THREADS = 64

export async function run(input: CommandInput): Promise<ExitCode> {
  const begun = performance.now()
  const bar = new ProgressBar(input)
  const request = requestOf(input, share => bar.show(share))
  await refuseIdleLeverage(input.options, resolveStreams(input.options.stream ?? [], input), input.args)
  if (input.options.report !== undefined) checkTarget(input.options.report, '--report')
  try {
    const result = await search(request)
    bar.end()
    const elapsedMs = Math.round(performance.now() - begun)
    printSearch(input, { request, result, elapsedMs, line: candidate => lineOf(input, request, candidate) })
    await report(input, request, result)
  } finally {
    bar.end()
  }
  return EXIT.done
}

async function report(input: CommandInput, request: SearchRequest, result: SearchResult): Promise<void> {
  const { options, io } = input
  if (options.report === undefined) return
  const [best] = result.ranked
  const line = best === undefined ? null : lineOf(input, request, best)
  const { renderSearch } = await import('../../report/search/search-report.js')
  const bytes = writePage(options.report, renderSearch({ request, result, line, software: software() }))
  if (options.quiet !== true) io.stderr.write(`report ${safe(options.report)} (${bytesText(bytes)})\n`)
}

function requestOf(input: CommandInput, onProgress: (share: number) => void): SearchRequest {
  const { args, options } = input
  if (options.onCorrupt === 'quarantine') {
    throw new UsageError(
      'option',
      '--on-corrupt quarantine: a search reads its files many times over and keeps nothing',
      {
        hint: 'use skip or stop, or mend the file first with: genesis repair FILE',
      },
    )
  }
  const trading = tradingOptions({ ...options, param: [] })
  if (trading.strategies.length !== 1) {
    throw new UsageError('strategy', 'optimize searches the parameters of one strategy at a time')
  }
  const axes = parseAxes(options.param ?? [])
  if (axes.length === 0) {
    throw new UsageError('parameter', 'no parameter was named', {
      hint: 'for example --param fast=5..50:5 --param slow=20,50,100; see genesis strategies NAME',
    })
  }
  return {
    tape: {
      paths: args,
      exchange: findExchange(options.exchange ?? 'binance').name,
      streams: resolveStreams(options.stream ?? [], input).map(({ exchange, name }) => `${exchange}:${name}`),
      onCorrupt: options.onCorrupt === 'stop' ? 'stop' : 'skip',
      ...(options.from === undefined ? {} : { from: options.from }),
      ...(options.to === undefined ? {} : { to: options.to }),
    },
    options: trading,
    axes,
    method: options.method ?? (options.samples === undefined ? 'grid' : 'random'),
    samples: options.samples ?? DEFAULT_SAMPLES,
    objective: objectiveNamed(options.objective ?? 'sharpe'),
    folds: options.walkForward ?? null,
    threads: Math.min(MOST_THREADS, options.threads ?? availableParallelism()),
    hangMs: options.watchdog === undefined ? DEFAULT_HANG_MS : options.watchdog / 1000,
    onProgress,
  }
}

function lineOf(
  { args, options }: CommandInput,
  { options: trading }: SearchRequest,
  { point }: RankedCandidate,
): string {
  return backtestLine(args, options, [...trading.parameters, ...parametersOf(point)])
}
