/** Frames of Zstandard (RFC 8878), where this Node has it: what genesis has to say of each stands in a skippable frame before it. */
import { EXIT, GenesisError } from '../model/errors.js'
import zlib, { crc32 } from 'node:zlib'
import type { Decompressor } from './inflater.js'
import { LARGEST_MEMBER, type MemberCodec, type MemberInfo, findByOpening, readInfo, writeInfo } from './codec.js'

/** Magic number of a skippable frame, its length (44), and our mark. */
const OPENING = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 44, 0, 0, 0, 0x47, 0x4a, 0x5a, 0x31])
const CHECKED = OPENING.length + 32 + 4
const HEADER = CHECKED + 4

type Callback = (error: Error | null, bytes: Buffer) => void

/** What Node has had since 22.15 and 23.8; the types of the oldest supported Node do not know it. */
interface Zstd {
  zstdCompress(bytes: Buffer, options: object, callback: Callback): void
  zstdDecompress(bytes: Buffer, options: object, callback: Callback): void
  createZstdDecompress(): Decompressor
}

/** @throws GenesisError `no_zstd` where this Node cannot. */
export function zstdCodec(path: string): MemberCodec {
  const zstd = zstdOf(path)
  const codec: MemberCodec = {
    name: 'zstd',
    opening: OPENING,
    headerLength: HEADER,

    async pack(lines, info, level): Promise<Buffer> {
      const params = { 100: level }
      const body = await call(callback => zstd.zstdCompress(lines, { params }, callback))
      const header = Buffer.allocUnsafe(HEADER)
      OPENING.copy(header)
      writeInfo(header, OPENING.length, {
        ...info,
        size: HEADER + body.length,
        rawSize: lines.length,
        bodyChecksum: crc32(body),
      })
      header.writeUInt32LE(crc32(lines), OPENING.length + 32)
      header.writeUInt32LE(crc32(header.subarray(0, CHECKED)), CHECKED)
      return Buffer.concat([header, body])
    },

    readHeader(bytes, at): MemberInfo | undefined {
      if (at + HEADER > bytes.length || OPENING.compare(bytes, at, at + OPENING.length) !== 0) return undefined
      if (bytes.readUInt32LE(at + CHECKED) !== crc32(bytes.subarray(at, at + CHECKED))) return undefined
      const info = readInfo(bytes, at + OPENING.length)
      return info.size > HEADER && info.rawSize <= LARGEST_MEMBER ? info : undefined
    },

    find: (bytes, from) => findByOpening(codec, OPENING, bytes, from),

    async unpack(member, info): Promise<Buffer> {
      const body = member.subarray(HEADER, info.size)
      if (crc32(body) !== info.bodyChecksum) throw new Error('checksum does not match')
      const options = { maxOutputLength: Math.max(info.rawSize, 1) }
      const lines = await call(callback => zstd.zstdDecompress(body, options, callback))
      if (lines.length !== info.rawSize) throw new Error('unpacks to another length than it says')
      if (crc32(lines) !== member.readUInt32LE(OPENING.length + 32)) throw new Error('checksum does not match')
      return lines
    },
  }
  return codec
}

/** Unpacks what other programs wrote. @throws GenesisError `no_zstd` where this Node cannot. */
export function zstdStream(path: string): Decompressor {
  return zstdOf(path).createZstdDecompress()
}

function zstdOf(path: string): Zstd {
  if ('createZstdDecompress' in zlib) return zlib as unknown as Zstd
  throw new GenesisError('no_zstd', `${path}: this Node.js (${process.version}) has no Zstandard`, EXIT.failed, {
    hint: 'use Node.js 22.15 or later, or .gz',
  })
}

function call(start: (callback: Callback) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    start((error, bytes) => (error === null ? resolve(bytes) : reject(error)))
  })
}
