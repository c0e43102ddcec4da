/** The parser for each format. */
import type { Micros } from '../model/time.js'
import type { JournalFormat } from './detect.js'
import { bareParser } from './formats/bare.js'
import { eventsParser } from './formats/events.js'
import { documentParser } from './formats/document.js'
import { recordingParser } from './formats/recording.js'
import type { TableContext } from './formats/row.js'
import { tableParser } from './formats/table.js'
import { epochLogParser, tardisRawParser } from './formats/timed.js'
import type { RecordingHeader } from './header.js'
import type { LineParser } from './item.js'
import type { KnownReader } from './known-frame.js'
import type { PayloadCheck } from './line.js'

export interface ParserContext extends TableContext {
  readonly check: PayloadCheck
  readonly known: KnownReader | undefined
  readonly timeOf: (data: Buffer) => Micros | undefined
  readonly startAt: Micros
  readonly restFrame: ((url: string, body: string) => string | undefined) | undefined
  readonly onHeader: (header: RecordingHeader) => void
}

/** @param head the first bytes of the journal, for formats that show only in several lines. */
export function parserFor(format: JournalFormat, head: Buffer, context: ParserContext): LineParser {
  switch (format) {
    case 'recording':
      return recordingParser(context)
    case 'events':
      return eventsParser()
    case 'bare':
      return bareParser(context)
    case 'tardis-raw':
      return tardisRawParser(context)
    case 'epoch-log':
      return epochLogParser(context)
    case 'csv':
      return tableParser(head, context)
    case 'json':
      return documentParser(head, context)
  }
}
