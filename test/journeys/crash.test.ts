/** What may happen to a recording process: killed forty times, stopped by every signal, held still; the tape is whole each time and replays the same. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/engine/random.js'
import { genesis, start, temporaryDirectory, type Finished, type Running } from '../support/genesis.js'
import { until } from './box.js'

const directory = temporaryDirectory('crash')
const file = (name: string): string => join(directory, name)
const SIM = ['sim:btcusdt@trade', 'sim:btcusdt@book', '--rate', '400', '--json']
const MS = 20_000

function size(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}

const record = (path: string, ...more: readonly string[]): Running =>
  start(['record', ...SIM, '-o', path, ...more], { timeoutMs: 60_000 })

describe('kill -9', () => {
  it.each(['tape.jsonl', 'tape.jsonl.gz'])(
    'twenty times over %s leaves nothing torn behind the next open',
    async name => {
      const path = file(name)
      const random = new Random(name)
      for (let round = 0; round < 20; round++) {
        const before = size(path)
        const running = record(path)
        await until(() => size(path) > before + random.int(0, 3_000), MS)
        running.child.kill('SIGKILL')
        const { signal } = await running.finished
        expect(signal).toBe('SIGKILL')
        expect(size(path)).toBeGreaterThan(0)
      }
      const last = record(path)
      await last.saw('"connected"')
      last.child.kill('SIGINT')
      expect((await last.finished).code).toBe(0)
      const { code, summary } = await genesis(['verify', path, '--json'], { timeoutMs: 60_000 })
      expect(code).toBe(0)
      expect(summary).toMatchObject({ whole: true, corrupt: 0, torn: 0, damagedBytes: 0, deadLettered: 0 })
      expect(summary['frames']).toBeGreaterThan(20)
    },
    240_000,
  )
})

describe('a signal', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends a recording in order, and its replay is the same',
    async signal => {
      const path = file(`${signal}.jsonl.gz`)
      const running = record(path, '--digest')
      await running.saw('"connected"')
      await until(() => size(path) > 4_000, MS)
      running.child.kill(signal)
      const live = await running.finished
      expect(live.code).toBe(0)
      expect(live.summary).toMatchObject({ ended: 'interrupted', recording: { failure: null, refused: 0 } })
      const { accepted, synced } = live.summary['recording'] as { accepted: number; synced: number }
      expect(synced).toBe(accepted)
      const replayed = await genesis(['replay', path, '--speed', 'max', '--digest', '--json'])
      expect(replayed.summary['eventsDigest']).toBe(live.summary['eventsDigest'])
    },
    60_000,
  )

  it('twice, one right after the other, leaves at once and says what that costs', async () => {
    const path = file('twice.jsonl')
    const running = record(path)
    await running.saw('"connected"')
    running.child.kill('SIGINT')
    running.child.kill('SIGINT')
    const { code, stderr } = await running.finished
    // The first may have been done with before the second came.
    expect([0, 130]).toContain(code)
    if (code === 130) expect(stderr).toContain('left at once; what was not yet written is lost')
  }, 60_000)

  it('SIGSTOP and SIGCONT hold a recording still and cost nothing of its truth', async () => {
    const path = file('still.jsonl')
    const running = record(path, '--digest', '--sync', 'each')
    await running.saw('"connected"')
    await until(() => size(path) > 4_000, MS)
    running.child.kill('SIGSTOP')
    const held = size(path)
    await new Promise(resolve => setTimeout(resolve, 1_500))
    expect(size(path)).toBe(held)
    running.child.kill('SIGCONT')
    await until(() => size(path) > held + 4_000, MS)
    running.child.kill('SIGINT')
    const live = await running.finished
    expect(live.code).toBe(0)
    const replayed = await genesis(['replay', path, '--speed', 'max', '--digest', '--json'])
    expect(replayed.summary['eventsDigest']).toBe(live.summary['eventsDigest'])
    expect(readFileSync(path, 'utf8').endsWith('}\n')).toBe(true)
  }, 60_000)
})

describe('a file system that is read-only', () => {
  const mounts = spawnSync('unshare', ['-m', 'true']).status === 0
  // Where this user may mount nothing, a file system of the kernel stands for it: it takes no files from anybody.
  const target = mounts ? file('read-only') : '/sys'
  const refusal = mounts ? /: the file system is read-only \(EROFS\)/ : /\((?:EROFS|EACCES|EPERM)\)/
  if (mounts) {
    mkdirSync(target)
    writeFileSync(
      join(target, 'existing.jsonl'),
      '{"genesis":"recording","version":1,"created":1732353600000000,"streams":[]}\n',
    )
  }

  function recordInto(name: string, url: string, ...more: readonly string[]): Promise<Finished> {
    const args = ['record', 'btcusdt@trade', '--url', url, '-o', `${target}/${name}`, ...more]
    if (!mounts) return genesis(args)
    const prepare = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    return start(args, { through: ['unshare', '-m', 'sh', '-c', prepare, target] }).finished
  }

  it('is refused before anything connects, with what to do about it', async () => {
    let connections = 0
    const server = createServer(socket => {
      connections++
      socket.destroy()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `ws://127.0.0.1:${(server.address() as { port: number }).port}`
    const runs = await Promise.all([
      recordInto('tape.jsonl', url),
      recordInto('tape.jsonl.gz', url, '--rotate', '1s'),
      recordInto(mounts ? 'existing.jsonl' : 'power/existing.jsonl', url),
    ])
    server.close()
    for (const { code, stdout, stderr } of runs) {
      expect(stderr).toMatch(refusal)
      expect(stderr).toMatch(/ — choose a (?:writable )?place /)
      expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([1, '', 1])
    }
    expect(connections).toBe(0)
  }, 60_000)
})

describe('a target in a file system that takes none', () => {
  it('is refused before anything connects', async () => {
    const { code, stderr } = await genesis([
      'record',
      'btcusdt@trade',
      '--url',
      'ws://127.0.0.1:9',
      '-o',
      '/proc/tape.jsonl',
    ])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: \/proc\/tape\.jsonl: /)
  })
})
