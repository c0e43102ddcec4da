/** Members of gzip (RFC 1952): what genesis has to say of each stands in its extra field, where other tools pass over it. */
import { constants, crc32, deflateRaw, inflateRaw } from 'node:zlib'
import { LARGEST_MEMBER, type MemberCodec, type MemberInfo, findByOpening, readInfo, writeInfo } from './codec.js'

/** ID1 ID2 CM=deflate, FLG = header checksum and extra field, no time, no hints, unknown system; extra field `GJ` of 32 bytes. */
const OPENING = Buffer.from([0x1f, 0x8b, 8, 0x06, 0, 0, 0, 0, 0, 0xff, 36, 0, 0x47, 0x4a, 32, 0])
const CHECKED = OPENING.length + 32
const HEADER = CHECKED + 2
const TRAILER = 8

export const gzipCodec: MemberCodec = {
  name: 'gzip',
  opening: OPENING,
  headerLength: HEADER,

  async pack(lines, info, level): Promise<Buffer> {
    const body = await deflate(lines, level)
    const size = HEADER + body.length + TRAILER
    const member = Buffer.allocUnsafe(size)
    OPENING.copy(member)
    writeInfo(member, OPENING.length, { ...info, size, rawSize: lines.length, bodyChecksum: crc32(body) })
    member.writeUInt16LE(crc32(member.subarray(0, CHECKED)) & 0xffff, CHECKED)
    body.copy(member, HEADER)
    member.writeUInt32LE(crc32(lines), size - 8)
    member.writeUInt32LE(lines.length, size - 4)
    return member
  },

  readHeader(bytes, at): MemberInfo | undefined {
    if (at + HEADER > bytes.length || OPENING.compare(bytes, at, at + OPENING.length) !== 0) return undefined
    if (bytes.readUInt16LE(at + CHECKED) !== (crc32(bytes.subarray(at, at + CHECKED)) & 0xffff)) return undefined
    const info = readInfo(bytes, at + OPENING.length)
    return info.size > HEADER + TRAILER && info.rawSize <= LARGEST_MEMBER ? info : undefined
  },

  find: (bytes, from) => findByOpening(gzipCodec, OPENING, bytes, from),

  async unpack(member, info): Promise<Buffer> {
    const body = member.subarray(HEADER, info.size - TRAILER)
    if (crc32(body) !== info.bodyChecksum) throw new Error('checksum does not match')
    const lines = await inflate(body, info.rawSize)
    if (lines.length !== info.rawSize || member.readUInt32LE(info.size - 4) !== info.rawSize) {
      throw new Error('unpacks to another length than it says')
    }
    if (crc32(lines) !== member.readUInt32LE(info.size - 8)) throw new Error('checksum does not match')
    return lines
  },
}

function deflate(bytes: Buffer, level: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    deflateRaw(bytes, { level, memLevel: 9 }, (error, packed) => (error === null ? resolve(packed) : reject(error)))
  })
}

function inflate(bytes: Buffer, length: number): Promise<Buffer> {
  const options = { maxOutputLength: Math.max(length, 1), chunkSize: Math.max(length, constants.Z_MIN_CHUNK) }
  return new Promise((resolve, reject) => {
    inflateRaw(bytes, options, (error, lines) => (error === null ? resolve(lines) : reject(error)))
  })
}
