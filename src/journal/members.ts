/** Unpacks a packed journal member by member: nothing of a member is given out before its checksum is verified. */
import { messageOf } from '../model/errors.js'
import type { MemberCodec, MemberInfo } from './codec.js'
import type { Piece } from './piece.js'
import { Window } from './window.js'

/** Unpacks what is no member of ours, if it is of the format at all; undefined where it is not. */
export type Foreign = (window: Window) => AsyncGenerator<Piece> | undefined

/** Members unpacked at once: they go to the thread pool while earlier ones are being decoded. */
export const AHEAD = 3

export async function* unpackMembers(
  packed: AsyncIterable<Buffer>,
  codec: MemberCodec,
  most: number,
  foreign: Foreign,
): AsyncGenerator<Piece> {
  const window = new Window(packed)
  const ahead: Promise<Piece>[] = []
  try {
    while (await window.fill(1)) {
      await window.fill(codec.headerLength)
      const info = codec.readHeader(window.bytes, window.at)
      if (info !== undefined && (await window.fill(info.size))) {
        ahead.push(unpack(codec, window.take(info.size), info, window.offset - info.size))
        if (ahead.length >= most) yield await next(ahead)
        continue
      }
      while (ahead.length > 0) yield await next(ahead)
      if (info !== undefined) yield torn(window, codec)
      else yield* foreign(window) ?? skipDamage(window, codec)
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

async function unpack(codec: MemberCodec, member: Buffer, info: MemberInfo, offset: number): Promise<Piece> {
  try {
    return { kind: 'bytes', bytes: await codec.unpack(member, info), end: offset + info.size }
  } catch (error) {
    return { kind: 'damage', offset, length: info.size, reason: `${codec.name} member: ${messageOf(error)}` }
  }
}

function torn(window: Window, codec: MemberCodec): Piece {
  const { offset, available } = window
  window.take(available)
  return { kind: 'torn', offset, length: available, reason: `the last ${codec.name} member is cut off` }
}

const STEP = 1024 * 1024

/** Passes over what is no member: to the next of ours, or to the end. */
async function* skipDamage(window: Window, codec: MemberCodec): AsyncGenerator<Piece> {
  const { offset } = window
  // Too short for a header, and the file ends: a header was being written.
  if (window.ended && window.available < codec.headerLength) {
    const rest = window.bytes.subarray(window.at)
    if (!rest.every(byte => byte === 0)) yield torn(window, codec)
    else window.take(window.available)
    return
  }
  let zeros = true
  for (;;) {
    await window.fill(STEP)
    const found = codec.find(window.bytes, window.at + (window.offset === offset ? 1 : 0))
    const keep = window.ended ? 0 : codec.headerLength
    const skipped = window.take(found >= 0 ? found - window.at : window.available - keep)
    zeros &&= skipped.every(byte => byte === 0)
    if (found >= 0 || window.available === 0) break
  }
  // gzip(1) pads with zeros on some devices.
  if (zeros) return
  yield { kind: 'damage', offset, length: window.offset - offset, reason: `not a ${codec.name} member` }
}
