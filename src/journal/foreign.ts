/** Unpacks what another program packed: of any length, so that memory may not suffice to check it before it is used. */
import { constants, createInflateRaw } from 'node:zlib'
import { refuseBomb } from './bomb.js'
import { HeldBack } from './held-back.js'
import { type Decompressor, Inflater } from './inflater.js'
import type { Piece } from './piece.js'
import { Window } from './window.js'
import { ZstdFrame } from './zstd-frame.js'
import { zstdStream } from './zstd-codec.js'

interface ForeignFormat {
  readonly name: string
  /** Passes over what stands before the packed stream; false where it is cut off. */
  header(window: Window): Promise<boolean>
  stream(): Decompressor
  /** What is to be unpacked, where that is not all that follows until the packed stream says that it has ended. */
  input?: Window
  /** What is wrong with what stands after it; undefined where nothing is. */
  trailer(window: Window, inflater: Inflater): Promise<string | undefined>
}

/** A gzip member (RFC 1952). */
export function unpackForeignGzip(window: Window): AsyncGenerator<Piece> {
  return unpackForeign(window, {
    name: 'gzip member',
    header: passGzipHeader,
    stream: () => createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 128 * 1024 }),
    trailer: checkGzipTrailer,
  })
}

/** A Zstandard frame, whose own checksum Node verifies. */
export function unpackForeignZstd(window: Window, path: string): AsyncGenerator<Piece> {
  const frame = new ZstdFrame(window)
  return unpackForeign(window, {
    name: 'zstd frame',
    header: () => Promise.resolve(true),
    stream: () => zstdStream(path),
    input: new Window(frame.bytes()),
    trailer: (_, inflater) => {
      // Some versions of Node take what is cut off for the end, some do not tell it from what is damaged.
      const isDamaged = inflater.cut && frame.isWhole
      inflater.cut = !frame.isWhole
      return Promise.resolve(isDamaged ? 'cannot be unpacked' : undefined)
    },
  })
}

async function* unpackForeign(window: Window, format: ForeignFormat): AsyncGenerator<Piece> {
  const offset = window.offset
  if (!(await format.header(window))) {
    window.take(window.available)
    yield { kind: 'torn', offset, length: window.offset - offset, reason: `the ${format.name} is cut off` }
    return
  }
  const inflater = new Inflater(format.input ?? window, format.stream())
  const held = new HeldBack()
  try {
    while (await inflater.step()) {
      for (const bytes of inflater.takeOutput()) held.add(bytes)
      refuseBomb(window.offset - offset, inflater.produced)
      for (const bytes of held.passed()) yield { kind: 'bytes', bytes }
    }
    for (const bytes of inflater.takeOutput()) held.add(bytes)
    const failure = inflater.failure ?? (await format.trailer(window, inflater))
    // A flipped bit shows some way behind its place: what came before in this member cannot be trusted. A cut is different.
    if (failure === undefined || inflater.cut) for (const bytes of held.rest()) yield { kind: 'bytes', bytes }
    const length = window.offset - offset
    if (inflater.cut) yield { kind: 'torn', offset, length, reason: `the ${format.name} is cut off` }
    else if (failure !== undefined) yield { kind: 'damage', offset, length, reason: `${format.name}: ${failure}` }
  } finally {
    inflater.close()
  }
}

async function checkGzipTrailer(window: Window, inflater: Inflater): Promise<string | undefined> {
  if (inflater.cut) return undefined
  if (!(await window.fill(8))) {
    inflater.cut = true
    window.take(window.available)
    return undefined
  }
  const trailer = window.take(8)
  if (trailer.readUInt32LE(0) !== inflater.checksum) return 'checksum does not match'
  return trailer.readUInt32LE(4) === inflater.produced % 2 ** 32 ? undefined : 'length does not match'
}

/** RFC 1952, section 2.3. */
async function passGzipHeader(window: Window): Promise<boolean> {
  const flags = window.bytes[window.at + 3] ?? 0
  let length = 10
  if ((flags & 4) !== 0) {
    if (!(await window.fill(length + 2))) return false
    length += 2 + window.bytes.readUInt16LE(window.at + length)
  }
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue
    do if (!(await window.fill(length + 1))) return false
    while (window.bytes[window.at + length++] !== 0 && length < 70_000)
  }
  if ((flags & 2) !== 0) length += 2
  if (!(await window.fill(length))) return false
  window.take(length)
  return true
}
