/** Bare raw frames, one per line: the time they were received is not in the file and is taken from the frames themselves. */
import type { DataFrame } from '../../model/frame.js'
import type { Micros } from '../../model/time.js'
import type { JournalItem, LineParser, Verdict } from '../item.js'
import { jsonLineEnd } from '../json-check.js'

export interface BareContext {
  readonly exchange: string
  /** The exchange's own time in a frame, where it has one. */
  readonly timeOf: (data: Buffer) => Micros | undefined
  /** Where not even the first frames say a time. */
  readonly startAt: Micros
}

/** Frames held back until the first one that says a time. */
const LOOK_AHEAD = 1000

/** Times never run back: a frame that says an earlier time, or none, gets that of the frame before. */
export function bareParser(context: BareContext): LineParser {
  let now: Micros | undefined
  let held: Buffer[] = []
  const frame = (data: Buffer, receivedAt: Micros): DataFrame => ({
    kind: 'data',
    receivedAt,
    exchange: context.exchange,
    line: 0,
    data,
    binary: false,
  })
  const release = (time: Micros, out: JournalItem[]): void => {
    now = time
    for (const data of held) out.push(frame(data, time))
    held = []
  }
  return {
    parse(bytes: Buffer, start: number, end: number, out: JournalItem[]): Verdict {
      if (isBlank(bytes, start, end)) return 'blank'
      const data = bytes.subarray(start, end)
      const said = context.timeOf(data)
      if (now === undefined) {
        // A copy: a view would keep the whole block alive while it is held.
        held.push(Buffer.from(data))
        if (said !== undefined || held.length >= LOOK_AHEAD) release(said ?? context.startAt, out)
        return 'item'
      }
      if (said !== undefined && said > now) now = said
      out.push(frame(data, now))
      return 'item'
    },
    isWhole: (bytes, start, end) => jsonLineEnd(bytes, start, end) === end,
    finish(out: JournalItem[]): void {
      if (now === undefined) release(context.startAt, out)
    },
  }
}

export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && byte !== 0x0a) return false
  }
  return true
}
