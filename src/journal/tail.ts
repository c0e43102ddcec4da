/** Finds where a recording stops being whole, so that a crash costs its last line and nothing else. */
import { MEMBER_HEADER, findMember, readMemberHeader, unpackMember } from './codec.js'
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
 * A gzip file is whole up to the end of its last whole member of ours.
 * @returns undefined where it holds anything else: another program wrote it.
 */
export async function gzipTail(file: OpenFile, size: number): Promise<Tail | undefined> {
  let at = 0
  let last = -1
  for (;;) {
    const head = await readAt(file, at, MEMBER_HEADER)
    const info = readMemberHeader(head, 0)
    if (info === undefined || at + info.size > size) break
    last = at
    at += info.size
  }
  if (last >= 0 && !(await isWhole(file, last, at - last))) at = last
  const rest = await readAt(file, at, Math.min(size - at, 1 << 20))
  // More members behind a damaged one: not a torn tail, and not ours to cut.
  if (rest.length > 0 && findMember(rest, 1) > 0) return undefined
  return at === 0 && size >= 2 && rest.readUInt16BE(0) !== 0x1f8b ? undefined : { keep: at, torn: size - at }
}

async function isWhole(file: OpenFile, at: number, size: number): Promise<boolean> {
  const member = await readAt(file, at, size)
  const info = readMemberHeader(member, 0)
  if (info === undefined) return false
  return unpackMember(member, info).then(
    () => true,
    () => false,
  )
}
