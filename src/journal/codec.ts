/** InfiniteDensityV4 · lossless compression: a block of lines as a gzip member that can be found, checked and read alone. */
import type { Micros } from '../model/time.js'
import { constants, crc32, deflateRaw, inflateRaw } from 'node:zlib'

/** What the header of a member says of it, so that a reader can skip it, find a time by bisection, or read many at once. */
export interface MemberInfo {
  /** Bytes of the whole member, header and trailer included. */
  readonly size: number
  /** Bytes it unpacks to. */
  readonly rawSize: number
  readonly lines: number
  readonly firstTime: Micros
  readonly lastTime: Micros
}

/** RFC 1952: ID1 ID2 CM=deflate, FLG = header checksum and extra field, no time, no hints, unknown system; extra field of 36 bytes. */
const OPENING = Buffer.from([0x1f, 0x8b, 8, 0x06, 0, 0, 0, 0, 0, 0xff, 36, 0, 0x47, 0x4a, 32, 0])
export const MEMBER_HEADER = OPENING.length + 32 + 2
const TRAILER = 8
/** No member of ours unpacks to more. */
export const LARGEST_MEMBER = 64 * 1024 * 1024

/** Packs whole lines into one member. `level` is zlib's, 1 (fast) to 9. */
export async function packMember(
  lines: Uint8Array,
  info: Omit<MemberInfo, 'size' | 'rawSize'>,
  level: number,
): Promise<Buffer> {
  const body = await deflate(lines, level)
  const size = MEMBER_HEADER + body.length + TRAILER
  const member = Buffer.allocUnsafe(size)
  OPENING.copy(member)
  member.writeUInt32LE(size, 16)
  member.writeUInt32LE(lines.length, 20)
  member.writeUInt32LE(info.lines, 24)
  member.writeUInt32LE(0, 28)
  member.writeDoubleLE(info.firstTime, 32)
  member.writeDoubleLE(info.lastTime, 40)
  member.writeUInt16LE(crc32(member.subarray(0, 48)) & 0xffff, 48)
  body.copy(member, MEMBER_HEADER)
  member.writeUInt32LE(crc32(lines), size - 8)
  member.writeUInt32LE(lines.length, size - 4)
  return member
}

/** What the header at `at` says; undefined where no member of ours begins there or its header is damaged. */
export function readMemberHeader(bytes: Buffer, at: number): MemberInfo | undefined {
  if (at + MEMBER_HEADER > bytes.length || OPENING.compare(bytes, at, at + OPENING.length) !== 0) return undefined
  if (bytes.readUInt16LE(at + 48) !== (crc32(bytes.subarray(at, at + 48)) & 0xffff)) return undefined
  const info = {
    size: bytes.readUInt32LE(at + 16),
    rawSize: bytes.readUInt32LE(at + 20),
    lines: bytes.readUInt32LE(at + 24),
    firstTime: bytes.readDoubleLE(at + 32),
    lastTime: bytes.readDoubleLE(at + 40),
  }
  return info.size > MEMBER_HEADER + TRAILER && info.rawSize <= LARGEST_MEMBER ? info : undefined
}

/** Where the next member of ours may begin, from `from` on; -1 where none does. */
export function findMember(bytes: Buffer, from: number): number {
  for (let at = from; ; at++) {
    at = bytes.indexOf(OPENING, at)
    if (at < 0 || readMemberHeader(bytes, at) !== undefined) return at
  }
}

/**
 * Unpacks one whole member; nothing of it is given out unless its length and checksum are right.
 * @throws Error that says what is wrong.
 */
export async function unpackMember(member: Buffer, info: MemberInfo): Promise<Buffer> {
  const body = member.subarray(MEMBER_HEADER, info.size - TRAILER)
  const lines = await inflate(body, info.rawSize)
  if (lines.length !== info.rawSize || member.readUInt32LE(info.size - 4) !== info.rawSize) {
    throw new Error('unpacks to another length than it says')
  }
  if (crc32(lines) !== member.readUInt32LE(info.size - 8)) throw new Error('checksum does not match')
  return lines
}

function deflate(bytes: Uint8Array, level: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    deflateRaw(bytes, { level, memLevel: 9 }, (error, packed) => (error === null ? resolve(packed) : reject(error)))
  })
}

function inflate(bytes: Uint8Array, length: number): Promise<Buffer> {
  const options = { maxOutputLength: Math.max(length, 1), chunkSize: Math.max(length, constants.Z_MIN_CHUNK) }
  return new Promise((resolve, reject) => {
    inflateRaw(bytes, options, (error, lines) => (error === null ? resolve(lines) : reject(error)))
  })
}
