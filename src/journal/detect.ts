/** Tells the format of a journal by its content, never by its name. */
import { looksLikeHeader } from './header.js'
import { LineDecoder } from './line.js'
import { isEventLine } from './formats/events.js'
import { isTimedLine } from './formats/timed.js'

/** Every format a journal can be in. */
export type JournalFormat = 'recording' | 'events' | 'bare' | 'tardis-raw' | 'epoch-log' | 'csv' | 'json'

/** The format that the first lines speak; undefined where they are none that genesis knows. */
export function detectFormat(head: Buffer): JournalFormat | undefined {
  const line = firstLine(head)
  if (line === '') return undefined
  if (looksLikeHeader(line) || isRecordingLine(line)) return 'recording'
  // Cut off within its header.
  if (!head.includes(0x0a) && '{"genesis":"recording"'.startsWith(line)) return 'recording'
  if (isTimedLine(line)) return /^\d{4}-/.test(line) ? 'tardis-raw' : 'epoch-log'
  if (line.startsWith('{') || line.startsWith('[')) return jsonFormat(line)
  return isRow(line) || (/^(?:https?:\/\/\S+|#.*)$/.test(line) && isRow(nextLine(head))) ? 'csv' : undefined
}

function jsonFormat(line: string): JournalFormat {
  if (isEventLine(line)) return 'events'
  // A document over several lines, or an array of rows or candles: not one frame per line.
  return isWhole(line) && !/^\[\s*\[\s*\d{10}/.test(line) && !/^\[\s*\{[^}]*"open/i.test(line) ? 'bare' : 'json'
}

function isRecordingLine(line: string): boolean {
  const bytes = Buffer.from(`${line}\n`)
  return new LineDecoder('trusted').decode(bytes, 0, bytes.length - 1) !== undefined
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}

function isRow(line: string): boolean {
  return line.includes(',') || line.includes(';') || line.includes('\t')
}

/** Some providers put their address above a table. */
function nextLine(head: Buffer): string {
  return firstLine(head.subarray(head.indexOf(0x0a) + 1))
}

/** The first line that is not blank, whole or as far as the head goes. */
function firstLine(head: Buffer): string {
  for (let start = 0; start < head.length;) {
    const end = head.indexOf(0x0a, start)
    const line = head.toString('utf8', start, end < 0 ? head.length : end).trim()
    if (line !== '' || end < 0) return line
    start = end + 1
  }
  return ''
}
