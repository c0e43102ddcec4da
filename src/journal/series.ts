/** A recording in many files, read as one. */
import { EXIT, GenesisError } from '../model/errors.js'
import { dirname, join } from 'node:path'
import type { RecordingHeader } from './header.js'
import type { JournalItem } from './item.js'
import type { Manifest } from './manifest.js'
import type { JournalOptions, JournalReader } from './reader.js'
import { type FileReader, openFile } from './file-reader.js'
import { type Corruption, type JournalReport, addTallies, emptyTally } from './report.js'

/** Opens the files of a manifest one after another; only one is open at a time. */
export class Series implements JournalReader {
  readonly format = 'recording'
  header: RecordingHeader | undefined
  private readonly reports: JournalReport[] = []
  private current: FileReader | undefined

  constructor(
    readonly path: string,
    private readonly manifest: Manifest,
    private readonly options: JournalOptions,
  ) {}

  get packing(): JournalReader['packing'] {
    return this.current?.packing ?? 'plain'
  }

  async *batches(): AsyncGenerator<readonly JournalItem[]> {
    for (const { file, first, last } of this.manifest.segments) {
      const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = this.options
      if ((last !== null && last < from) || (first !== null && first > to)) continue
      this.current = await openFile(join(dirname(this.path), file), this.options)
      for await (const batch of this.current.batches()) {
        this.header ??= this.current.header
        yield batch
      }
      this.header ??= this.current.header
      this.reports.push(this.current.report())
      this.current = undefined
    }
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
}

/** @throws GenesisError always: a folder without a manifest is no recording. */
export function refuseFolder(path: string): never {
  throw new GenesisError('no_manifest', `${path}: is a directory without a manifest.json`, EXIT.failed, {
    hint: 'name the recordings in it',
  })
}
