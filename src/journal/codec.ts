/** InfiniteDensityV4 · lossless compression: a block of lines as a member that can be found, checked and read alone. */
import type { Micros } from '../model/time.js'

/** What the header of a member says of it, so that a reader can skip it, find a time by bisection, or unpack several at once. */
export interface MemberInfo {
  /** Bytes of the whole member, header and trailer included. */
  readonly size: number
  /** Bytes it unpacks to. */
  readonly rawSize: number
  readonly lines: number
  readonly firstTime: Micros
  readonly lastTime: Micros
  /** CRC-32 of the packed body: bits that unpacking passes over are not passed over here. */
  readonly bodyChecksum: number
}

/** One way to pack members. What it writes any tool for that format can read, as one file. */
export interface MemberCodec {
  readonly name: 'gzip' | 'zstd'
  /** The bytes that every member of ours begins with. */
  readonly opening: Buffer
  /** Bytes that {@link readHeader} needs. */
  readonly headerLength: number
  /** Packs whole lines. `level` is the format's own. */
  pack(lines: Buffer, info: Pick<MemberInfo, 'lines' | 'firstTime' | 'lastTime'>, level: number): Promise<Buffer>
  /** What the header at `at` says; undefined where no member of ours begins there or its header is damaged. */
  readHeader(bytes: Buffer, at: number): MemberInfo | undefined
  /** Where the next member of ours begins, from `from` on; -1 where none does. */
  find(bytes: Buffer, from: number): number
  /**
   * Unpacks one whole member; nothing of it is given out unless its length and checksum are right.
   * @throws Error that says what is wrong.
   */
  unpack(member: Buffer, info: MemberInfo): Promise<Buffer>
}

/** No member of ours unpacks to more. */
export const LARGEST_MEMBER = 64 * 1024 * 1024

/** Finds members by the bytes they open with; a header proves itself by its own checksum. */
export function findByOpening(
  codec: Pick<MemberCodec, 'readHeader'>,
  opening: Buffer,
  bytes: Buffer,
  from: number,
): number {
  for (let at = from; ; at++) {
    at = bytes.indexOf(opening, at)
    if (at < 0 || codec.readHeader(bytes, at) !== undefined) return at
  }
}

/** The fields of a header, in 32 bytes. */
export function writeInfo(target: Buffer, at: number, info: MemberInfo): void {
  target.writeUInt32LE(info.size, at)
  target.writeUInt32LE(info.rawSize, at + 4)
  target.writeUInt32LE(info.lines, at + 8)
  target.writeUInt32LE(info.bodyChecksum, at + 12)
  target.writeDoubleLE(info.firstTime, at + 16)
  target.writeDoubleLE(info.lastTime, at + 24)
}

export function readInfo(bytes: Buffer, at: number): MemberInfo {
  return {
    size: bytes.readUInt32LE(at),
    rawSize: bytes.readUInt32LE(at + 4),
    lines: bytes.readUInt32LE(at + 8),
    bodyChecksum: bytes.readUInt32LE(at + 12),
    firstTime: bytes.readDoubleLE(at + 16),
    lastTime: bytes.readDoubleLE(at + 24),
  }
}
