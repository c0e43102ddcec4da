/** Unpacks a zip archive that holds one journal, as data providers publish them. */
import { EXIT, GenesisError, messageOf } from '../model/errors.js'
import { crc32 } from 'node:zlib'
import { type Entry, type ZipFile, openPromise } from 'yauzl'
import { refuseBomb } from './bomb.js'
import { HeldBack } from './held-back.js'
import type { Piece } from './piece.js'

export interface Archive {
  /** Name of the entry, without folders. */
  readonly name: string
  /** Share of the entry that was unpacked, from 0 to 1. */
  readonly share: () => number
  readonly pieces: AsyncGenerator<Piece>
}

const MOST_ENTRIES = 1000

/** @throws GenesisError where the archive is damaged or holds more or less than one journal. */
export async function openZip(path: string): Promise<Archive> {
  let zip: ZipFile
  try {
    zip = await openPromise(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true })
  } catch (error) {
    throw damaged(path, error)
  }
  try {
    const entry = await onlyEntry(zip, path)
    const progress = { unpacked: 0 }
    return {
      name: entry.fileName.split('/').at(-1) ?? '',
      share: () => (entry.uncompressedSize === 0 ? 1 : Math.min(1, progress.unpacked / entry.uncompressedSize)),
      pieces: unpackEntry(zip, entry, path, progress),
    }
  } catch (error) {
    zip.close()
    throw error instanceof GenesisError ? error : damaged(path, error)
  }
}

function damaged(path: string, cause: unknown): GenesisError {
  return new GenesisError('corrupt', `${path}: a damaged zip archive: ${messageOf(cause)}`, EXIT.failed, {
    hint: 'fetch it again',
    cause,
  })
}

async function onlyEntry(zip: ZipFile, path: string): Promise<Entry> {
  const entries: Entry[] = []
  for await (const entry of zip.eachEntry()) {
    if (!entry.fileName.endsWith('/') && !/(?:^|\/)(?:__MACOSX|\.)/.test(entry.fileName)) entries.push(entry)
    if (entries.length > MOST_ENTRIES) break
  }
  const [only] = entries
  if (only !== undefined && entries.length === 1) return only
  throw new GenesisError(
    'not_one_entry',
    `${path}: holds ${entries.length} files, and genesis reads archives of one`,
    EXIT.failed,
    {
      hint: 'unpack it and name the files',
    },
  )
}

async function* unpackEntry(
  zip: ZipFile,
  entry: Entry,
  path: string,
  progress: { unpacked: number },
): AsyncGenerator<Piece> {
  const held = new HeldBack()
  let checksum = 0
  try {
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      progress.unpacked += chunk.length
      checksum = crc32(chunk, checksum)
      refuseBomb(entry.compressedSize, progress.unpacked)
      held.add(chunk)
      for (const bytes of held.passed()) yield { kind: 'bytes', bytes }
    }
    if (checksum !== entry.crc32) throw new Error('checksum does not match')
    for (const bytes of held.rest()) yield { kind: 'bytes', bytes }
  } catch (error) {
    if (error instanceof GenesisError) throw error
    yield {
      kind: 'damage',
      offset: 0,
      length: entry.compressedSize,
      reason: `zip entry of ${path}: ${messageOf(error)}`,
    }
  } finally {
    zip.close()
  }
}
