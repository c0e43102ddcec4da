/** Unpacks a gzip member that another program wrote: of any length, so that memory may not suffice to check it first. */
import { EXIT, GenesisError, messageOf } from '../model/errors.js'
import { constants, crc32, createInflateRaw, type InflateRaw } from 'node:zlib'
import type { Piece } from './piece.js'
import type { Window } from './window.js'

/** Up to this much is held until its checksum is verified; of a longer member the beginning goes out unverified. */
const HELD = 8 * 1024 * 1024
/** Packed bytes given to zlib at once: at most about a thousand times as many come out. */
const STEP = 16 * 1024
const BOMB_RATIO = 200
const BOMB_SIZE = 64 * 1024 * 1024

export async function* unpackForeignMember(window: Window): AsyncGenerator<Piece> {
  const start = window.offset
  const header = await headerLength(window)
  if (header === undefined) {
    yield rest(window, start, 'the gzip header is cut off')
    return
  }
  window.take(header)
  const inflater = new Inflater(window)
  try {
    let held: Buffer[] = []
    let heldLength = 0
    while (await inflater.step()) {
      for (const bytes of inflater.takeOutput()) {
        held.push(bytes)
        heldLength += bytes.length
      }
      refuseBomb(window.offset - start, inflater.produced)
      if (heldLength <= HELD) continue
      for (const bytes of held) yield { kind: 'bytes', bytes }
      held = []
      heldLength = 0
    }
    held.push(...inflater.takeOutput())
    const failure = inflater.failure ?? (await checkTrailer(window, inflater))
    // Deflate goes wrong some way behind a flipped bit: what came before in this member cannot be trusted. A cut is different.
    if (failure === undefined || inflater.cut) for (const bytes of held) yield { kind: 'bytes', bytes }
    if (inflater.cut)
      yield { kind: 'torn', offset: start, length: window.offset - start, reason: 'the gzip member is cut off' }
    else if (failure !== undefined)
      yield { kind: 'damage', offset: start, length: window.offset - start, reason: `gzip member: ${failure}` }
  } finally {
    inflater.close()
  }
}

/** Runs zlib one step at a time, so that what it has not taken can be put back. */
class Inflater {
  produced = 0
  checksum = 0
  failure: string | undefined
  /** The input ended before the member did. */
  cut = false
  private output: Buffer[] = []
  private ended = false
  private fed = 0
  private readonly zlib: InflateRaw = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: 128 * 1024 })
  private wake: () => void = () => undefined

  constructor(private readonly window: Window) {
    this.zlib.on('data', (bytes: Buffer) => {
      this.output.push(bytes)
      this.produced += bytes.length
      this.checksum = crc32(bytes, this.checksum)
    })
    this.zlib.on('end', () => {
      this.ended = true
      this.wake()
    })
    this.zlib.on('error', error => {
      this.failure = messageOf(error)
      this.wake()
    })
  }

  /** @returns false when the member has ended, well or not. */
  async step(): Promise<boolean> {
    const input = await this.window.takeAny(STEP)
    if (input === undefined) {
      this.cut = true
      await this.run(done => this.zlib.end(done))
      return false
    }
    this.fed += input.length
    await this.run(done => this.zlib.write(input, done))
    if (this.failure !== undefined) return false
    if (!this.ended) return true
    this.window.putBack(this.fed - this.zlib.bytesWritten)
    return false
  }

  takeOutput(): Buffer[] {
    const { output } = this
    this.output = []
    return output
  }

  close(): void {
    this.zlib.destroy()
  }

  /** At the end of a deflate stream Node announces the end and never calls back. */
  private run(start: (done: () => void) => void): Promise<void> {
    return new Promise(resolve => {
      this.wake = resolve
      start(() => resolve())
    })
  }
}

async function checkTrailer(window: Window, inflater: Inflater): Promise<string | undefined> {
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

/** Length of the header that begins the window (RFC 1952, section 2.3); undefined where it does not end. */
async function headerLength(window: Window): Promise<number | undefined> {
  const flags = window.bytes[window.at + 3] ?? 0
  let length = 10
  if ((flags & 4) !== 0) {
    if (!(await window.fill(length + 2))) return undefined
    length += 2 + window.bytes.readUInt16LE(window.at + length)
  }
  for (const flag of [8, 16]) {
    if ((flags & flag) === 0) continue
    do if (!(await window.fill(length + 1))) return undefined
    while (window.bytes[window.at + length++] !== 0 && length < 70_000)
  }
  if ((flags & 2) !== 0) length += 2
  return (await window.fill(length)) ? length : undefined
}

function refuseBomb(packed: number, unpacked: number): void {
  if (unpacked <= BOMB_SIZE || unpacked / packed <= BOMB_RATIO) return
  throw new GenesisError(
    'bomb',
    `refused: ${packed} packed bytes have unpacked to ${unpacked} already, more than ${BOMB_RATIO} times as many`,
    EXIT.failed,
    { hint: 'unpack it yourself if you trust it' },
  )
}

function rest(window: Window, offset: number, reason: string): Piece {
  const length = window.available
  window.take(length)
  return { kind: 'torn', offset, length, reason }
}
