/** `genesis verify`: a recording checked to the last byte, or a session run again from its tape. */
import type { VerifyReport } from '../../journal/verify.js'
import { EXIT, UsageError, type ExitCode } from '../../model/errors.js'
import { inspect, verifyFile, type Inspection } from '../../session/proof/inspection.js'
import type { StreamCoverage } from '../../session/proof/stream-tally.js'
import { isSession } from '../../session/session-files.js'
import { verifySession, type Difference } from '../../session/verify-session.js'
import type { CommandInput } from '../command.js'
import { bytesText, countText, timeText } from '../format.js'
import { onlyFile } from '../only-file.js'
import { printRows, printSummary, type ReportTable } from '../reports.js'
import { indexRecording } from '../../session/seek/checkpoints.js'
import { software } from '../software.js'
import { windowOptions } from '../window-options.js'

export function run(input: CommandInput): Promise<ExitCode> {
  const path = onlyFile(input)
  if (path === '-')
    throw new UsageError('stdin', 'a stream cannot be read twice, as verifying does', { hint: 'save it to a file' })
  return isSession(path) ? verifyRun(input, path) : verifyRecording(input, path)
}

async function verifyRun(input: CommandInput, directory: string): Promise<ExitCode> {
  const { same, digest, expected, differences, tape } = await verifySession(directory)
  printRows(
    input,
    differences.map(difference => ({ type: 'difference', ...difference })),
    DIFFERENCES,
  )
  const verdict =
    expected === null
      ? 'it never ended in order, so there is no digest to compare with'
      : same
        ? 'run again from its tape: the same digest'
        : 'run again from its tape: ANOTHER DIGEST'
  printSummary(input, { command: 'verify', path: directory, passed: same, digest, expected, tape }, [
    `${directory}: ${verdict}`,
    `digest ${digest}${same || expected === null ? '' : `, expected ${expected}`}`,
  ])
  return same ? EXIT.done : EXIT.verification
}

const DIFFERENCES: ReportTable<Difference> = {
  header: ['what', 'expected', 'found'],
  cells: ({ path, expected, found }) => [path, expected ?? '–', found ?? '–'],
}

async function verifyRecording(input: CommandInput, path: string): Promise<ExitCode> {
  const options = { ...windowOptions(input), streams: [] }
  const file = await verifyFile(path, options)
  const inspection = await inspect(path, options)
  const problems = problemsOf(file, inspection, input.options.minCoverage)
  const checkpoints = input.options.index === true ? await indexRecording(path, software(), options) : null
  printRows(input, inspection.streams, STREAMS)
  printRows(
    input,
    problems.map(detail => ({ type: 'problem', detail })),
    PROBLEMS,
  )
  const indexed = checkpoints === null ? {} : { checkpoints }
  printSummary(input, { ...summaryOf(path, file, inspection, problems), ...indexed }, [
    ...(checkpoints === null ? [] : [`indexed: --from and --at begin at one of ${countText(checkpoints)} places`]),
    ...sentencesOf(path, file, inspection, problems),
  ])
  return problems.length === 0 ? EXIT.done : EXIT.verification
}

/** What makes the verification fail. A torn tail is what a crash leaves, and told; gaps are the market's and the network's, and told. */
function problemsOf(
  { report, mismatches }: VerifyReport,
  { checksums, streams }: Inspection,
  minCoverage: number | undefined,
): string[] {
  const problems = mismatches.map(({ file, reason }) => `${file}: ${reason}`)
  for (const { line, byte, length, reason } of report.corruptions) {
    problems.push(`${line === undefined ? '' : `line ${line}, `}byte ${byte}, ${length} bytes: ${reason}`)
  }
  const unlisted = report.linesOf.corrupt - report.corruptions.filter(({ line }) => line !== undefined).length
  if (unlisted > 0) problems.push(`${countText(unlisted)} more lines cannot be read`)
  if (checksums.failed > 0)
    problems.push(`${countText(checksums.failed)} books do not have the checksum of the exchange`)
  return [...problems, ...shortfalls(streams, minCoverage)]
}

function shortfalls(streams: readonly StreamCoverage[], least: number | undefined): string[] {
  if (least === undefined) return []
  if (streams.length === 0) return ['it holds no events, so nothing is covered']
  return streams
    .filter(({ coverage }) => coverage !== null && coverage < least)
    .map(({ exchange, stream, coverage }) => `${exchange}:${stream} covers ${percentText(coverage)}, less than ${percentText(least)}`) // prettier-ignore
}

function summaryOf(path: string, file: VerifyReport, inspection: Inspection, problems: readonly string[]): object {
  const { report, format, packing, first, last, outOfOrder, lost, disconnects, checkedFiles, mismatches, whole } = file
  const { frames, decoded, control, deadLettered, duplicates, reconnects, checksums, losses, streams } = inspection
  const shares = streams.flatMap(({ coverage }) => (coverage === null ? [] : [coverage]))
  return {
    command: 'verify', path, passed: problems.length === 0, whole, format, packing, bytes: report.bytes, lines: report.lines,
    frames, decoded, control, deadLettered, first, last, outOfOrder, duplicates, disconnects, reconnects, gaps: losses.length,
    coverage: shares.length === 0 ? null : Math.min(...shares), corrupt: report.linesOf.corrupt, damagedBytes: report.damagedBytes,
    torn: report.torn?.length ?? 0, lost, checksums, checkedFiles, mismatches: mismatches.length,
  } // prettier-ignore
}

function sentencesOf(path: string, file: VerifyReport, inspection: Inspection, problems: readonly string[]): string[] {
  const { report, first, last, checkedFiles, lost } = file
  const { frames, decoded, control, deadLettered, losses, checksums } = inspection
  return [
    `${path}: ${countText(report.lines)} lines, ${bytesText(report.bytes)}${first === null || last === null ? '' : `, ${timeText(first)} to ${timeText(last)} UTC`}`,
    `frames ${countText(frames)} = ${countText(decoded)} decoded + ${countText(control)} control + ${countText(deadLettered)} dead-lettered`,
    ...(checkedFiles > 0 ? [`${countText(checkedFiles)} files compared with the chain of checksums`] : []),
    ...(checksums.verified > 0 ? [`${countText(checksums.verified)} books agree with the exchange's checksum`] : []),
    ...(report.torn === undefined ? [] : [`the last ${report.torn.length} bytes were cut off by a crash; mend it with: genesis repair ${path}`]),
    ...(lost > 0 ? [`${countText(lost)} frames could not be recorded, as the recording itself says`] : []),
    ...(losses.length > 0 ? [`${countText(losses.length)} gaps; see them with: genesis gaps ${path}`] : []),
    problems.length === 0 ? 'verified' : `NOT VERIFIED: ${problems[0] ?? ''}${problems.length > 1 ? ` and ${countText(problems.length - 1)} more` : ''}`,
  ] // prettier-ignore
}

const STREAMS: ReportTable<StreamCoverage> = {
  header: ['stream', 'events', 'first', 'last', 'gaps', 'missing', 'coverage'],
  cells: row => [
    `${row.exchange}:${row.stream}`,
    { text: countText(row.events), align: 'right' },
    row.firstId ?? timeText(row.first),
    row.lastId ?? timeText(row.last),
    { text: countText(row.gaps), align: 'right' },
    { text: countText(row.missing), align: 'right' },
    row.coverage === null ? 'unprovable' : `${percentText(row.coverage)} by ${row.by ?? ''}`,
  ],
}

const PROBLEMS: ReportTable<{ readonly detail: string }> = { header: ['problem'], cells: ({ detail }) => [detail] }

/** Cut, never rounded up: only what is whole is 100%. */
function percentText(share: number | null): string {
  return share === null ? 'unprovable' : `${(Math.floor(share * 1e6) / 1e4).toString()}%`
}
