/** Records frames to a file at the speed of the feed: complete, or saying exactly where it is not. */
import { EXIT, GenesisError } from '../model/errors.js'
import type { Frame } from '../model/frame.js'
import type { Micros } from '../model/time.js'
import { fileError } from './file-error.js'
import { CREATE, type FileSystem, type OpenFile, REOPEN, errnoOf, readAt, realFileSystem } from './file-system.js'
import type { MemberCodec } from './codec.js'
import { gzipCodec } from './gzip-codec.js'
import { headerLine, parseHeader } from './header.js'
import { LineDecoder, OWN_LINE_LIMIT } from './line.js'
import { type Lock, lockFile } from './lock.js'
import { Segment, type SyncPolicy, type Watermark } from './segment.js'
import { type Tail, packedTail, plainTail } from './tail.js'
import { zstdCodec } from './zstd-codec.js'

export interface RecorderOptions {
  /** `.gz` packs it. An existing recording is appended to, after its torn tail is cut. */
  readonly path: string
  /** Now, for the header. */
  readonly created: Micros
  readonly streams: readonly string[]
  /** Further keys of the header: software version, instrument rules. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Default `1s`. */
  readonly sync?: SyncPolicy
  /** zlib's level for `.gz`, default 1. */
  readonly level?: number
  readonly files?: FileSystem
}

/** What opening found in an existing file. */
export interface Appended {
  /** Bytes that were there and stay. */
  readonly kept: number
  /** Bytes of a torn last record that were cut. */
  readonly cut: number
}

export interface RecorderReport extends Watermark {
  readonly path: string
  readonly bytes: number
  /** Frames offered after a failure or over the memory limit, and therefore not taken. */
  readonly refused: number
  readonly failure: GenesisError | undefined
}

/** Past this much waiting for the disk the source is asked to pause. */
const PAUSE_AT = 2 * 1024 * 1024
/** Past this much, frames are refused and counted: memory is bounded even where the source cannot pause. */
const REFUSE_AT = 256 * 1024 * 1024
const SECOND: Micros = 1_000_000

export class Recorder {
  private refused = 0
  /** Refused and not yet told of in the recording. */
  private untold = 0
  private untoldSince: Micros = 0
  private checkedAt: Micros = 0
  private closing: Promise<RecorderReport> | undefined

  private constructor(
    private readonly options: RecorderOptions,
    private readonly segment: Segment,
    private readonly lock: Lock,
    /** Set where the file existed. */
    readonly appended: Appended | undefined,
  ) {}

  /** @throws GenesisError before anything is written: locked, foreign content, read-only or missing target. */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const files = options.files ?? realFileSystem
    const codec = codecOf(options.path)
    const lock = await lockFile(files, options.path)
    try {
      const { file, appended } = await openTarget(files, options.path, codec)
      const segment = new Segment(file, appended?.kept ?? 0, {
        files,
        path: options.path,
        sync: options.sync ?? '1s',
        packing: codec === null ? null : { codec, level: options.level ?? 1 },
      })
      const recorder = new Recorder(options, segment, lock, appended)
      recorder.begin()
      return recorder
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /**
   * Takes a frame over; its bytes are copied. Ticks are not recorded.
   * @returns false where the disk lags: pause the source if it can be paused, until {@link drained}.
   */
  append(frame: Frame): boolean {
    if (frame.kind === 'tick') {
      this.tick(frame.receivedAt)
      return true
    }
    if (this.segment.backlog > REFUSE_AT || !this.segment.append(frame)) {
      this.refused++
      if (this.untold++ === 0) this.untoldSince = frame.receivedAt
      return this.segment.failure !== undefined
    }
    if (this.untold > 0) this.tellLoss(frame.receivedAt)
    return this.segment.backlog < PAUSE_AT
  }

  /** Call it a few times a second with the present time, so that a quiet feed reaches the disk too. */
  tick(now: Micros): void {
    this.segment.tick(now)
    if (now - this.checkedAt < SECOND) return
    this.checkedAt = now
    void this.segment.checkTarget()
  }

  /** Resolves when everything appended so far is written (and synced, unless the policy is `none`). */
  flush(): Promise<void> {
    return this.segment.settle()
  }

  /** Resolves when the disk has caught up. */
  drained(): Promise<void> {
    return this.segment.drain(PAUSE_AT / 2)
  }

  get failure(): GenesisError | undefined {
    return this.segment.failure
  }

  report(): RecorderReport {
    const { path } = this.options
    return {
      path,
      ...this.segment.watermark,
      bytes: this.segment.size,
      refused: this.refused,
      failure: this.segment.failure,
    }
  }

  /** Idempotent. The report's `failure` says what the disk refused; closing itself does not throw. */
  close(): Promise<RecorderReport> {
    this.closing ??= this.segment
      .close()
      .then(() => this.lock.release())
      .then(() => this.report())
    return this.closing
  }

  private begin(): void {
    const { created, streams, header = {} } = this.options
    if (this.appended === undefined || this.appended.kept === 0) {
      this.segment.note(headerLine(created, streams, { ...header, lineLimit: OWN_LINE_LIMIT }), created)
      return
    }
    this.note('recording.resumed', created, { streams, cut: this.appended.cut, ...header })
  }

  /** The recording itself says which frames are not in it. */
  private tellLoss(now: Micros): void {
    this.note('recording.lost', now, { lost: this.untold, from: this.untoldSince, to: now })
    this.untold = 0
  }

  private note(topic: string, time: Micros, value: object): void {
    this.segment.note(JSON.stringify({ t: time, control: topic, value }), time)
  }
}

/** @throws GenesisError where this Node cannot pack so. */
function codecOf(path: string): MemberCodec | null {
  if (path.endsWith('.gz')) return gzipCodec
  return path.endsWith('.zst') ? zstdCodec(path) : null
}

async function openTarget(
  files: FileSystem,
  path: string,
  codec: MemberCodec | null,
): Promise<{ file: OpenFile; appended: Appended | undefined }> {
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
