/** Opens the file to record to: a new one, or an existing recording behind its last whole record. */
import { EXIT, GenesisError } from '../model/errors.js'
import type { MemberCodec } from './codec.js'
import { fileError } from './file-error.js'
import { CREATE, type FileSystem, type OpenFile, REOPEN, errnoOf, readAt } from './file-system.js'
import { gzipCodec } from './gzip-codec.js'
import { parseHeader } from './header.js'
import { LineDecoder, OWN_LINE_LIMIT } from './line.js'
import { type Tail, packedTail, plainTail } from './tail.js'
import { zstdCodec } from './zstd-codec.js'

/** What opening found in an existing file. */
export interface Appended {
  /** Bytes that were there and stay. */
  readonly kept: number
  /** Bytes of a torn last record that were cut. */
  readonly cut: number
}

export interface Target {
  readonly file: OpenFile
  /** Undefined where the file is new. */
  readonly appended: Appended | undefined
}

/** How a file of this name is packed; null for a plain one. @throws GenesisError where this Node cannot pack so. */
export function codecOf(path: string): MemberCodec | null {
  if (path.endsWith('.gz')) return gzipCodec
  return path.endsWith('.zst') ? zstdCodec(path) : null
}

/** @throws GenesisError where the target cannot be written to, or holds something else than a recording. */
export async function openTarget(files: FileSystem, path: string, codec: MemberCodec | null): Promise<Target> {
  try {
    return { file: await files.open(path, CREATE, 0o644), appended: undefined }
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw fileError('create it', path, error)
  }
  let file: OpenFile
  try {
    file = await files.open(path, REOPEN)
  } catch (error) {
    throw fileError('open it', path, error)
  }
  try {
    return { file, appended: await repairTail(file, path, codec) }
  } catch (error) {
    await file.close().catch(() => undefined)
    throw fileError('append to it', path, error)
  }
}

async function repairTail(file: OpenFile, path: string, codec: MemberCodec | null): Promise<Appended> {
  const facts = await file.stat()
  if (!facts.isFile())
    throw new GenesisError('not_a_file', `${path}: not a regular file`, EXIT.failed, { hint: 'name a file' })
  const tail = codec === null ? await plainTail(file, facts.size) : await packedTail(file, facts.size, codec)
  if (tail === undefined || (codec === null && !(await isOurs(file, path, tail, facts.size)))) {
    throw new GenesisError('foreign_file', `${path}: not a recording of genesis; it is left as it is`, EXIT.failed, {
      hint: 'choose another file, or move this one away',
    })
  }
  if (tail.torn === 0) return { kept: tail.keep, cut: 0 }
  if (codec === null && (await endsWhole(file, tail))) {
    await file.write(Buffer.from('\n'), 0, 1, facts.size)
    return { kept: facts.size + 1, cut: 0 }
  }
  await file.truncate(tail.keep)
  return { kept: tail.keep, cut: tail.torn }
}

/** True where the last line lacks nothing but its LF. */
async function endsWhole(file: OpenFile, tail: Tail): Promise<boolean> {
  if (tail.torn > OWN_LINE_LIMIT) return false
  const bytes = Buffer.concat([await readAt(file, tail.keep, tail.torn), Buffer.from('\n')])
  return new LineDecoder('checked').decode(bytes, 0, tail.torn) !== undefined
}

/** A file we may append to begins with our header, or is a header that was cut off. */
async function isOurs(file: OpenFile, path: string, tail: Tail, size: number): Promise<boolean> {
  const head = await readAt(file, 0, Math.min(size, 1 << 20))
  const end = head.indexOf(0x0a)
  const line = head.toString('utf8', 0, end < 0 ? head.length : end)
  if (tail.keep === 0) return line.startsWith('{"genesis":"recording"') || '{"genesis":"recording"'.startsWith(line)
  return parseHeader(line, path) !== undefined
}
