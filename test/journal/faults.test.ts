/** The n-th operation on the disk fails, for every n: what is in the file is a whole prefix, and the recorder knows it. */
import { constants } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../../src/model/frame.js'
import { GenesisError } from '../../src/model/errors.js'
import { type FileSystem, type OpenFile, realFileSystem } from '../../src/journal/file-system.js'
import { Recorder, type RecorderOptions, type RecorderReport } from '../../src/journal/recorder.js'
import { comparable, data, readAll, start, useFolder } from './support.js'

const file = useFolder()

/** Passes everything on to the real disk until the n-th operation, which fails once or from then on. */
class FailingFileSystem implements FileSystem {
  operations = 0
  failures = 0

  constructor(
    private readonly nth: number,
    private readonly errno: string,
    private readonly forever: boolean,
    /** Bytes that a failing write leaves behind. */
    private readonly partial = 0,
  ) {}

  private fails(): boolean {
    this.operations++
    const failing = this.forever ? this.operations >= this.nth : this.operations === this.nth
    if (failing) this.failures++
    return failing
  }

  private guard<T>(work: () => Promise<T>): Promise<T> {
    return this.fails() ? Promise.reject(this.error()) : work()
  }

  private error(): Error {
    const error: NodeJS.ErrnoException = new Error(`${this.errno}: injected`)
    error.code = this.errno
    return error
  }

  async open(path: string, flags: number, mode?: number): Promise<OpenFile> {
    const inner = await this.guard(() => realFileSystem.open(path, flags, mode))
    return {
      read: (...args) => inner.read(...args),
      write: async (bytes, offset, length, position) => {
        if (!this.fails()) return inner.write(bytes, offset, length, position)
        const part = Math.min(this.partial, length)
        if (part > 0) await inner.write(bytes, offset, part, position)
        throw this.error()
      },
      datasync: () => this.guard(() => inner.datasync()),
      truncate: length => this.guard(() => inner.truncate(length)),
      stat: () => inner.stat(),
      // The descriptor is released even where closing reports an error.
      close: () => {
        const failing = this.fails()
        return inner.close().then(() => (failing ? Promise.reject(this.error()) : undefined))
      },
    }
  }

  stat = (path: string) => realFileSystem.stat(path)
  rename = (from: string, to: string) => this.guard(() => realFileSystem.rename(from, to))
  unlink = (path: string) => realFileSystem.unlink(path)
  mkdir = (path: string, options: { recursive: true }) => realFileSystem.mkdir(path, options)
  readdir = (path: string) => realFileSystem.readdir(path)
}

const frames: Frame[] = Array.from({ length: 30 }, (_, at) => data(`{"i":${at}}`, start + at * 400_000))

async function tryToRecord(
  options: Partial<RecorderOptions> & { path: string },
): Promise<RecorderReport | GenesisError> {
  let recorder: Recorder
  try {
    recorder = await Recorder.open({ created: start, streams: [], ...options })
  } catch (error) {
    if (error instanceof GenesisError) return error
    throw error
  }
  for (const [at, frame] of frames.entries()) {
    recorder.append(frame)
    if (at % 5 === 4) await recorder.flush()
  }
  return recorder.close()
}

describe.each(['ENOSPC', 'EIO', 'EMFILE'])('%s at the n-th operation', errno => {
  it.each([
    ['once', 'tape.jsonl', 0],
    ['once', 'tape.jsonl', 60],
    ['forever', 'tape.jsonl', 33],
    ['forever', 'tape.jsonl.gz', 20],
  ])('%s, %s, %i bytes into a write', async (times, name, partial) => {
    for (let nth = 1; nth <= 28; nth++) {
      const path = file(`${nth}-${name}`)
      const files = new FailingFileSystem(nth, errno, times === 'forever', partial)
      const outcome = await tryToRecord({ path, files })
      if (outcome instanceof GenesisError) {
        expect(outcome.message).toContain(path)
        expect(outcome.message).toContain(errno)
        continue
      }
      const { accepted, written, synced, failed, failure, refused } = outcome
      expect(accepted).toBe(written + failed)
      expect(synced).toBeLessThanOrEqual(written)
      expect(accepted + refused).toBe(frames.length)
      if (files.failures > 0 && files.operations > nth)
        expect(failure !== undefined || written === frames.length).toBe(true)
      if (failure !== undefined) expect(failure.message).toMatch(new RegExp(`${path}: .*${errno}`))
      const { items, reader } = await readAll(path).catch(emptyOnly)
      expect(comparable(items)).toEqual(comparable(frames.slice(0, items.length)))
      expect(items.length).toBe(written)
      // Only where truncating failed too may a torn tail be left.
      if (times === 'once') expect(reader?.report().torn).toBeUndefined()
    }
  })
})

/** Nothing at all was written: not even a header. */
function emptyOnly(error: unknown): { items: []; reader: undefined } {
  if (error instanceof GenesisError && error.code === 'empty') return { items: [], reader: undefined }
  throw error
}

describe('targets', () => {
  it('a second recorder is refused, naming the first', async () => {
    const path = file('tape.jsonl')
    const first = await Recorder.open({ path, created: start, streams: [] })
    await expect(Recorder.open({ path, created: start, streams: [] })).rejects.toThrow(
      `${path}: process ${process.pid} is recording to it`,
    )
    await first.close()
    await (await Recorder.open({ path, created: start, streams: [] })).close()
  })

  it('the lock of a dead process is taken over', async () => {
    const { writeFileSync } = await import('node:fs')
    const { hostname } = await import('node:os')
    const path = file('tape.jsonl')
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 4_194_303, began: '1', host: hostname() }))
    await (await Recorder.open({ path, created: start, streams: [] })).close()
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: process.pid, began: '1', host: hostname() }))
    await (await Recorder.open({ path, created: start, streams: [] })).close()
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 1, began: '1', host: 'elsewhere' }))
    await expect(Recorder.open({ path, created: start, streams: [] })).rejects.toThrow(/process 1 is recording/)
  })

  it('other content is left as it is', async () => {
    const { readFileSync, writeFileSync } = await import('node:fs')
    for (const [name, content] of [
      ['notes.jsonl', 'my notes\n'],
      ['frames.jsonl', '{"e":"trade"}\n{"e":'],
      ['page.jsonl.gz', 'not packed'],
    ] as const) {
      writeFileSync(file(name), content)
      await expect(Recorder.open({ path: file(name), created: start, streams: [] })).rejects.toThrow(
        /not a recording of genesis/,
      )
      expect(readFileSync(file(name), 'utf8')).toBe(content)
    }
  })

  it('links, folders of no one and devices are refused', async () => {
    const { symlinkSync, writeFileSync, existsSync } = await import('node:fs')
    writeFileSync(file('real.jsonl'), '')
    symlinkSync(file('real.jsonl'), file('link.jsonl'))
    await expect(Recorder.open({ path: file('link.jsonl'), created: start, streams: [] })).rejects.toThrow(
      /symbolic link/,
    )
    await expect(Recorder.open({ path: file('none/tape.jsonl'), created: start, streams: [] })).rejects.toThrow(
      /no such file/,
    )
    expect(existsSync(file('link.jsonl.lock'))).toBe(false)
    expect(constants.O_NOFOLLOW).toBeGreaterThan(0)
  })

  it('a target that vanishes is a failure, not a success', async () => {
    const { unlinkSync } = await import('node:fs')
    const path = file('tape.jsonl')
    const recorder = await Recorder.open({ path, created: start, streams: [] })
    recorder.append(frames[0]!)
    await recorder.flush()
    unlinkSync(path)
    recorder.tick(start + 2_000_000)
    await expect.poll(() => recorder.failure?.message).toMatch(/removed or replaced/)
    expect(recorder.append(frames[1]!)).toBe(true)
    expect(await recorder.close()).toMatchObject({ accepted: 1, refused: 1 })
  })

  it('a full device says so', async () => {
    const recorder = Recorder.open({ path: '/dev/full', created: start, streams: [] })
    await expect(recorder).rejects.toThrow(GenesisError)
  })
})
