/** Chooses how the bytes of a file are unpacked, by their first bytes. */
import { EXIT, GenesisError } from '../model/errors.js'
import { basename } from 'node:path'
import { unpackForeignGzip, unpackForeignZstd } from './foreign.js'
import { gzipCodec } from './gzip-codec.js'
import { unpackMembers } from './members.js'
import type { Piece } from './piece.js'
import type { Source } from './source.js'
import type { Window } from './window.js'
import { openZip } from './zip.js'
import { zstdCodec } from './zstd-codec.js'

/** How the file is packed. */
export type Packing = 'plain' | 'gzip' | 'zstd' | 'zip'

export interface Unpacked {
  readonly packing: Packing
  /** Name of what was unpacked, without folders. */
  readonly name: string
  /** How many bytes of the file, packed as it is, have been used. */
  readonly position: () => number
  readonly pieces: AsyncGenerator<Piece>
}

/**
 * Unpacks from a place where a line or a member begins.
 * @throws GenesisError where it is packed in a way that cannot be read here.
 */
export async function unpack(source: Source, from: number, ahead: number): Promise<Unpacked> {
  const bytes = source.bytes(from)
  const first = await bytes.next()
  const head = first.done === true ? Buffer.alloc(0) : first.value
  const packing = packingOf(head)
  const name = basename(source.path)
  if (packing === 'zip') {
    await bytes.return(undefined)
    if (source.file === undefined) throw unseekable(source.path)
    const { name: entry, share, pieces } = await openZip(source.path)
    return { packing, name: entry, position: () => Math.round(share() * (source.size ?? 0)), pieces }
  }
  const all = following(head, bytes)
  const position = (): number => source.position()
  switch (packing) {
    case 'gzip':
      return { packing, name, position, pieces: unpackMembers(all, gzipCodec, ahead, foreignGzip) }
    case 'zstd':
      return {
        packing,
        name,
        position,
        pieces: unpackMembers(all, zstdCodec(source.path), ahead, window => foreignZstd(window, source.path)),
      }
    case 'plain':
      return { packing, name, position, pieces: plain(all) }
  }
}

function packingOf(head: Buffer): Packing {
  if (head.length >= 2 && head.readUInt16BE(0) === 0x1f8b) return 'gzip'
  if (head.length < 4) return 'plain'
  const magic = head.readUInt32LE(0)
  if (magic === 0x04034b50 || magic === 0x06054b50) return 'zip'
  // A frame, or a skippable frame (RFC 8878, sections 3.1.1 and 3.1.2).
  return magic === 0xfd2fb528 || magic >>> 4 === 0x184d2a5 ? 'zstd' : 'plain'
}

function unseekable(path: string): GenesisError {
  return new GenesisError(
    'zip_stream',
    `${path}: a zip archive has its directory at its end, and a stream has no end yet`,
    EXIT.failed,
    {
      hint: 'save it to a file, or pipe through: funzip',
    },
  )
}

async function* following(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head
  yield* rest
}

async function* plain(blocks: AsyncGenerator<Buffer>): AsyncGenerator<Piece> {
  for await (const bytes of blocks) yield { kind: 'bytes', bytes }
}

function foreignGzip(window: Window): AsyncGenerator<Piece> | undefined {
  const { bytes, at, available } = window
  if (available < 10 || bytes[at] !== 0x1f || bytes[at + 1] !== 0x8b || bytes[at + 2] !== 8) return undefined
  return resembles(window, gzipCodec.opening) ? undefined : unpackForeignGzip(window)
}

/** A header of ours that was damaged must not pass for a foreign one: what follows would be read from the wrong place. */
function resembles(window: Window, opening: Buffer): boolean {
  let same = 0
  for (const [index, byte] of opening.entries()) if (window.bytes[window.at + index] === byte) same++
  return same >= opening.length - 3
}

function foreignZstd(window: Window, path: string): AsyncGenerator<Piece> | undefined {
  const { bytes, at, available } = window
  return available >= 4 && bytes.readUInt32LE(at) === 0xfd2fb528 ? unpackForeignZstd(window, path) : undefined
}
