/** Writes events to files for other tools: CSV, tardis CSV, JSONL, Parquet; one file for each type of event. */
import { EXIT, GenesisError } from '../../model/errors.js'
import type { FeedEvent } from '../../model/event.js'
import { eventLine } from '../../model/event-line.js'
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { fileError } from '../file-error.js'
import { type Row, TABLES, TARDIS_TABLES, type Table } from './columns.js'
import { csvSink } from './csv-sink.js'
import { parquetSink } from './parquet-sink.js'
import type { Sink } from './sink.js'
import { TextFile } from './text-file.js'

export type ExportFormat = 'csv' | 'tardis' | 'jsonl' | 'parquet'

export interface ExportedFile {
  readonly path: string
  /** Type of event, or `all`. */
  readonly type: string
  readonly events: number
  readonly rows: number
}

export interface ExportReport {
  readonly files: readonly ExportedFile[]
  /** Events whose type the format has no table for. */
  readonly leftOut: number
}

export interface Exporter {
  write(events: readonly FeedEvent[]): Promise<void>
  close(): Promise<ExportReport>
}

interface Output {
  readonly path: string
  readonly sink: Sink
  readonly table: Table
  events: number
  rows: number
}

/**
 * `out.csv` where all events are of one type; else a file for each type, `out.trade.csv` and so on. JSONL is always one file.
 * @throws GenesisError where a file exists already or cannot be written.
 */
export async function createExporter(path: string, format: ExportFormat): Promise<Exporter> {
  if (existsSync(path)) {
    throw new GenesisError('exists', `${path}: exists already`, EXIT.failed, {
      hint: 'choose another name, or remove it',
    })
  }
  return format === 'jsonl' ? jsonlExporter(path) : tableExporter(path, format)
}

async function jsonlExporter(path: string): Promise<Exporter> {
  const file = await TextFile.create(path)
  let count = 0
  return {
    async write(events: readonly FeedEvent[]): Promise<void> {
      count += events.length
      await file.add(events.map(event => `${eventLine(event)}\n`).join(''))
    },
    async close(): Promise<ExportReport> {
      await file.close()
      return { files: [{ path, type: 'all', events: count, rows: count }], leftOut: 0 }
    },
  }
}

function tableExporter(path: string, format: Exclude<ExportFormat, 'jsonl'>): Exporter {
  const tables = format === 'tardis' ? TARDIS_TABLES : TABLES
  const outputs = new Map<string, Output>()
  let leftOut = 0
  const outputFor = async (type: FeedEvent['type'], table: Table): Promise<Output> => {
    const known = outputs.get(type)
    if (known !== undefined) return known
    const part = path.replace(/(\.[^./]+)?$/, `.${type}$1`)
    const sink = await (format === 'parquet' ? parquetSink(part, table.columns) : csvSink(part, table.columns))
    const output = { path: part, sink, table, events: 0, rows: 0 }
    outputs.set(type, output)
    return output
  }
  return {
    async write(events: readonly FeedEvent[]): Promise<void> {
      for (const [type, group] of byType(events)) {
        const table = tables.get(type)
        if (table === undefined) leftOut += group.length
        else await writeTo(await outputFor(type, table), group)
      }
    },
    async close(): Promise<ExportReport> {
      for (const { sink } of outputs.values()) await sink.close()
      return { files: await nameFiles(path, outputs), leftOut }
    },
  }
}

function byType(events: readonly FeedEvent[]): Map<FeedEvent['type'], FeedEvent[]> {
  const groups = new Map<FeedEvent['type'], FeedEvent[]>()
  for (const event of events) {
    const group = groups.get(event.type)
    if (group === undefined) groups.set(event.type, [event])
    else group.push(event)
  }
  return groups
}

async function writeTo(output: Output, events: readonly FeedEvent[]): Promise<void> {
  const rows: Row[] = events.flatMap(event => [...output.table.rows(event)])
  output.events += events.length
  output.rows += rows.length
  await output.sink.write(rows)
}

/** The only file gets the name that was asked for. */
async function nameFiles(path: string, outputs: ReadonlyMap<string, Output>): Promise<ExportedFile[]> {
  const files = [...outputs].map(([type, { path, events, rows }]) => ({ path, type, events, rows }))
  const [only] = files
  if (only === undefined || files.length > 1) return files
  try {
    await rename(only.path, path)
  } catch (error) {
    throw fileError('write it', path, error)
  }
  return [{ ...only, path }]
}
