/** A power cut takes whatever was not forced onto the disk, in any order: what the recorder called synced is there all the same. */
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/engine/random.js'
import { type FileSystem, realFileSystem } from '../../src/journal/file-system.js'
import { GenesisError } from '../../src/model/errors.js'
import { Recorder } from '../../src/journal/recorder.js'
import { comparable, data, readAll, start, useFolder } from './support.js'

const file = useFolder()

interface Write {
  readonly bytes: Buffer
  readonly position: number
}

/** Knows what was synced of the one file, and which writes came since. */
class Disk {
  private synced: Buffer = Buffer.alloc(0)
  private pending: Write[] = []

  readonly files: FileSystem = {
    open: async (path, flags, mode) => {
      const open = await realFileSystem.open(path, flags, mode)
      if (!path.endsWith('tape.jsonl')) return open
      return {
        read: (...args) => open.read(...args),
        stat: () => open.stat(),
        truncate: length => open.truncate(length),
        close: () => open.close(),
        write: (bytes, offset, length, position) => {
          this.pending.push({ bytes: Buffer.from(bytes.subarray(offset, offset + length)), position })
          return open.write(bytes, offset, length, position)
        },
        datasync: async () => {
          await open.datasync()
          for (const write of this.pending.splice(0)) this.synced = written(this.synced, write)
        },
      }
    },
    stat: path => realFileSystem.stat(path),
    rename: (from, to) => realFileSystem.rename(from, to),
    unlink: path => realFileSystem.unlink(path),
    mkdir: (path, options) => realFileSystem.mkdir(path, options),
    readdir: path => realFileSystem.readdir(path),
  }

  /** What is there after the power comes back: all that was synced, and of the rest any part of any write, in any order. */
  afterCut(random: Random): Buffer {
    let left = this.synced
    for (const { bytes, position } of [...this.pending].sort(() => random.next() - 0.5)) {
      const kept = bytes.subarray(0, random.int(0, bytes.length))
      if (random.next() < 0.6 && kept.length > 0) left = written(left, { bytes: kept, position })
    }
    return left
  }
}

/** What lies between is zeros, as file systems leave it. */
function written(before: Buffer, { bytes, position }: Write): Buffer {
  const after = Buffer.alloc(Math.max(before.length, position + bytes.length))
  before.copy(after)
  bytes.copy(after, position)
  return after
}

describe.each(['1s', 'each'] as const)('a power cut, synced %s', sync => {
  it('leaves what was synced, and the next recorder goes on behind it', async () => {
    const random = new Random(`power ${sync}`)
    const frames = Array.from({ length: 60 }, (_, at) =>
      data(`{"i":${at},"fill":"${'x'.repeat(at * 3)}"}`, start + at * 150_000),
    )
    for (let round = 0; round < 40; round++) {
      const disk = new Disk()
      const path = file(`${round}.tape.jsonl`)
      const recorder = await Recorder.open({ path, created: start, streams: [], sync, files: disk.files })
      const stop = random.int(1, frames.length)
      for (const [at, frame] of frames.slice(0, stop).entries()) {
        recorder.append(frame)
        // Lets writes and syncs go on for as long as they like.
        if (at % 3 === 0) await new Promise(resolve => setImmediate(resolve))
      }
      const { synced } = recorder.report()
      const left = disk.afterCut(random)
      await recorder.close()
      writeFileSync(path, left)
      const next = await Recorder.open({ path, created: start, streams: [] }).catch((error: unknown) => error)
      // Not even the header was synced: nothing was promised.
      if (next instanceof GenesisError && synced === 0) continue
      await (next as Recorder).close()
      const { items } = await readAll(path, { onCorrupt: 'skip' })
      const kept = items.filter(item => item.kind === 'data')
      expect(kept.length).toBeGreaterThanOrEqual(synced)
      expect(comparable(kept.slice(0, synced))).toEqual(comparable(frames.slice(0, synced)))
    }
  })
})
