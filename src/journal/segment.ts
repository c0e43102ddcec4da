/** One file being recorded: blocks of lines go to disk in order, and what is accepted, written and synced is known at any moment. */
import { EXIT, GenesisError } from '../model/errors.js'
import type { Micros } from '../model/time.js'
import type { MemberCodec } from './codec.js'
import { fileError } from './file-error.js'
import { type OpenFile, type FileSystem, writeAll } from './file-system.js'
import type { JournalItem } from './item.js'
import { LineBlock } from './line-block.js'
import { LineEncoder, type Proof, longestLine } from './line.js'
import type { ManifestSegment } from './manifest.js'
import { SegmentTally } from './segment-tally.js'

/** When what is written is forced onto the disk: never, once a second, or after every write. */
export type SyncPolicy = 'none' | '1s' | 'each'

/** Frames, counted along their way; after a clean close all of `accepted` is `synced` (`written` with `none`). */
export interface Watermark {
  /** Taken over from the caller. */
  accepted: number
  /** Handed to the operating system: a killed process does not lose them. */
  written: number
  /** Forced onto the disk: a power cut does not lose them. */
  synced: number
  /** Accepted, but the disk refused them. */
  failed: number
}

export interface SegmentOptions {
  readonly files: FileSystem
  readonly path: string
  readonly sync: SyncPolicy
  /** How members are packed; null for a plain file. */
  readonly packing: { readonly codec: MemberCodec; readonly level: number } | null
  /** Keeps what the manifest wants to know; null where there is none. */
  readonly tally: SegmentTally | null
}

/** One write per several thousand frames, and while one block is being written the next is filled. */
const PLAIN_BLOCK = 1024 * 1024
/** What a packed member holds: small enough to be checked in memory before any of it is used. */
const MEMBER_BLOCK = 256 * 1024
const RECYCLED = 8
const SECOND: Micros = 1_000_000
const LF = 0x0a

interface Sealed {
  readonly block: LineBlock
  readonly frames: number
  readonly bytes: Promise<Buffer>
  /** Told where in the file its end lies once it is written; null where it never will be. */
  onEnd?: (position: number | null) => void
}

/** Appending never waits; {@link settle} waits for the disk. */
export class Segment {
  readonly watermark: Watermark = { accepted: 0, written: 0, synced: 0, failed: 0 }
  /** Why recording stopped, if it did. */
  failure: GenesisError | undefined
  /** Bytes waiting in memory. */
  backlog = 0

  /** Bytes of all lines, unpacked. */
  rawBytes = 0
  private readonly tally: SegmentTally | undefined
  private readonly encoder = new LineEncoder()
  private readonly queue: Sealed[] = []
  private readonly spare: LineBlock[] = []
  private readonly capacity: number
  private current: LineBlock
  private notes = 0
  private openedAt: Micros = 0
  private syncedAt: Micros | undefined
  private syncWanted = false
  private pumping: Promise<void> | undefined
  private onWrite: (() => void) | undefined
  private inFlight = 0
  private writing: Sealed | undefined

  /** @param position where the next byte goes: the length of what the file holds already. */
  constructor(
    private readonly file: Promise<OpenFile>,
    private position: number,
    private readonly options: SegmentOptions,
  ) {
    file.catch(() => undefined)
    this.tally = options.tally ?? undefined
    this.capacity = options.packing === null ? PLAIN_BLOCK : MEMBER_BLOCK
    this.current = new LineBlock(this.capacity)
  }

  /** Bytes in the file, and those on their way as far as they are known. */
  get size(): number {
    return this.options.packing === null ? this.position + this.backlog : this.position
  }

  /** Adds a line that is no frame of the feed: the header, or what the recorder has to say itself. */
  note(line: string, time: Micros): void {
    if (this.failure !== undefined) return
    const length = Buffer.byteLength(line) + 1
    if (!this.current.hasRoom(length)) {
      this.seal()
      if (length > this.capacity) this.current = new LineBlock(length)
    }
    this.current.addText(line, time)
    this.notes++
    this.backlog += length
    this.rawBytes += length
    if (this.current.length === length) this.openedAt = time
  }

  /** @returns false after a failure: the frame was not taken. */
  append(frame: JournalItem, proof: Proof): boolean {
    if (this.failure !== undefined) return false
    const before = this.current.length
    if (!this.encoder.encode(frame, this.current, proof)) {
      this.seal()
      return this.appendToFresh(frame, proof)
    }
    if (this.current.length > before) this.accept(frame, this.current.length - before)
    return true
  }

  private appendToFresh(frame: JournalItem, proof: Proof): boolean {
    const longest = longestLine(frame)
    if (longest > this.current.bytes.length) this.current = new LineBlock(longest)
    if (!this.encoder.encode(frame, this.current, proof)) throw new Error('a line is longer than its own bound')
    this.accept(frame, this.current.length)
    return true
  }

  private accept(frame: JournalItem, length: number): void {
    const time = frame.receivedAt
    this.watermark.accepted++
    this.backlog += length
    this.rawBytes += length
    this.tally?.count(frame)
    if (this.current.length === length) this.openedAt = time
    if (this.options.sync === 'each') this.start()
    else this.tick(time)
  }

  get path(): string {
    return this.options.path
  }

  /** For the manifest, once the segment is closed. */
  summary(): Omit<ManifestSegment, 'chain' | 'file'> {
    return {
      bytes: this.position,
      frames: this.watermark.written,
      ...(this.tally ?? new SegmentTally(undefined)).summary(),
    }
  }

  /** Time passed: a block that has waited long enough goes out, and once a second the disk is asked to keep what it has. */
  tick(now: Micros): void {
    const patience = this.options.packing === null ? SECOND / 4 : SECOND
    if (this.current.length > 0 && now - this.openedAt >= patience) this.seal()
    this.syncedAt ??= now
    if (this.options.sync !== '1s' || now - this.syncedAt < SECOND) return
    this.syncedAt = now
    this.syncWanted = true
    this.seal()
    this.start()
  }

  /** Waits until everything appended so far is with the operating system, and on the disk unless the policy is `none`. */
  async settle(): Promise<void> {
    this.seal()
    if (this.options.sync !== 'none') this.syncWanted = true
    this.start()
    while (this.pumping !== undefined) await this.pumping
  }

  /**
   * Ends a block here, so that reading can begin behind it.
   * @returns where in the file that is, once it is written; null where the disk refuses.
   */
  async mark(): Promise<number | null> {
    this.seal()
    if (this.failure !== undefined) return null
    const last = this.queue.at(-1) ?? this.writing
    if (last === undefined) return this.position
    const { onEnd } = last
    return new Promise(resolve => {
      last.onEnd = position => {
        onEnd?.(position)
        resolve(position)
      }
    })
  }

  /** Waits until at most `bytes` wait for their turn: what is being written at that moment goes on while more is appended. */
  async drain(bytes: number): Promise<void> {
    this.seal()
    while (this.backlog - this.inFlight > bytes && this.pumping !== undefined)
      await Promise.race([this.pumping, this.nextWrite()])
  }

  async close(): Promise<void> {
    await this.settle()
    try {
      await (await this.file).close()
    } catch (error) {
      this.failure ??= fileError('close it', this.options.path, error)
    }
  }

  /** @throws never; a target that was removed or replaced becomes the segment's failure. */
  async checkTarget(): Promise<void> {
    if (this.failure !== undefined) return
    const { files, path } = this.options
    try {
      const [open, named] = await Promise.all([(await this.file).stat(), files.stat(path)])
      if (open.ino === named.ino && open.dev === named.dev) return
    } catch {
      // Whatever hides the target: it is not there under its name.
    }
    this.fail(
      new GenesisError('vanished', `${path}: the file was removed or replaced while it was recorded`, EXIT.failed, {
        hint: 'record again, and leave the file in its place',
      }),
    )
  }

  private nextWrite(): Promise<void> {
    return new Promise(resolve => (this.onWrite = resolve))
  }

  private seal(): void {
    const block = this.current
    if (block.length === 0 || this.failure !== undefined) return
    const lines = block.bytes.subarray(0, block.length)
    const { packing } = this.options
    const { firstTime = 0, lastTime = 0 } = block
    const bytes =
      packing === null
        ? Promise.resolve(lines)
        : packing.codec.pack(lines, { lines: block.lines, firstTime, lastTime }, packing.level)
    bytes.catch(() => undefined)
    this.queue.push({ block, frames: block.lines - this.notes, bytes })
    this.notes = 0
    this.current = this.spare.pop() ?? new LineBlock(this.capacity)
    this.start()
  }

  private start(): void {
    this.pumping ??= this.pump().finally(() => (this.pumping = undefined))
  }

  private async pump(): Promise<void> {
    // Frames that arrive in the same turn share one write.
    await Promise.resolve()
    try {
      await this.writeAll()
    } catch (error) {
      // The file of a later segment could not be created, or a block could not be packed.
      this.fail(fileError('write to it', this.options.path, error))
    }
  }

  private async writeAll(): Promise<void> {
    for (;;) {
      if (this.queue.length === 0 && this.options.sync === 'each') this.seal()
      const next = this.queue.shift()
      if (next === undefined && !(await this.syncIfDue())) return
      if (next !== undefined) await this.write(next)
      if (this.failure !== undefined) return
    }
  }

  private async write(sealed: Sealed): Promise<void> {
    this.writing = sealed
    const bytes = await sealed.bytes
    const file = await this.file
    const writing = writeAll(file, bytes, this.position)
    this.inFlight = sealed.block.length
    this.onWrite?.()
    const { written, failure } = await writing
    this.inFlight = 0
    this.backlog -= sealed.block.length
    this.onWrite?.()
    this.writing = undefined
    if (failure !== undefined) {
      sealed.onEnd?.(null)
      await this.cutBack(bytes, written, sealed)
      this.fail(fileError('write to it', this.options.path, failure))
      return
    }
    this.tally?.hash(bytes)
    this.position += written
    sealed.onEnd?.(this.position)
    this.watermark.written += sealed.frames
    if (this.options.sync === 'each') this.syncWanted = true
    sealed.block.clear()
    if (sealed.block.bytes.length === this.capacity && this.spare.length < RECYCLED) this.spare.push(sealed.block)
  }

  /** Leaves only whole records behind after a write that did not end. */
  private async cutBack(bytes: Buffer, written: number, sealed: Sealed): Promise<void> {
    const whole = this.options.packing === null ? bytes.subarray(0, written).lastIndexOf(LF) + 1 : 0
    if (whole > 0) {
      const kept = bytes.subarray(0, whole)
      this.tally?.hash(kept)
      this.position += whole
      this.watermark.written += Math.max(0, countLines(kept) - (sealed.block.lines - sealed.frames))
    }
    // Where even that is refused, the torn tail stays for the next open to cut.
    await (await this.file).truncate(this.position).catch(() => undefined)
  }

  private async syncIfDue(): Promise<boolean> {
    if (!this.syncWanted) return false
    this.syncWanted = false
    const { written } = this.watermark
    if (written === this.watermark.synced) return false
    try {
      await (await this.file).datasync()
      this.watermark.synced = written
      return true
    } catch (error) {
      // A failed sync is never tried again: the system may have thrown the pages away and would report success.
      this.fail(fileError('sync it', this.options.path, error))
      return false
    }
  }

  private fail(failure: GenesisError): void {
    this.failure ??= failure
    for (const { onEnd } of this.queue.splice(0)) onEnd?.(null)
    this.writing?.onEnd?.(null)
    this.writing = undefined
    this.current.clear()
    this.backlog = 0
    this.watermark.failed = this.watermark.accepted - this.watermark.written
  }
}

function countLines(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++
  return lines
}
