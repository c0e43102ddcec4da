/** Where the bytes of a journal come from: a file, or a stream such as standard input. */
import { EXIT, GenesisError, UsageError } from '../model/errors.js'
import { fileError } from './file-error.js'
import { type FileSystem, type OpenFile, READ } from './file-system.js'

export interface Source {
  /** As the user named it. */
  readonly path: string
  /** Undefined where it cannot be known: pipes. */
  readonly size: number | undefined
  /** From `from` to the end that the file had when it was opened. Blocks do not change after they are given out. */
  bytes(from?: number): AsyncGenerator<Buffer>
  readonly file: OpenFile | undefined
  /** How far into it the blocks given out so far reach. */
  position(): number
  close(): Promise<void>
}

const BLOCK = 256 * 1024

/** @throws UsageError where there is no such file or it is a directory. */
export async function openSource(files: FileSystem, path: string, follow?: () => Promise<boolean>): Promise<Source> {
  let file: OpenFile
  try {
    file = await files.open(path, READ)
  } catch (error) {
    throw fileError('read it', path, error)
  }
  const facts = await file.stat()
  if (facts.isDirectory()) {
    await file.close()
    throw new UsageError('is_directory', `${path}: is a directory`, { hint: 'name the files in it' })
  }
  const size = facts.isFile() ? facts.size : undefined
  const reached = { position: 0 }
  const bytes = (from = 0): AsyncGenerator<Buffer> =>
    counted(
      follow === undefined || size === undefined
        ? readBlocks(file, path, from, size)
        : followBlocks(file, path, from, follow),
      from,
      reached,
    )
  let closed: Promise<void> | undefined
  return { path, size, file, bytes, position: () => reached.position, close: () => (closed ??= file.close()) }
}

/** A stream that is already open: standard input under the name `-`. */
export function streamSource(path: string, stream: AsyncIterable<Uint8Array>): Source {
  const reached = { position: 0 }
  async function* chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of stream) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  }
  const bytes = (): AsyncGenerator<Buffer> => counted(chunks(), 0, reached)
  const position = (): number => reached.position
  return { path, size: undefined, file: undefined, bytes, position, close: () => Promise.resolve() }
}

async function* counted(
  blocks: AsyncGenerator<Buffer>,
  from: number,
  reached: { position: number },
): AsyncGenerator<Buffer> {
  reached.position = from
  for await (const block of blocks) {
    reached.position += block.length
    yield block
  }
}

/** Reads ahead by one block, so that the disk works while the last block is being decoded. */
async function* readBlocks(
  file: OpenFile,
  path: string,
  from: number,
  size: number | undefined,
): AsyncGenerator<Buffer> {
  const end = size ?? Number.POSITIVE_INFINITY
  const position = (at: number): number => (size === undefined ? -1 : at)
  let at = from
  let ahead = readBlock(file, position(at), Math.min(BLOCK, end - at))
  try {
    for (;;) {
      const block = await ahead
      if (block.length === 0) {
        if (size === undefined || at >= size) return
        throw new GenesisError('shrunk', `${path}: became shorter while it was read`, EXIT.failed, {
          hint: 'read it again',
        })
      }
      at += block.length
      ahead = readBlock(file, position(at), Math.min(BLOCK, end - at))
      yield block
    }
  } catch (error) {
    throw fileError('read on', path, error)
  } finally {
    await ahead.catch(() => undefined)
  }
}

/** The open file, not the name: a file that is moved away is still read to its end. */
async function* followBlocks(
  file: OpenFile,
  path: string,
  from: number,
  follow: () => Promise<boolean>,
): AsyncGenerator<Buffer> {
  let at = from
  for (;;) {
    const block = await readBlock(file, at, BLOCK).catch((error: unknown) => {
      throw fileError('read on', path, error)
    })
    at += block.length
    if (block.length > 0) yield block
    else if (!(await follow())) return
  }
}

function readBlock(file: OpenFile, position: number, length: number): Promise<Buffer> {
  if (length <= 0) return Promise.resolve(Buffer.alloc(0))
  const block = Buffer.allocUnsafeSlow(length)
  const read = file.read(block, 0, length, position).then(({ bytesRead }) => block.subarray(0, bytesRead))
  // Whoever awaits it hears of the failure; until then it is not an unhandled one.
  read.catch(() => undefined)
  return read
}
