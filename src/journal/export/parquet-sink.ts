/** Rows to a Parquet file, a row group at a time: prices as doubles that print back as they came, ids as text, times in microseconds. */
import { existsSync } from 'node:fs'
import { EXIT, GenesisError } from '../../model/errors.js'
import { fileError } from '../file-error.js'
import type { Cell, Column, ColumnKind, Row } from './columns.js'
import type { Sink } from './sink.js'

const ROW_GROUP = 100_000

const TYPES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  decimal: { type: 'DOUBLE' },
  time: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
  },
  flag: { type: 'BOOLEAN' },
} as const satisfies Record<ColumnKind, object>

/** @throws GenesisError where the file exists already or cannot be made. */
export async function parquetSink(path: string, columns: readonly Column[]): Promise<Sink> {
  if (existsSync(path)) {
    throw new GenesisError('exists', `${path}: exists already`, EXIT.failed, {
      hint: 'choose another name, or remove it',
    })
  }
  // Loaded only where Parquet is wanted: no other command pays for it.
  const { ParquetWriter, fileWriter } = await import('hyparquet-writer')
  const fields = columns.map(({ name, kind }) => ({ name, repetition_type: 'OPTIONAL' as const, ...TYPES[kind] }))
  const schema = [{ name: 'root', num_children: columns.length }, ...fields]
  const writer = new ParquetWriter({ writer: openWriter(() => fileWriter(path), path), schema, createdBy: 'genesis' })
  let group: Row[] = []
  const flush = async (): Promise<void> => {
    if (group.length === 0) return
    const rows = group
    group = []
    const columnData = columns.map(({ name, kind }, index) => ({
      name,
      data: rows.map(row => parquetCell(row[index] ?? null, kind)),
    }))
    await writer.write({ columnData, rowGroupSize: ROW_GROUP })
  }
  return {
    async write(rows: readonly Row[]): Promise<void> {
      for (const row of rows) group.push(row)
      if (group.length >= ROW_GROUP) await flush()
    },
    async close(): Promise<void> {
      await flush()
      await writer.finish()
    },
  }
}

function openWriter<T>(open: () => T, path: string): T {
  try {
    return open()
  } catch (error) {
    throw fileError('create it', path, error)
  }
}

/** Times are handed over as integers of 64 bits, as the column's type wants them. */
function parquetCell(cell: Cell, kind: ColumnKind): Cell | bigint {
  return kind === 'time' && typeof cell === 'number' ? BigInt(cell) : cell
}
