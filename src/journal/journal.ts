/** OmniversalSharedMemory · journal and state store: values by key that outlive a `kill -9`, in a log that only grows at its end. */
import type { Micros } from '../model/time.js'
import { rename } from 'node:fs/promises'
import { fileError } from './file-error.js'
import { errnoOf, realFileSystem } from './file-system.js'
import { openFile } from './file-reader.js'
import { Recorder, type RecorderReport } from './recorder.js'

export interface StateJournalStats extends RecorderReport {
  /** Keys that have a value. */
  readonly keys: number
  /** Changes in the log, those of former runs included. */
  readonly changes: number
  /** Bytes of a torn last change that were cut when it was opened. */
  readonly cut: number
}

export interface StateJournalOptions {
  readonly path: string
  readonly now: Micros
  /** Default `each`: a value that was set and flushed is on the disk. */
  readonly sync?: 'none' | '1s' | 'each'
}

const SET = 'state.set'
const DELETE = 'state.delete'
/** A log with this many changes for each key that is left is written anew when it is opened. */
const COMPACT_AT = 16

/**
 * A log of changes, folded into the state they leave. After a crash at any byte, opening it again gives the state after some
 * change, and every change before it: never a part of one, never one out of turn.
 */
export class StateJournal {
  private constructor(
    private readonly recorder: Recorder,
    private readonly state: Map<string, unknown>,
    private changes: number,
  ) {}

  /** @throws GenesisError where another process holds it, or the file is none of these. */
  static async open(options: StateJournalOptions): Promise<StateJournal> {
    const { path, now, sync = 'each' } = options
    const { state, changes: found } = await fold(path)
    let changes = found
    if (changes > 1000 && changes > state.size * COMPACT_AT) changes = await compact(path, state, now)
    const recorder = await Recorder.open({ path, created: now, streams: [], header: { holds: 'state' }, sync })
    return new StateJournal(recorder, state, changes)
  }

  get(key: string): unknown {
    return this.state.get(key)
  }

  entries(): IterableIterator<[string, unknown]> {
    return this.state.entries()
  }

  /** @param value JSON-safe; not to be changed afterwards. */
  set(key: string, value: unknown, now: Micros): void {
    this.state.set(key, value)
    this.change(SET, { key, value }, now)
  }

  delete(key: string, now: Micros): void {
    if (this.state.delete(key)) this.change(DELETE, { key }, now)
  }

  /** Resolves when every change so far will be there after a crash. @throws GenesisError where the disk refuses. */
  async flush(): Promise<void> {
    await this.recorder.flush()
    if (this.recorder.failure !== undefined) throw this.recorder.failure
  }

  stats(): StateJournalStats {
    const { appended } = this.recorder
    return { ...this.recorder.report(), keys: this.state.size, changes: this.changes, cut: appended?.cut ?? 0 }
  }

  close(): Promise<RecorderReport> {
    return this.recorder.close()
  }

  private change(topic: string, value: unknown, now: Micros): void {
    this.changes++
    this.recorder.append({ kind: 'control', receivedAt: now, topic, value })
  }
}

async function fold(path: string): Promise<{ state: Map<string, unknown>; changes: number }> {
  const state = new Map<string, unknown>()
  let changes = 0
  try {
    const { size } = await realFileSystem.stat(path)
    if (size === 0) return { state, changes }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { state, changes }
    throw fileError('open it', path, error)
  }
  const reader = await openFile(path, {})
  for await (const batch of reader.batches()) {
    for (const item of batch) {
      if (item.kind !== 'control' || (item.topic !== SET && item.topic !== DELETE)) continue
      const { key, value } = item.value as { key: string; value?: unknown }
      if (item.topic === SET) state.set(key, value)
      else state.delete(key)
      changes++
    }
  }
  return { state, changes }
}

/** Writes the state alone to a new log that takes the place of the old one in one step. */
async function compact(path: string, state: ReadonlyMap<string, unknown>, now: Micros): Promise<number> {
  const draft = path.replace(/(\.jsonl(?:\.gz|\.zst)?)?$/, '.new$1')
  await realFileSystem.unlink(draft).catch(() => undefined)
  const recorder = await Recorder.open({
    path: draft,
    created: now,
    streams: [],
    header: { holds: 'state' },
    sync: 'each',
  })
  for (const [key, value] of state) {
    recorder.append({ kind: 'control', receivedAt: now, topic: SET, value: { key, value } })
  }
  const { failure } = await recorder.close()
  if (failure !== undefined) throw failure
  await rename(draft, path)
  return state.size
}
