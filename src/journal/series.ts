/** A recording in many files, read as one. */
import { EXIT, GenesisError } from '../model/errors.js'
import { dirname, join } from 'node:path'
import type { RecordingHeader } from './header.js'
import type { JournalItem } from './item.js'
import type { Manifest, ManifestSegment } from './manifest.js'
import type { JournalOptions, JournalReader, Place, ReadProgress } from './reader.js'
import { type FileReader, openFile } from './file-reader.js'
import { type Corruption, type JournalReport, addTallies, emptyTally } from './report.js'

/** Opens the files of a manifest one after another; only one is open at a time. */
export class Series implements JournalReader {
  readonly format = 'recording'
  header: RecordingHeader | undefined
  private readonly reports: JournalReport[] = []
  private current: FileReader | undefined
  private currentFile: string | undefined
  /** Bytes of the files that have been read to their end. */
  private finished = 0

  constructor(
    readonly path: string,
    private readonly manifest: Manifest,
    private readonly options: JournalOptions,
  ) {}

  get packing(): JournalReader['packing'] {
    return this.current?.packing ?? 'plain'
  }

  async *batches(): AsyncGenerator<readonly JournalItem[]> {
    const { beginAt, ...options } = this.options
    for (const { file, bytes } of this.wanted()) {
      const begins = file === beginAt?.file ? { beginAt } : {}
      this.currentFile = file
      this.current = await openFile(join(dirname(this.path), file), { ...options, ...begins })
      for await (const batch of this.current.batches()) {
        this.header ??= this.current.header
        yield batch
      }
      this.header ??= this.current.header
      this.reports.push(this.current.report())
      this.current = undefined
      this.finished += bytes
    }
  }

  place(): Place | null {
    const place = this.current?.place() ?? null
    return place === null || this.currentFile === undefined ? null : { ...place, file: this.currentFile }
  }

  progress(): ReadProgress {
    const total = this.wanted().reduce((sum, { bytes }) => sum + bytes, 0)
    return { read: this.finished + (this.current?.progress().read ?? 0), total }
  }

  report(): JournalReport {
    const reports = this.current === undefined ? this.reports : [...this.reports, this.current.report()]
    const sum = (of: (report: JournalReport) => number): number =>
      reports.reduce((total, report) => total + of(report), 0)
    return {
      path: this.path,
      bytes: sum(report => report.bytes),
      lines: sum(report => report.lines),
      bytesOf: reports.reduce((total, report) => addTallies(total, report.bytesOf), emptyTally()),
      linesOf: reports.reduce((total, report) => addTallies(total, report.linesOf), emptyTally()),
      items: sum(report => report.items),
      corruptions: reports.flatMap((report): readonly Corruption[] => report.corruptions),
      torn: reports.find(report => report.torn !== undefined)?.torn,
      damagedBytes: sum(report => report.damagedBytes),
      skippedBytes: sum(report => report.skippedBytes),
    }
  }

  async close(): Promise<void> {
    await this.current?.close()
  }

  /** The files that can hold something of the window asked for. */
  private wanted(): readonly ManifestSegment[] {
    const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, beginAt } = this.options
    const begin = this.manifest.segments.findIndex(({ file }) => file === beginAt?.file)
    return this.manifest.segments
      .slice(Math.max(0, begin))
      .filter(({ first, last }) => (last === null || last >= from) && (first === null || first <= to))
  }
}

/** @throws GenesisError always: a folder without a manifest is no recording. */
export function refuseFolder(path: string): never {
  throw new GenesisError('no_manifest', `${path}: is a directory without a manifest.json`, EXIT.failed, {
    hint: 'name the recordings in it',
  })
}
