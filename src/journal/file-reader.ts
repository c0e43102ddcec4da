/** Reads one file of any known format as a stream of batches, in bounded memory, accounting for every byte. */
import { DecodeError, EXIT, GenesisError, UsageError } from '../model/errors.js'
import type { Micros } from '../model/time.js'
import { type JournalFormat, detectFormat } from './detect.js'
import { realFileSystem } from './file-system.js'
import { isBlank } from './formats/bare.js'
import { HEAD, type Head, readHead, refuseBinary, refuseUnknown } from './head.js'
import { type RecordingHeader, parseHeader } from './header.js'
import type { JournalOptions, JournalReader, Place, ReadProgress } from './reader.js'
import type { JournalItem, LineParser, Verdict } from './item.js'
import { OWN_LINE_LIMIT } from './line.js'
import { plainInstrument } from './instrument.js'
import { AHEAD } from './members.js'
import { parserFor } from './parsers.js'
import type { Piece } from './piece.js'
import { type Corruption, type JournalReport, emptyTally } from './report.js'
import { seekTime } from './seek.js'
import { type Source, openSource, streamSource } from './source.js'
import { LineSplitter, type Splitter } from './splitter.js'
import { type Packing, type Unpacked, unpack } from './unpack.js'
import { ValueSplitter } from './value-splitter.js'

/** Longest line of a file that does not declare its own limit. */
const LINE_LIMIT = 1024 * 1024
const REPORTED = 100
const PAST_MARGIN: Micros = 60_000_000

/** @throws UsageError where there is no such file, GenesisError where its content is none that genesis reads. */
export async function openFile(path: string, options: JournalOptions): Promise<FileReader> {
  const source =
    path === '-'
      ? streamSource('standard input', options.stdin ?? noStdin())
      : await openSource(options.files ?? realFileSystem, path, options.follow)
  try {
    // Who follows a file wants each member when it is there.
    const ahead = options.follow === undefined ? AHEAD : 1
    const unpacked = await unpack(source, 0, ahead)
    const head = await readHead(unpacked.pieces, options.follow === undefined ? HEAD : 1)
    refuseBinary(path, head.bytes)
    const format = formatOf(path, head)
    const seek =
      options.beginAt?.byte ?? (format === 'recording' ? await seekTime(source, unpacked.packing, options.from) : 0)
    if (seek === 0) return new FileReader(source, unpacked, format, head, options, 0)
    await unpacked.pieces.return(undefined)
    return new FileReader(
      source,
      await unpack(source, seek, ahead),
      format,
      { ...head, pieces: [], bomLength: 0 },
      options,
      seek,
    )
  } catch (error) {
    await source.close()
    throw error
  }
}

function noStdin(): never {
  throw new UsageError('no_stdin', '-: there is no standard input to read from', { hint: 'name a file' })
}

function formatOf(path: string, head: Head): JournalFormat {
  // Of a recording that was cut in its first member or its header nothing is left to tell the format by.
  if (head.bytes.length === 0 && head.pieces.some(piece => piece.kind !== 'bytes')) return 'recording'
  return detectFormat(head.bytes) ?? refuseUnknown(path, head.bytes)
}

export class FileReader implements JournalReader {
  /** The first header of a recording, once its first batch has been read. */
  header: RecordingHeader | undefined
  private readonly parser: LineParser
  private readonly splitter: Splitter
  private readonly bytesOf = emptyTally()
  private readonly linesOf = emptyTally()
  private readonly corruptions: Corruption[] = []
  private torn: Corruption | undefined
  private damagedBytes = 0
  private items = 0
  private line = 0
  private out: JournalItem[] = []
  private past = false
  /** Unpacked bytes so far, and the end of the last member. */
  private taken = 0
  private memberEnd: number | undefined

  /** Use {@link openFile}. */
  constructor(
    private readonly source: Source,
    private readonly unpacked: Unpacked,
    readonly format: JournalFormat,
    private readonly head: Head,
    private readonly options: JournalOptions,
    /** Where in the file reading begins. */
    private readonly skipped: number,
  ) {
    this.bytesOf.header = head.bomLength
    this.parser = parserFor(format, head.bytes, {
      path: source.path,
      exchange: options.exchange ?? 'binance',
      check: options.check ?? 'checked',
      known: options.known,
      timeOf: options.timeOf ?? (() => undefined),
      startAt: options.startAt ?? 0,
      restFrame: options.restFrame,
      onHeader: header => this.onHeader(header),
      name: unpacked.name,
      symbol: options.symbol,
      interval: options.interval,
      columns: options.columns,
      instrumentOf: options.instrumentOf ?? plainInstrument,
    })
    if (skipped > 0) this.header = headerIn(head.bytes, source.path)
    this.splitter = new (format === 'json' ? ValueSplitter : LineSplitter)(
      LINE_LIMIT,
      (bytes, start, end, offset, length) => this.onLine(bytes, start, end, offset, length),
      (head, length, byte) => {
        this.line++
        this.onCorrupt(head, { line: this.line, byte, length, reason: 'longer than a line may be' }, length)
      },
      this.parser.parseRun === undefined ? undefined : (bytes, start) => this.onRun(bytes, start),
    )
  }

  get packing(): Packing {
    return this.unpacked.packing
  }

  /**
   * Batches in the order of the file. The data of frames are views of the block they were read from.
   * @throws GenesisError `corrupt` at the first thing that cannot be read, unless told to skip it.
   */
  async *batches(): AsyncGenerator<readonly JournalItem[]> {
    try {
      for (const piece of this.head.pieces) if (this.take(piece)) yield this.batch()
      for await (const piece of this.unpacked.pieces) {
        if (this.take(piece)) yield this.batch()
        if (this.past) return
      }
      this.takeRest()
      this.parser.finish(this.out)
      if (this.out.length > 0) yield this.batch()
    } finally {
      await this.close()
    }
  }

  /** So far; complete when {@link batches} has ended. */
  report(): JournalReport {
    const sum = (tally: Readonly<Record<string, number>>): number => Object.values(tally).reduce((a, b) => a + b, 0)
    return {
      path: this.source.path,
      bytes: sum({ ...this.bytesOf }),
      lines: sum({ ...this.linesOf }) - this.linesOf.torn,
      bytesOf: { ...this.bytesOf },
      linesOf: { ...this.linesOf },
      items: this.items,
      corruptions: [...this.corruptions],
      torn: this.torn,
      damagedBytes: this.damagedBytes,
      skippedBytes: this.skipped,
    }
  }

  place(): Place | null {
    const rest = this.splitter.rest()?.length ?? 0
    if (this.packing === 'plain') return { file: null, byte: this.skipped + this.head.bomLength + this.taken - rest }
    const end = rest === 0 ? this.memberEnd : undefined
    return end === undefined ? null : { file: null, byte: this.skipped + end }
  }

  progress(): ReadProgress {
    const { size } = this.source
    return { read: this.unpacked.position() - this.skipped, total: size === undefined ? null : size - this.skipped }
  }

  async close(): Promise<void> {
    await this.unpacked.pieces.return(undefined)
    await this.source.close()
  }

  private batch(): readonly JournalItem[] {
    const batch = this.within(this.out)
    this.items += batch.length
    this.out = []
    return batch
  }

  private within(items: readonly JournalItem[]): readonly JournalItem[] {
    const { from, to } = this.options
    if (from === undefined && to === undefined) return items
    const [first = Number.NEGATIVE_INFINITY, last = Number.POSITIVE_INFINITY] = [from, to]
    // A recording is in order of time but for a few items; a good way past the end, nothing more can belong.
    this.past = this.format === 'recording' && (items[0]?.receivedAt ?? 0) > last + PAST_MARGIN
    return items.filter(item => item.receivedAt >= first && item.receivedAt <= last)
  }

  /** @returns whether there is something to give out. */
  private take(piece: Piece): boolean {
    const { offset: byte = 0, length = 0, reason = '' } = piece.kind === 'bytes' ? {} : piece
    if (piece.kind === 'bytes') {
      this.splitter.push(piece.bytes)
      this.taken += piece.bytes.length
      this.memberEnd = piece.end
    } else if (piece.kind === 'torn') this.torn = { line: undefined, byte, length, reason }
    else {
      this.damagedBytes += length
      this.onCorrupt(Buffer.alloc(0), { line: undefined, byte, length, reason }, 0)
    }
    return this.out.length > 0
  }

  private onHeader(header: RecordingHeader): void {
    this.header ??= header
    const { lineLimit } = header
    if (lineLimit !== undefined && lineLimit > LINE_LIMIT) this.splitter.allow(Math.min(lineLimit, OWN_LINE_LIMIT))
  }

  /** Lines that are read at once. @returns where they end. */
  private onRun(bytes: Buffer, start: number): number {
    const before = this.out.length
    const end = this.parser.parseRun?.(bytes, start, this.out) ?? start
    const lines = this.out.length - before
    this.line += lines
    this.linesOf.item += lines
    this.bytesOf.item += end - start
    return end
  }

  private onLine(bytes: Buffer, start: number, end: number, byte: number, length: number): void {
    this.line++
    const verdict = this.parse(bytes, start, end)
    if (typeof verdict === 'string') this.count(verdict, length)
    else this.onCorrupt(bytes.subarray(start, end), { line: this.line, byte, length, ...verdict }, length)
  }

  /** The verdict, or why the line cannot be read. */
  private parse(bytes: Buffer, start: number, end: number): Exclude<Verdict, 'corrupt'> | { reason: string } {
    const before = this.out.length
    try {
      const verdict = this.parser.parse(bytes, start, end, this.out)
      return verdict === 'corrupt' ? { reason: 'not a line of this format' } : verdict
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      this.out.length = before
      return { reason: error.message }
    }
  }

  private count(verdict: Verdict | 'torn', length: number): void {
    const { bytesOf, linesOf } = this
    if (verdict === 'item') {
      // Nearly all; a name that is known costs less than one that is looked up.
      bytesOf.item += length
      linesOf.item++
    } else {
      bytesOf[verdict] += length
      linesOf[verdict]++
    }
  }

  /** What follows the last LF is a line if it can be read as one; if not, a crash has cut it. */
  private takeRest(): void {
    const rest = this.splitter.rest()
    if (rest === undefined) return
    const { bytes } = rest
    if (isBlank(bytes, 0, bytes.length)) {
      this.bytesOf.blank += rest.length
      return
    }
    const whole = this.parser.isWhole?.(bytes, 0, bytes.length) !== false
    const verdict = whole ? this.parse(bytes, 0, bytes.length) : undefined
    if (typeof verdict === 'string') {
      this.line++
      this.count(verdict, rest.length)
      return
    }
    this.torn ??= { line: this.line + 1, byte: rest.offset, length: rest.length, reason: 'the last line is cut off' }
    this.count('torn', rest.length)
  }

  private onCorrupt(bytes: Buffer, where: Corruption, length: number): void {
    this.bytesOf.corrupt += length
    if (where.line !== undefined) this.linesOf.corrupt++
    if (this.corruptions.length < REPORTED) this.corruptions.push(where)
    const { onCorrupt = 'stop', quarantine } = this.options
    if (onCorrupt === 'stop') throw corrupt(this.source.path, where)
    if (onCorrupt === 'quarantine') quarantine?.(bytes, where)
  }
}

function headerIn(head: Buffer, path: string): RecordingHeader | undefined {
  const end = head.indexOf(0x0a)
  return parseHeader(head.toString('utf8', 0, end < 0 ? head.length : end), path)
}

function corrupt(path: string, where: Corruption): GenesisError {
  const place = where.line === undefined ? `byte ${where.byte}` : `line ${where.line}, byte ${where.byte}`
  return new GenesisError('corrupt', `${path}: ${place}: ${where.reason}`, EXIT.failed, {
    hint: 'read on with --on-corrupt skip or quarantine, or mend it with: genesis repair',
  })
}
