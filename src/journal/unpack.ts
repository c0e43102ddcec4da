/** Chooses how the bytes of a file are unpacked, by their first bytes. */
import { gunzip } from './gunzip.js'
import type { Piece } from './piece.js'
import type { Source } from './source.js'

/** How the file is packed. */
export type Packing = 'plain' | 'gzip' | 'zstd' | 'zip'

export interface Unpacked {
  readonly packing: Packing
  readonly pieces: AsyncGenerator<Piece>
}

export async function unpack(source: Source): Promise<Unpacked> {
  const bytes = source.bytes()
  const first = await bytes.next()
  const head = first.done === true ? Buffer.alloc(0) : first.value
  const all = following(head, bytes)
  if (head[0] === 0x1f && head[1] === 0x8b) return { packing: 'gzip', pieces: gunzip(all) }
  return { packing: 'plain', pieces: plain(all) }
}

async function* following(head: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head
  yield* rest
}

async function* plain(blocks: AsyncGenerator<Buffer>): AsyncGenerator<Piece> {
  for await (const bytes of blocks) yield { kind: 'bytes', bytes }
}
