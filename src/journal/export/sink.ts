/** Where the rows of one table go. */
import type { Row } from './columns.js'

export interface Sink {
  /** Resolves when more may be written. */
  write(rows: readonly Row[]): Promise<void>
  /** Resolves when all of it is in the file. */
  close(): Promise<void>
}
