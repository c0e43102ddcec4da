/** Unpacks gzip member by member: nothing of a member is given out before its checksum is verified, as far as memory allows. */
import { MEMBER_HEADER, findMember, type MemberInfo, readMemberHeader, unpackMember } from './codec.js'
import { messageOf } from '../model/errors.js'
import { unpackForeignMember } from './gunzip-foreign.js'
import type { Piece } from './piece.js'
import { Window } from './window.js'

/** Members unpacked at once: they go to the thread pool while earlier ones are being decoded. */
const AHEAD = 3

export async function* gunzip(packed: AsyncIterable<Buffer>): AsyncGenerator<Piece> {
  const window = new Window(packed)
  const ahead: Promise<Piece>[] = []
  try {
    while (await window.fill(1)) {
      await window.fill(MEMBER_HEADER)
      const info = readMemberHeader(window.bytes, window.at)
      if (info !== undefined && (await window.fill(info.size))) {
        ahead.push(unpack(window.take(info.size), info, window.offset - info.size))
        if (ahead.length >= AHEAD) yield await next(ahead)
        continue
      }
      while (ahead.length > 0) yield await next(ahead)
      if (info !== undefined) yield torn(window)
      else if (isGzip(window)) yield* unpackForeignMember(window)
      else yield* skipDamage(window)
    }
    while (ahead.length > 0) yield await next(ahead)
  } finally {
    await window.close()
  }
}

async function next(ahead: Promise<Piece>[]): Promise<Piece> {
  const first = ahead.shift()
  if (first === undefined) throw new Error('nothing ahead')
  return first
}

async function unpack(member: Buffer, info: MemberInfo, offset: number): Promise<Piece> {
  try {
    return { kind: 'bytes', bytes: await unpackMember(member, info) }
  } catch (error) {
    return { kind: 'damage', offset, length: info.size, reason: `gzip member: ${messageOf(error)}` }
  }
}

function isGzip(window: Window): boolean {
  const { bytes, at } = window
  return (
    window.available >= 10 && bytes[at] === 0x1f && bytes[at + 1] === 0x8b && bytes[at + 2] === 8 && !isOurs(window)
  )
}

/** The mark of our extra field: a header of ours that was damaged must not pass for a foreign one. */
function isOurs(window: Window): boolean {
  const { bytes, at } = window
  return bytes[at + 3] === 6 && bytes.toString('latin1', at + 12, at + 14) === 'GJ'
}

function torn(window: Window): Piece {
  const { offset, available } = window
  window.take(available)
  return { kind: 'torn', offset, length: available, reason: 'the last gzip member is cut off' }
}

const STEP = 1024 * 1024

/** Passes over what is no member: to the next of ours, or to the end. */
async function* skipDamage(window: Window): AsyncGenerator<Piece> {
  const { offset } = window
  if (window.ended && isOpening(window)) {
    yield torn(window)
    return
  }
  let zeros = true
  for (;;) {
    await window.fill(STEP)
    const found = findMember(window.bytes, window.at + (window.offset === offset ? 1 : 0))
    const skipped = window.take(
      found >= 0 ? found - window.at : Math.max(window.available - MEMBER_HEADER, window.ended ? window.available : 1),
    )
    zeros &&= skipped.every(byte => byte === 0)
    if (found >= 0 || window.available === 0) break
  }
  // gzip(1) pads with zeros on some devices.
  if (zeros) return
  yield { kind: 'damage', offset, length: window.offset - offset, reason: 'not a gzip member' }
}

/** True where all that is left could be the beginning of a member's header. */
function isOpening(window: Window): boolean {
  const opening = [0x1f, 0x8b, 8]
  return (
    window.available < MEMBER_HEADER &&
    opening.every((byte, index) => index >= window.available || window.bytes[window.at + index] === byte)
  )
}
