/** The beginning of a journal: enough of it to tell its format, and the refusals that it deserves. */
import { EXIT, GenesisError } from '../model/errors.js'
import type { Piece } from './piece.js'

/** Looked at to tell the format. */
export const HEAD = 64 * 1024
/** As far as a first line without an end is followed. */
const LONGEST_HEAD = 1024 * 1024
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

export interface Head {
  /** The first bytes, a byte order mark left out. */
  readonly bytes: Buffer
  /** What has been read so far, to be read again; a byte order mark is cut from it. */
  readonly pieces: readonly Piece[]
  /** 3 where there was a byte order mark, else 0. */
  readonly bomLength: number
  /** The whole content is in {@link bytes}. */
  readonly complete: boolean
}

/** @param enough bytes that will do, if there is a whole line among them. */
export async function readHead(pieces: AsyncGenerator<Piece>, enough: number): Promise<Head> {
  const read: Piece[] = []
  const parts: Buffer[] = []
  let length = 0
  let complete = false
  let hasLine = false
  while ((length < enough || (!hasLine && length < LONGEST_HEAD)) && !complete) {
    const next = await pieces.next()
    if (next.done === true) complete = true
    else {
      read.push(next.value)
      if (next.value.kind !== 'bytes') continue
      parts.push(next.value.bytes)
      hasLine ||= next.value.bytes.includes(0x0a)
      length += next.value.bytes.length
    }
  }
  return withoutBom(Buffer.concat(parts), read, complete)
}

function withoutBom(bytes: Buffer, pieces: Piece[], complete: boolean): Head {
  const first = pieces[0]
  if (!bytes.subarray(0, 3).equals(BOM) || first?.kind !== 'bytes' || first.bytes.length < 3) {
    return { bytes, pieces, bomLength: 0, complete }
  }
  const cut: Piece = { kind: 'bytes', bytes: first.bytes.subarray(3) }
  return { bytes: bytes.subarray(3), pieces: [cut, ...pieces.slice(1)], bomLength: 3, complete }
}

/** @throws GenesisError where the bytes are no text in UTF-8. */
export function refuseBinary(path: string, bytes: Buffer): void {
  const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const utf16 = marked || (bytes.length > 3 && [0, 1].some(first => bytes[first] === 0 && bytes[first + 2] === 0))
  const end = bytes.indexOf(0x0a)
  const zero = bytes.subarray(0, end < 0 ? bytes.length : end).indexOf(0)
  if (!utf16 && zero < 0) return
  const what = utf16 ? 'is UTF-16 text' : `holds binary data (a zero byte at byte ${zero})`
  throw new GenesisError('not_text', `${path}: ${what}; journals are UTF-8`, EXIT.failed, {
    hint: utf16 ? 'convert it with: iconv -f UTF-16 -t UTF-8' : 'name another file',
  })
}

/** @throws GenesisError always: the content is none that genesis knows. */
export function refuseUnknown(path: string, bytes: Buffer): never {
  if (bytes.length === 0) {
    throw new GenesisError('empty', `${path}: is empty`, EXIT.failed, { hint: 'name a recording' })
  }
  const start = JSON.stringify(bytes.toString('utf8', 0, 40).split('\n')[0])
  throw new GenesisError(
    'unknown_format',
    `${path}: starts with ${start}, which is no format genesis reads`,
    EXIT.failed,
    {
      hint: 'it reads genesis recordings, events as JSONL, raw frames, tardis and Binance Vision files, candle CSV',
    },
  )
}
