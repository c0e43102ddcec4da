/** Finds the place of a time in a recording by bisection: a handful of reads, however long it is. */
import type { Micros } from '../model/time.js'
import type { MemberCodec } from './codec.js'
import { type OpenFile, readAt } from './file-system.js'
import { gzipCodec } from './gzip-codec.js'
import type { Source } from './source.js'
import type { Packing } from './unpack.js'
import { zstdCodec } from './zstd-codec.js'

/** Frames may be recorded a little out of order: the place sought is this much earlier. */
const MARGIN: Micros = 1_000_000
/** Closer than this, reading is cheaper than searching. */
const NEAR = 256 * 1024
const STEP = 64 * 1024
const FARTHEST = 8 * 1024 * 1024

interface Mark {
  readonly at: number
  readonly time: Micros
}

/** The first mark (line or member of known time) at or after `at`; undefined where none comes before `end`. */
type FindMark = (at: number, end: number) => Promise<Mark | undefined>

/** The offset of a line or a member before which nothing was received at `from` or later; 0 where there is none to find. */
export async function seekTime(source: Source, packing: Packing, from: Micros | undefined): Promise<number> {
  const { file, size } = source
  if (from === undefined || file === undefined || size === undefined || packing === 'zip') return 0
  const find =
    packing === 'plain' ? lineMarks(file) : memberMarks(file, packing === 'gzip' ? gzipCodec : zstdCodec(source.path))
  let low = 0
  let high = size
  while (high - low > NEAR) {
    const middle = low + Math.floor((high - low) / 2)
    const mark = await find(middle, high)
    if (mark === undefined || mark.time >= from - MARGIN) high = middle
    else low = mark.at
  }
  return low
}

const LINE_TIME = /\n\{"t":(\d{1,16})[,}]/

function lineMarks(file: OpenFile): FindMark {
  return (at, end) =>
    search(file, at, end, bytes => {
      const found = LINE_TIME.exec(bytes.toString('latin1'))
      return found === null ? undefined : { at: found.index + 1, time: Number(found[1]) }
    })
}

function memberMarks(file: OpenFile, codec: MemberCodec): FindMark {
  return (at, end) =>
    search(file, at, end, bytes => {
      const found = codec.find(bytes, 0)
      const info = found < 0 ? undefined : codec.readHeader(bytes, found)
      return info === undefined ? undefined : { at: found, time: info.firstTime }
    })
}

/** Looks forward in widening windows, so that a mark across the edge of one lies within the next. */
async function search(
  file: OpenFile,
  at: number,
  end: number,
  look: (bytes: Buffer) => Mark | undefined,
): Promise<Mark | undefined> {
  for (let width = STEP; ; width *= 4) {
    const bytes = await readAt(file, at, Math.min(width, end - at))
    const mark = look(bytes)
    if (mark !== undefined) return { at: at + mark.at, time: mark.time }
    if (bytes.length < width || width >= FARTHEST) return undefined
  }
}
