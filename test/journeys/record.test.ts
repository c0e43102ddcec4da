/** Recording from the command line: files that rotate, disks that fail, targets that cannot be written to. */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'

const directory = temporaryDirectory('record')
const file = (name: string): string => join(directory, name)
const SIM = ['btcusdt@trade', '--exchange', 'sim']
const bin = fileURLToPath(new URL('../../bin/genesis.js', import.meta.url))

/** An address at which nobody listens: whoever connects first fails otherwise than for its target. */
const NOBODY = ['--url', 'ws://127.0.0.1:9']

describe('rotation', () => {
  it('begins a file a second, holds them together by a manifest, and replays them as one', async () => {
    mkdirSync(file('days'))
    const args = ['record', ...SIM, '--rate', '200', '--duration', '2500ms', '--digest', '--json']
    const live = await genesis([...args, '-o', file('days/btc.jsonl.gz'), '--rotate', '1s'])
    expect(live.summary['recording']).toMatchObject({ failure: null, refused: 0 })
    const segments = live.summary['recording']['segments'] as number
    expect(segments).toBeGreaterThanOrEqual(3)
    const names = readdirSync(file('days')).sort()
    expect(names).toEqual([
      ...Array.from({ length: segments }, (_, index) => `btc.00000${index + 1}.jsonl.gz`),
      'btc.manifest.json',
    ])
    const replayed = await genesis(['replay', file('days/btc.manifest.json'), '--speed', 'max', '--digest', '--json'])
    expect(replayed.summary).toMatchObject({
      eventsDigest: live.summary['eventsDigest'],
      frames: live.summary['frames'],
    })
    for (const name of names.filter(name => name.endsWith('.gz'))) {
      expect(gunzipSync(readFileSync(file(`days/${name}`))).toString()).toMatch(/^\{"genesis":"recording","version":1/)
    }
  })

  it('begins a file at a size, and refuses what is neither', async () => {
    const { summary } = await genesis([
      'record',
      ...SIM,
      '--rate',
      '1000',
      '--limit',
      '1500',
      '-o',
      file('sizes/'),
      '--rotate',
      '64KiB',
      '--json',
    ])
    expect(summary['recording']['segments']).toBeGreaterThanOrEqual(2)
    const refused = await genesis(['record', ...SIM, '-o', file('x.jsonl'), '--rotate', 'often'])
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/--rotate "often".*1h, 100MB/)])
  })
})

describe('a target that cannot be written to fails before anything connects', () => {
  it.each<[string, string, RegExp]>([
    [
      'a folder that is not there',
      file('none/btc.jsonl'),
      /none\/btc\.jsonl: cannot lock it: no such file or directory/,
    ],
    ['a device', '/dev/full', /\/dev\/full.*(?:not a regular file|cannot)/],
    ['another file', file('mine.jsonl'), /mine\.jsonl: not a recording of genesis; it is left as it is/],
    ['a symbolic link', file('link.jsonl'), /link\.jsonl.*symbolic link/],
  ])('%s', async (_, path, message) => {
    writeFileSync(file('mine.jsonl'), 'mine\n')
    rmSync(file('link.jsonl'), { force: true })
    symlinkSync(file('mine.jsonl'), file('link.jsonl'))
    const { code, stderr, stdout } = await genesis(['record', 'btcusdt@trade', ...NOBODY, '-o', path])
    expect(stderr).toMatch(message)
    expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([1, '', 1])
    expect(readFileSync(file('mine.jsonl'), 'utf8')).toBe('mine\n')
  })

  it('a file that another process is recording to', async () => {
    const path = file('shared.jsonl')
    const first = start(['record', ...SIM, '-o', path, '--json'])
    await first.saw('"state":"connected"')
    const second = await genesis(['record', 'btcusdt@trade', ...NOBODY, '-o', path])
    expect([second.code, second.stderr]).toEqual([1, expect.stringMatching(/process \d+ is recording to it/)])
    first.child.kill('SIGINT')
    expect((await first.finished).code).toBe(0)
  })

  it.runIf(process.versions.node.startsWith('20.'))('a packing that this Node does not have', async () => {
    const { code, stderr } = await genesis(['record', 'btcusdt@trade', ...NOBODY, '-o', file('x.jsonl.zst')])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/has no Zstandard.*Node\.js 22\.15/)])
  })
})

/** Runs `genesis` in a shell that first sets a limit. */
function limited(
  limit: string,
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn('bash', ['-c', `${limit}; exec "$0" "$@"`, process.execPath, bin, ...args], {
    env: { ...process.env, NO_COLOR: '1', XDG_STATE_HOME: directory },
  })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text))
  return new Promise(resolve => child.on('close', code => resolve({ code, ...said })))
}

describe('a disk that fails on the way', () => {
  it('ends a recorder that nobody watches, with what is written whole and what is lost told', async () => {
    const path = file('full.jsonl')
    const { code, stderr, stdout } = await limited('ulimit -f 64', [
      'record',
      ...SIM,
      '--rate',
      '2000',
      '-o',
      path,
      '--json',
    ])
    expect(code).toBe(1)
    const error = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as {
      code: string
      message: string
      hint: string
    }
    expect(error).toMatchObject({ code: 'recording_failed', hint: expect.stringContaining(`genesis verify ${path}`) })
    expect(error.message).toMatch(/the file may not grow further \(EFBIG\); [\d,]+ frames are not in the recording/)
    const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, any> // eslint-disable-line @typescript-eslint/no-explicit-any -- as printed
    expect(summary).toMatchObject({ ended: 'failed', recording: { failure: expect.stringContaining('EFBIG') } })
    const verified = await genesis(['verify', path])
    expect(verified.summary).toMatchObject({ passed: true, whole: true })
    expect(verified.summary['frames']).toBeLessThan(summary['frames'] as number)
  })

  it('leaves a paper run going, which fails at its end', async () => {
    const session = file('session')
    const { code, stderr, stdout } = await limited('ulimit -f 64', [
      'paper', ...SIM, '--strategy', 'sma', '--rate', '1000', '--duration', '3s', '--session', session, '--json',
    ]) // prettier-ignore
    const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>
    expect(summary).toMatchObject({ ended: 'duration' })
    expect([code, stderr]).toEqual([1, expect.stringMatching(/EFBIG.*frames are not in the recording/)])
  })

  it('notices that the file was taken away', async () => {
    const path = file('taken.jsonl')
    const running = start(['record', ...SIM, '-o', path, '--json'])
    await running.saw('"state":"connected"')
    rmSync(path)
    const { code, stderr } = await running.finished
    expect([code, stderr]).toEqual([1, expect.stringMatching(/removed or replaced while it was recorded/)])
  })
})
