/** `genesis gaps`: what is missing from a recording, where, and why. */
import { EXIT, type ExitCode } from '../../model/errors.js'
import { inspect } from '../../session/proof/inspection.js'
import type { LossRow } from '../../session/proof/loss-rows.js'
import type { CommandInput } from '../command.js'
import { countText, spanText, timeText } from '../format.js'
import { onlyFile } from '../only-file.js'
import { printRows, printSummary, type ReportTable } from '../reports.js'
import { windowOptions } from '../window-options.js'

export async function run(input: CommandInput): Promise<ExitCode> {
  const path = onlyFile(input)
  const { losses } = await inspect(path, windowOptions(input))
  printRows(input, losses, LOSSES)
  const provable = losses.filter(row => row.provable)
  const missing = losses.reduce((sum, row) => sum + Math.max(0, (row.missing ?? 0) - row.backfilled), 0)
  const backfilled = losses.reduce((sum, row) => sum + row.backfilled, 0)
  const open = losses.filter(row => row.start !== null && row.end === null).length
  printSummary(
    input,
    { command: 'gaps', path, gaps: losses.length, provable: provable.length, open, missing, backfilled },
    [
      losses.length === 0
        ? `${path}: no gap is known`
        : `${path}: ${countText(losses.length)} gaps, ${countText(provable.length)} of them proven; ${countText(missing)} messages known to be missing${backfilled === 0 ? '' : `, ${countText(backfilled)} came later`}`,
    ],
  )
  return EXIT.done
}

const LOSSES: ReportTable<LossRow> = {
  header: ['from', 'for', 'stream', 'cause', 'missing', 'backfilled', 'proven', 'why'],
  cells: row => [
    row.start === null ? '–' : timeText(row.start),
    row.start === null ? '–' : row.end === null ? 'to the end' : spanText(row.end - row.start),
    row.stream === null ? 'all' : `${row.exchange ?? ''}:${row.stream}`,
    row.cause,
    { text: row.missing === null ? '?' : countText(row.missing), align: 'right' },
    { text: countText(row.backfilled), align: 'right' },
    row.provable ? 'yes' : 'no',
    row.from === null ? row.detail : `${row.detail}: ${row.from} to ${row.to ?? '?'}`,
  ],
}
