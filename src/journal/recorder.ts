/** OmniversalSharedMemory · journal with resume: records frames at the speed of the feed, and goes on behind the last whole one after a kill -9. */
import type { GenesisError } from '../model/errors.js'
import type { Micros } from '../model/time.js'
import { basename } from 'node:path'
import type { MemberCodec } from './codec.js'
import { fileError } from './file-error.js'
import { CREATE, type FileSystem, realFileSystem } from './file-system.js'
import { headerLine } from './header.js'
import type { JournalItem } from './item.js'
import { OWN_LINE_LIMIT, type Proof } from './line.js'
import { type Lock, lockFile } from './lock.js'
import type { Place } from './reader.js'
import { Rotation, type RotationOptions } from './rotation.js'
import { Segment, type SegmentOptions, type SyncPolicy, type Watermark } from './segment.js'
import { type Describe, SegmentTally } from './segment-tally.js'
import { type Appended, codecOf, openTarget } from './target.js'

export interface RecorderOptions {
  /**
   * `.gz` and `.zst` are packed. An existing recording is appended to, after its torn tail is cut. With `rotate`, files of this
   * name with a number in it; a directory holds such files.
   */
  readonly path: string
  /** Now, for the header. */
  readonly created: Micros
  /** As the user wrote them. */
  readonly streams: readonly string[]
  /** Further keys of the header: software version, instrument rules. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Default `1s`. */
  readonly sync?: SyncPolicy
  /** The packing's own level; default 1 for gzip, 3 for zstd. */
  readonly level?: number
  /** When to begin the next file. A manifest beside them says of each what is in it, with a chain of checksums. */
  readonly rotate?: RotationOptions
  /** Stream and id of a frame, for the manifest, where the caller knows them. */
  readonly describe?: Describe
  readonly files?: FileSystem
}

export interface RecorderReport extends Watermark {
  /** The file being written, or the last one. */
  readonly path: string
  readonly segments: number
  readonly bytes: number
  /** Bytes of lines before packing. */
  readonly rawBytes: number
  /** Bytes waiting in memory. */
  readonly backlog: number
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
  /** Segments that are being finished, and those that are. */
  private readonly past: Segment[] = []
  private header: Readonly<Record<string, unknown>>
  private finishing: Promise<void> = Promise.resolve()

  private constructor(
    private readonly options: RecorderOptions,
    private readonly files: FileSystem,
    private readonly codec: MemberCodec | null,
    private segment: Segment,
    private readonly lock: Lock,
    private readonly rotation: Rotation | undefined,
    /** Set where the file existed. */
    readonly appended: Appended | undefined,
  ) {
    this.header = options.header ?? {}
  }

  /** @throws GenesisError before anything is written: locked, foreign content, read-only or missing target. */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const files = options.files ?? realFileSystem
    const rotation = await Rotation.of(files, options)
    const codec = codecOf(rotation?.path ?? options.path)
    const lock = await lockFile(files, rotation?.manifestPath ?? options.path)
    try {
      await rotation?.recover(codec)
      const path = rotation?.next(options.created) ?? options.path
      const { file, appended } = await openTarget(files, path, codec)
      const segment = new Segment(
        Promise.resolve(file),
        appended?.kept ?? 0,
        segmentOptions(options, files, codec, path, rotation !== undefined),
      )
      const recorder = new Recorder(options, files, codec, segment, lock, rotation, appended)
      recorder.begin(options.created)
      // A disk that takes nothing is found out now, and not after connecting.
      await segment.settle()
      if (segment.failure === undefined) return recorder
      await segment.close()
      throw segment.failure
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /**
   * Takes a frame over, or the event of a run that gets events instead; its bytes are copied. Ticks are not recorded.
   * @param proof `decoded` where a decoder has read the frame as JSON, which saves checking it again.
   * @returns false where the disk lags: pause the source if it can be paused, until {@link drained}.
   */
  append(frame: JournalItem, proof: Proof = 'unknown'): boolean {
    if (frame.kind === 'tick') {
      this.tick(frame.receivedAt)
      return true
    }
    if (this.rotation?.isDue(this.segment, frame.receivedAt) === true) this.startNext(this.rotation, frame.receivedAt)
    if (this.segment.backlog > REFUSE_AT || !this.segment.append(frame, proof)) {
      this.refused++
      if (this.untold++ === 0) this.untoldSince = frame.receivedAt
      return this.segment.failure !== undefined
    }
    if (this.untold > 0) this.tellLoss(frame.receivedAt)
    return this.segment.backlog < PAUSE_AT
  }

  /** The headers of files that are begun later say this instead of what was given when the recording was opened. */
  changeHeader(header: Readonly<Record<string, unknown>>): void {
    this.header = header
  }

  /** Call it a few times a second with the present time, so that a quiet feed reaches the disk too. */
  tick(now: Micros): void {
    this.segment.tick(now)
    if (now - this.checkedAt < SECOND) return
    this.checkedAt = now
    void this.segment.checkTarget()
  }

  /** Resolves when everything appended so far is written (and synced, unless the policy is `none`). */
  async flush(): Promise<void> {
    await Promise.all([this.segment.settle(), this.finishing])
  }

  /** A place behind everything appended so far, once it is written; null where there is none now. */
  async mark(): Promise<Place | null> {
    const { segment, rotation } = this
    const byte = await segment.mark()
    return byte === null ? null : { file: rotation === undefined ? null : basename(segment.path), byte }
  }

  /** What a reader names to read all of it. */
  get recording(): string {
    return this.rotation?.manifestPath ?? this.options.path
  }

  /** True where nothing was recorded here before: neither in this file nor in others of the same recording. */
  get isNew(): boolean {
    return (this.appended?.kept ?? 0) === 0 && this.rotation?.hasEarlier !== true
  }

  /** Resolves when the disk has caught up. */
  drained(): Promise<void> {
    return this.segment.drain(PAUSE_AT / 4)
  }

  get failure(): GenesisError | undefined {
    return this.segment.failure ?? this.past.find(segment => segment.failure !== undefined)?.failure
  }

  /** So far. `accepted = written + waiting`, and after {@link close} all that was accepted is written or failed. */
  report(): RecorderReport {
    const segments = [...this.past, this.segment]
    const sum = (of: (segment: Segment) => number): number =>
      segments.reduce((total, segment) => total + of(segment), 0)
    return {
      path: this.segment.path,
      segments: segments.length,
      accepted: sum(segment => segment.watermark.accepted),
      written: sum(segment => segment.watermark.written),
      synced: sum(segment => segment.watermark.synced),
      failed: sum(segment => segment.watermark.failed),
      bytes: sum(segment => segment.size),
      rawBytes: sum(segment => segment.rawBytes),
      backlog: sum(segment => segment.backlog),
      refused: this.refused,
      failure: this.failure,
    }
  }

  /** Idempotent. The report's `failure` says what the disk refused; closing itself does not throw. */
  close(): Promise<RecorderReport> {
    this.closing ??= this.finish(this.segment)
      .then(() => this.lock.release())
      .then(() => this.report())
    return this.closing
  }

  private startNext(rotation: Rotation, now: Micros): void {
    const old = this.segment
    this.past.push(old)
    void this.finish(old)
    const path = rotation.next(now)
    const file = this.files.open(path, CREATE, 0o644).catch((error: unknown) => {
      throw fileError('create it', path, error)
    })
    this.segment = new Segment(file, 0, segmentOptions(this.options, this.files, this.codec, path, true))
    this.begin(now)
  }

  /** In the order of the segments, whatever the order in which their files close. */
  private finish(segment: Segment): Promise<void> {
    const closed = segment.close()
    this.finishing = this.finishing.then(async () => {
      await closed
      await this.rotation?.add(segment)
    })
    return this.finishing
  }

  private begin(now: Micros): void {
    const { header } = this
    const { streams } = this.options
    if (this.appended === undefined || this.appended.kept === 0) {
      const extra = this.rotation === undefined ? header : { ...header, segment: this.rotation.number }
      this.segment.note(headerLine(now, streams, { ...extra, lineLimit: OWN_LINE_LIMIT }), now)
      return
    }
    this.note('recording.resumed', now, { streams, cut: this.appended.cut, ...header })
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

function segmentOptions(
  options: RecorderOptions,
  files: FileSystem,
  codec: MemberCodec | null,
  path: string,
  inMany: boolean,
): SegmentOptions {
  const level = options.level ?? (codec?.name === 'zstd' ? 3 : 1)
  return {
    files,
    path,
    sync: options.sync ?? '1s',
    packing: codec === null ? null : { codec, level },
    tally: inMany ? new SegmentTally(options.describe) : null,
  }
}
