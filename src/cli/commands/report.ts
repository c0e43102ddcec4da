/** `genesis report SESSION`: the session's tape is run again, and what comes out is written as one HTML page. */
import { join } from 'node:path'
import { EXIT, GenesisError, UsageError, type ExitCode } from '../../model/errors.js'
import { RunCollector } from '../../session/run-collector.js'
import type { RunRecord } from '../../session/run-record.js'
import { isSession, SessionFiles } from '../../session/session-files.js'
import type { Summary } from '../../session/summary.js'
import { runTape, type TapeRequest } from '../../session/tape-run.js'
import { planTrading, Trading, type TradingPlan } from '../../session/trading.js'
import type { CommandInput } from '../command.js'
import { bytesText } from '../format.js'
import { printsLines } from '../presentation.js'
import { checkTarget, writeReport } from '../reporting.js'
import { note } from '../reports.js'
import { safe } from '../safe.js'
import { software } from '../software.js'

/** @throws GenesisError with exit code 3 where the tape gives another digest than the session ended with; the page says so as well. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const { args, options, io } = input
  const [directory = ''] = args
  refuseOtherFiles(directory)
  const path = options.output ?? join(directory, 'report.html')
  checkTarget(path, '-o')
  const files = new SessionFiles(directory)
  const configuration = files.read()
  const plan = await planTrading(configuration.trading)
  const tape = files.tapeOf(configuration)
  note(input, `running ${tape.paths.join(' ')} again`)
  const record = await runAgain(files, { tape, frames: files.framesSeen(configuration) }, plan)
  const bytes = await writeReport(path, record)
  const { proof } = record
  const digest = record.summary['digest']
  if (printsLines(input)) {
    io.stdout.write(`${JSON.stringify({ type: 'report', path, bytes, digest, same: proof?.same ?? null })}\n`)
  } else if (options.quiet !== true) io.stdout.write(`report ${safe(path)} (${bytesText(bytes)})\n`)
  if (proof?.same !== false) return EXIT.done
  throw new GenesisError(
    'digest',
    `${directory} ended with another digest than its tape gives now`,
    EXIT.verification,
    {
      hint: 'the report shows what the tape gives; a strategy file that has changed since is the usual cause',
    },
  )
}

/** @throws UsageError with the command that makes a report of a recording. */
function refuseOtherFiles(path: string): void {
  if (isSession(path)) return
  throw new UsageError('session', `${path} is no session`, {
    hint: 'for a recording: genesis backtest FILE --strategy NAME --report out.html',
  })
}

/** What the run has seen of the recordings that it traded, or of its own. */
interface Seen {
  readonly tape: TapeRequest
  readonly frames: number
}

async function runAgain(files: SessionFiles, { tape, frames }: Seen, plan: TradingPlan): Promise<RunRecord> {
  const parts: { collector?: RunCollector } = {}
  const result = files.readResult()
  let left = frames
  const summary = await runTape(tape, 'paper', (session, setup) => {
    const trading = new Trading(session, plan, { recordedRules: setup.rules })
    parts.collector = new RunCollector(session, trading)
    return { before: () => left-- > 0, finish: () => trading.finish(), guard: trading.guard() }
  })
  const facts = { plan, summary: asItEnded(summary, result), inputs: [files.directory], software: software() }
  const proof = proofOf(summary['digest'], result)
  if (parts.collector === undefined) throw new GenesisError('internal', `${tape.paths.join(' ')} was not run`)
  return parts.collector.record({ ...facts, proof })
}

/** How the session ended is what its result says; a tape always ends in order. */
function asItEnded(summary: Summary, result: Summary | undefined): Summary {
  return result === undefined ? summary : { ...summary, ended: result.ended, elapsedMs: result.elapsedMs }
}

function proofOf(digest: unknown, result: Summary | undefined): RunRecord['proof'] {
  const before = result?.['digest']
  return typeof before === 'string' ? { same: before === digest, digest: before } : null
}
