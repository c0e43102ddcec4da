/** The result of a search: a ranked table, the folds, and the command that does the best run again; or all of it as JSON lines. */
import { sizeOf } from '../../session/search/parameter-space.js'
import type { RankedCandidate, SearchRequest, SearchResult } from '../../session/search/search.js'
import type { Fold, WalkForward } from '../../session/search/walk-forward.js'
import type { CommandInput } from '../command.js'
import { countText, spanText, timeText } from '../format.js'
import { listing, type Cell } from '../listing.js'
import { createPalette } from '../palette.js'
import { printsLines } from '../presentation.js'

export interface SearchFindings {
  readonly request: SearchRequest
  readonly result: SearchResult
  readonly elapsedMs: number
  /** The backtest of a candidate. */
  readonly line: (candidate: RankedCandidate) => string
}

const DEFAULT_TOP = 10

export function printSearch(input: CommandInput, findings: SearchFindings): void {
  if (printsLines(input)) printLines(input, findings)
  else printTables(input, findings)
}

function printLines({ io }: CommandInput, findings: SearchFindings): void {
  const { request, result, elapsedMs, line } = findings
  const { ranked, walkForward, account } = result
  const print = (value: object): void => void io.stdout.write(`${JSON.stringify(value)}\n`)
  for (const candidate of ranked) print(candidateLine(candidate))
  for (const fold of walkForward?.folds ?? []) print(foldLine(fold, ranked))
  const [best] = ranked
  print({
    type: 'summary',
    command: 'optimize',
    ended: 'end',
    ...account,
    strategy: request.options.strategies[0],
    objective: request.objective.name,
    method: request.method,
    combinations: sizeOf(request.axes),
    tried: ranked.length,
    refused: result.refused,
    hung: result.hung,
    passes: result.passes,
    best: best === undefined ? null : { ...candidateLine(best), line: line(best) },
    walkForward: walkForward === null ? null : { ...walkForward, folds: walkForward.folds.length },
    digest: best?.outcome.digest ?? null,
    elapsedMs,
  })
}

function candidateLine({ rank, point, score, outcome, deflatedSharpe, stability }: RankedCandidate): object {
  const { metrics, digest, equity, fills, failure } = outcome
  return { type: 'candidate', rank, parameters: point, score, equity, fills, metrics, deflatedSharpe, stability, digest, failure } // prettier-ignore
}

function foldLine(fold: Fold, ranked: readonly RankedCandidate[]): object {
  const { index, ...rest } = fold
  return { type: 'fold', ...rest, parameters: ranked.find(candidate => candidate.index === index)?.point ?? null }
}

function printTables(input: CommandInput, findings: SearchFindings): void {
  const { io, options } = input
  const { request, result, elapsedMs, line } = findings
  const { ranked, walkForward } = result
  const palette = createPalette(io, io.stdout, { noColor: options.color === false })
  const shown = ranked.slice(0, options.top ?? DEFAULT_TOP)
  const names = request.axes.map(({ name }) => name)
  const header = ['', ...names, request.objective.name, 'return', 'drawdown', 'trades', 'fills', 'not luck', 'kept']
  io.stdout.write(
    `${listing(
      header,
      shown.map(candidate => row(candidate, names)),
      palette,
    )}\n`,
  )
  if (ranked.length > shown.length)
    io.stdout.write(palette.dim(`… ${countText(ranked.length - shown.length)} more, with --top\n`))
  if (walkForward !== null) io.stdout.write(`\n${foldTable(walkForward, ranked, palette)}\n`)
  const [best] = ranked
  if (best !== undefined) io.stdout.write(`\n${bestText(best, line(best))}\n`)
  const aside = [
    `tried ${countText(ranked.length)} of ${countText(sizeOf(request.axes))} combinations in ${countText(result.passes)} passes, ${spanText(elapsedMs * 1000)}`,
    ...(result.refused === 0 ? [] : [`${countText(result.refused)} that the strategy refuses`]),
    ...result.hung.map(point => `${pointText(point)} did not return`),
  ]
  io.stderr.write(options.quiet === true ? '' : `${aside.join(' · ')}\n`)
}

function row(
  { rank, point, score, outcome, deflatedSharpe, stability }: RankedCandidate,
  names: readonly string[],
): Cell[] {
  const { metrics, fills, failure } = outcome
  const cells = [
    ...names.map(name => point[name] ?? ''),
    failure === null ? figure(score) : 'failed',
    percent(metrics['return']),
    percent(metrics['maxDrawdown']),
    countText(metrics['trades'] ?? 0),
    countText(fills),
    percent(deflatedSharpe),
    percent(stability?.kept),
  ]
  return [String(rank), ...cells].map(text => ({ text, align: 'right' }))
}

function foldTable(
  found: WalkForward,
  ranked: readonly RankedCandidate[],
  palette: ReturnType<typeof createPalette>,
): string {
  const rows = found.folds.map((fold): Cell[] => {
    const point = ranked.find(({ index }) => index === fold.index)?.point
    return [
      String(fold.fold),
      `${timeText(fold.outOfSample.from)} to ${timeText(fold.outOfSample.to).slice(11)}`,
      point === undefined ? 'nothing to choose' : pointText(point),
      ...[figure(fold.inScore), figure(fold.outScore), percent(fold.inReturn), percent(fold.outReturn)].map(text => ({
        text,
        align: 'right' as const,
      })),
    ]
  })
  const header = ['fold', 'judged from', 'chosen before', 'score then', 'score after', 'return then', 'return after']
  const judged = `walk-forward: score ${figure(found.inScore)} when chosen, ${figure(found.outScore)} after (${percent(found.efficiency)} kept); return after, all folds: ${percent(found.outReturn)}`
  const hint =
    found.inScore === null
      ? '\nno score to judge by: the stretches are short; try fewer folds, or --objective return'
      : ''
  return `${listing(header, rows, palette)}\n${judged}${hint}`
}

function bestText({ outcome, deflatedSharpe }: RankedCandidate, line: string): string {
  const luck =
    deflatedSharpe === null
      ? ''
      : `\nprobability that its Sharpe ratio is more than the luck of so many tries: ${percent(deflatedSharpe)}`
  return `${line}\ndigest ${outcome.digest}${luck}`
}

function pointText(point: RankedCandidate['point']): string {
  return Object.entries(point)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toPrecision(4)
}

function percent(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : `${(value * 100).toFixed(2)}%`
}
