/** The lines of genesis' own recordings. */
import type { JournalItem, LineParser, Verdict } from '../item.js'
import { eventsParser } from './events.js'
import type { KnownReader } from '../known-frame.js'
import { LineDecoder, type PayloadCheck } from '../line.js'
import { type RecordingHeader, looksLikeHeader, parseHeader } from '../header.js'

export interface RecordingContext {
  readonly path: string
  readonly check: PayloadCheck
  readonly known: KnownReader | undefined
  /** Told of every header: the first, and those of recordings put one behind another. */
  readonly onHeader: (header: RecordingHeader) => void
}

export function recordingParser(context: RecordingContext): LineParser {
  const decoder = new LineDecoder(context.check, context.known)
  const events = eventsParser()
  return {
    ...(context.known !== undefined && { parseRun: (bytes, start, out) => decoder.decodeKnown(bytes, start, out) }),
    parse(bytes: Buffer, start: number, end: number, out: JournalItem[]): Verdict {
      if (start === end) return 'blank'
      const frame = decoder.decode(bytes, start, end)
      if (frame !== undefined) {
        out.push(frame)
        return 'item'
      }
      if (isEvent(bytes, start)) return events.parse(bytes, start, end, out)
      return otherLine(context, bytes, start, end)
    },
    isWhole: (bytes, start, end) =>
      looksLikeHeader(bytes.toString('utf8', start, end)) ||
      new LineDecoder('checked').decode(bytes, start, end) !== undefined ||
      (isEvent(bytes, start) && events.parse(bytes, start, end, []) !== 'corrupt'),
    finish: () => undefined,
  }
}

const EVENT = Buffer.from('{"type":')

/** The recording of a run that got events from another process holds them as they are printed. */
function isEvent(bytes: Buffer, start: number): boolean {
  return EVENT.equals(bytes.subarray(start, start + EVENT.length))
}

function otherLine(context: RecordingContext, bytes: Buffer, start: number, end: number): Verdict {
  const head = bytes.toString('utf8', start, Math.min(end, start + 64))
  if (head.trim() === '' && end - start <= 64) return 'blank'
  if (!looksLikeHeader(head)) return 'corrupt'
  const header = parseHeader(bytes.toString('utf8', start, end), context.path)
  if (header === undefined) return 'corrupt'
  context.onHeader(header)
  return 'header'
}
