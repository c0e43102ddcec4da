/** Finds where a recording stops being whole, so that a crash costs its last line and nothing else. */
import type { MemberCodec } from './codec.js'
import { type OpenFile, readAt } from './file-system.js'

/** What of a file is whole. */
export interface Tail {
  /** Bytes from the front that are whole lines or members. */
  readonly keep: number
  /** Bytes after them. */
  readonly torn: number
}

const STEP = 64 * 1024
const LF = 0x0a

/** A plain file is whole up to its last LF; lines of zero bytes, as a power cut can leave them, do not count. */
export async function plainTail(file: OpenFile, size: number): Promise<Tail> {
  let end = size
  while (end > 0) {
    const start = Math.max(0, end - STEP)
    const bytes = await readAt(file, start, end - start)
    for (let at = bytes.lastIndexOf(LF); at >= 0; at = at > 0 ? bytes.lastIndexOf(LF, at - 1) : -1) {
      const before = at > 0 ? bytes[at - 1] : start > 0 ? (await readAt(file, start - 1, 1))[0] : undefined
      if (before !== 0) return { keep: start + at + 1, torn: size - start - at - 1 }
    }
    end = start
  }
  return { keep: 0, torn: size }
}

/**
 * A packed file is whole up to the end of its last whole member of ours.
 * @returns undefined where it holds anything else: another program wrote it.
 */
export async function packedTail(file: OpenFile, size: number, codec: MemberCodec): Promise<Tail | undefined> {
  let at = 0
  let last = -1
  for (;;) {
    const head = await readAt(file, at, codec.headerLength)
    const info = codec.readHeader(head, 0)
    if (info === undefined || at + info.size > size) break
    last = at
    at += info.size
  }
  if (last >= 0 && !(await isWhole(file, last, at - last, codec))) at = last
  const rest = await readAt(file, at, Math.min(size - at, 1 << 20))
  // More members behind a damaged one: not a torn tail, and not ours to cut.
  if (rest.length > 0 && codec.find(rest, 1) > 0) return undefined
  return at > 0 || size === 0 || isCutHeader(rest, codec) ? { keep: at, torn: size - at } : undefined
}

/** Nothing whole at all: ours only where it could be the beginning of our first member. */
function isCutHeader(bytes: Buffer, codec: MemberCodec): boolean {
  return (
    codec.readHeader(bytes, 0) !== undefined ||
    codec.opening.subarray(0, bytes.length).equals(bytes.subarray(0, codec.opening.length))
  )
}

async function isWhole(file: OpenFile, at: number, size: number, codec: MemberCodec): Promise<boolean> {
  const member = await readAt(file, at, size)
  const info = codec.readHeader(member, 0)
  if (info === undefined) return false
  return codec.unpack(member, info).then(
    () => true,
    () => false,
  )
}
