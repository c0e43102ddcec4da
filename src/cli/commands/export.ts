/** `genesis export`: a recording as tables for other tools. */
import { rmSync } from 'node:fs'
import { createExporter, type ExportFormat, type ExportedFile } from '../../journal/export/exporter.js'
import { EXIT, GenesisError, UsageError, type ExitCode } from '../../model/errors.js'
import type { FeedEvent } from '../../model/event.js'
import { CandleFeed, candleInterval } from '../../session/proof/candle-feed.js'
import { Fold } from '../../session/proof/fold.js'
import type { CommandInput } from '../command.js'
import { damageNotes } from '../damage.js'
import { countText } from '../format.js'
import { note, printRows, printSummary, type ReportTable } from '../reports.js'
import { windowOptions } from '../window-options.js'

export async function run(input: CommandInput): Promise<ExitCode> {
  const { args, options } = input
  const path = options.output
  if (path === undefined)
    throw new UsageError('no_output', 'no file to write to', { hint: 'for example -o out.parquet' })
  const format = options.format ?? formatOf(path)
  const window = windowOptions(input)
  const fold = await Fold.open(args, window)
  const candles = options.candles === undefined ? null : collectCandles(fold, options.candles)
  const exporter = await createExporter(path, format)
  let written = 0
  for await (const events of fold.batches()) {
    const chosen = (candles === null ? events : candles.splice(0)) as readonly FeedEvent[]
    written += chosen.length
    if (chosen.length > 0) await exporter.write(chosen)
  }
  const { files, leftOut } = await exporter.close()
  for (const text of damageNotes(
    fold.readers.map(reader => reader.report()),
    window.quarantine ?? null,
  ))
    note(input, text)
  if (written === 0) rmSync(path, { force: true })
  if (written === 0) throw nothing(args, candles !== null)
  printRows(
    input,
    files.map(file => ({ type: 'file', path: file.path, events: file.type, count: file.events, rows: file.rows })),
    FILES,
  )
  printSummary(input, { command: 'export', format, files: files.length, events: written - leftOut, leftOut }, [
    `${countText(written - leftOut)} events in ${files.map(file => file.path).join(', ')}`,
    ...(leftOut === 0 ? [] : [`${countText(leftOut)} events have no place in the ${format} format and were left out`]),
  ])
  return EXIT.done
}

/** Candles that the exchange itself sent are not what was asked for. */
function collectCandles(fold: Fold, interval: string): FeedEvent[] {
  const built: FeedEvent[] = []
  const feed = new CandleFeed(fold.session, candleInterval(interval), fold.setup.lines)
  const take = (event: FeedEvent): void => {
    if ('complete' in event) built.push(event)
  }
  fold.session.bus.subscribe('candle', take, { componentId: 'export', essential: true })
  fold.onEnd = () => feed.finish()
  return built
}

function formatOf(path: string): ExportFormat {
  if (/\.parquet$/i.test(path)) return 'parquet'
  if (/\.tardis\.csv$/i.test(path)) return 'tardis'
  if (/\.csv$/i.test(path)) return 'csv'
  if (/\.(?:jsonl|ndjson)$/i.test(path)) return 'jsonl'
  throw new UsageError('format', `${path}: its name tells no format`, {
    hint: 'name it .parquet, .csv or .jsonl, or say --format',
  })
}

function nothing(paths: readonly string[], wantsCandles: boolean): GenesisError {
  const what = wantsCandles ? 'no trades to build candles from' : 'no events'
  return new GenesisError('nothing_to_export', `${paths.join(', ')}: ${what}`, EXIT.failed, {
    hint: 'see what is in it with: genesis verify',
  })
}

const FILES: ReportTable<{
  readonly path: string
  readonly events: ExportedFile['type']
  readonly count: number
  readonly rows: number
}> = {
  header: ['file', 'events', 'count', 'rows'],
  cells: ({ path, events, count, rows }) => [
    path,
    events,
    { text: countText(count), align: 'right' },
    { text: countText(rows), align: 'right' },
  ],
}
