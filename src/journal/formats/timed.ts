/** Raw frames with the time they were received before each: tardis (`<ISO time> <frame>`), hftbacktest (`<ns> <frame>`), cryptofeed (`<seconds>: <frame>`). */
import type { DataFrame } from '../../model/frame.js'
import { type Micros, parseIsoMicros } from '../../model/time.js'
import type { JournalItem, LineParser, Verdict } from '../item.js'
import { jsonLineEnd } from '../json-check.js'
import { epochMicros } from './epoch.js'
import { pythonBytes } from './python-bytes.js'

export interface TimedContext {
  readonly exchange: string
  /** Makes a frame of a REST answer that a cryptofeed log holds; undefined leaves the answer out. */
  readonly restFrame: ((url: string, body: string) => string | undefined) | undefined
}

const LONGEST_TIME = 40
const ISO_LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?(?:Z|[+-]\d\d:?\d\d)?) /
const EPOCH_LINE = /^(\d{9,19}(?:\.\d{1,12})?)(?:: ?| |\t)/
const REST_LINE = /^(https?:\/\/\S+) -> (\d{9,19}(?:\.\d{1,12})?): /
/** What a cryptofeed log says of itself: its configuration, connections made, frames sent. */
const LOG_LINE = /^(?:configuration: |(?:wss?|https?):\/\/\S+ (?:<?->|<-) )/

/** True where the line begins as one of these logs does. */
export function isTimedLine(line: string): boolean {
  return ISO_LINE.test(line) || LOG_LINE.test(line) || /^\d{9,19}(?:\.\d{1,12})?(?:: ?| |\t)[[{"b]/.test(line)
}

/** tardis: an empty line marks a disconnect of the recorder. */
export function tardisRawParser(context: TimedContext): LineParser {
  let broken = false
  let last: Micros | undefined
  return {
    parse(bytes: Buffer, start: number, end: number, out: JournalItem[]): Verdict {
      if (start === end) {
        broken = last !== undefined
        return 'blank'
      }
      const match = ISO_LINE.exec(bytes.toString('latin1', start, Math.min(end, start + LONGEST_TIME)))
      const time = match?.[1] === undefined ? undefined : parseIsoMicros(match[1])
      if (match === null || time === undefined) return 'corrupt'
      if (broken && last !== undefined) pushBreak(context.exchange, last, time, out)
      broken = false
      last = time
      out.push(dataFrame(context.exchange, time, bytes.subarray(start + match[0].length, end)))
      return 'item'
    },
    isWhole: (bytes, start, end) => isWholeFrame(bytes, bytes.indexOf(0x20, start) + 1, end),
    finish: () => undefined,
  }
}

function pushBreak(exchange: string, from: Micros, to: Micros, out: JournalItem[]): void {
  const link = { kind: 'link', exchange, line: 0, streams: [] } as const
  out.push({ ...link, receivedAt: from, state: 'disconnected', detail: 'an empty line marks a disconnect' })
  out.push({ ...link, receivedAt: to, state: 'connected', detail: 'frames go on after an empty line' })
}

export function epochLogParser(context: TimedContext): LineParser {
  return {
    parse(bytes: Buffer, start: number, end: number, out: JournalItem[]): Verdict {
      if (start === end) return 'blank'
      const match = EPOCH_LINE.exec(bytes.toString('latin1', start, Math.min(end, start + LONGEST_TIME)))
      if (match?.[1] === undefined) return logLine(context, bytes.toString('utf8', start, end), out)
      const time = epochMicros(match[1])
      if (time === undefined) return 'corrupt'
      out.push(payloadFrame(context.exchange, time, bytes.subarray(start + match[0].length, end)))
      return 'item'
    },
    isWhole: (bytes, start, end) => isWholeFrame(bytes, bytes.indexOf(0x20, start) + 1, end),
    finish: () => undefined,
  }
}

function logLine(context: TimedContext, line: string, out: JournalItem[]): Verdict {
  const rest = REST_LINE.exec(line)
  const [opening = '', url = '', digits = ''] = rest ?? []
  const time = epochMicros(digits)
  const text = time === undefined ? undefined : context.restFrame?.(url, line.slice(opening.length))
  if (time !== undefined && text !== undefined) {
    out.push(dataFrame(context.exchange, time, Buffer.from(text)))
    return 'item'
  }
  return LOG_LINE.test(line) ? 'other' : 'corrupt'
}

function isWholeFrame(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === 0x62 ? bytes[end - 1] === bytes[start + 1] : jsonLineEnd(bytes, start, end) === end
}

/** Python writes a binary message as `b'…'`. */
function payloadFrame(exchange: string, time: Micros, data: Buffer): DataFrame {
  const binary = data[0] === 0x62 ? pythonBytes(data.toString('latin1')) : undefined
  return binary === undefined ? dataFrame(exchange, time, data) : { ...dataFrame(exchange, time, binary), binary: true }
}

function dataFrame(exchange: string, receivedAt: Micros, data: Buffer): DataFrame {
  return { kind: 'data', receivedAt, exchange, line: 0, data, binary: false }
}
