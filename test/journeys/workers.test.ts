/** Worker threads decode and keep connections, and nobody can tell from what comes out: not from a digest, not from an account. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { genesis, start, temporaryDirectory, type Finished, type Running } from '../support/genesis.js'
import { eventually, serve } from '../support/served.js'
import { startBox, eventsIn, until } from './box.js'
import { BOX_RECORDINGS, STARTED_MS, STEP_MS } from './box-recordings.js'

const directory = temporaryDirectory('workers')
const LONG_MS = 120_000

/** Every exchange at once, on two connections, which are lost and come back; every tenth frame is none of the exchange's. */
function everything(): string {
  const path = join(directory, 'everything.jsonl')
  const streams = [...BOX_RECORDINGS].flatMap(([name, recording]) =>
    recording.streams.map(stream => `${name}:${stream}`),
  )
  const lines = [...BOX_RECORDINGS].flatMap(([name, { frames, streams }]) =>
    [0, 1].flatMap(line => {
      const at = (step: number): number => (STARTED_MS + step * STEP_MS) * 1_000 + line * 400
      const head = (step: number): string => `{"t":${at(step)},"c":"${name}"${line === 0 ? '' : ',"l":1'}`
      const link = (step: number, state: string): string =>
        `${head(step)},"status":"${state}","streams":${JSON.stringify(streams)},"detail":"test"}`
      const data = frames.flatMap((frame, index) => [
        { at: at(index), text: `${head(index)},"d":${frame}}` },
        ...(index % 10 === 4 ? [{ at: at(index), text: `${head(index)},"d":{"neither":"fish","nor":${index}}}` }] : []),
      ])
      const end = frames.length
      return [
        { at: at(0), text: link(0, 'connected') },
        ...data,
        { at: at(end), text: link(end, 'disconnected') },
        { at: at(end + 1), text: link(end + 1, 'connected') },
        ...frames.map((frame, index) => ({ at: at(end + 2 + index), text: `${head(end + 2 + index)},"d":${frame}}` })),
      ]
    }),
  )
  const header = { genesis: 'recording', version: 1, created: STARTED_MS * 1_000, streams, lines: 2 }
  lines.sort((a, b) => a.at - b.at)
  writeFileSync(path, `${[JSON.stringify(header), ...lines.map(({ text }) => text)].join('\n')}\n`)
  return path
}

/** Kills one worker thread of a run as soon as a file appears: loaded into every thread by Node itself. */
const KILLER = join(directory, 'killer.mjs')
writeFileSync(
  KILLER,
  `import { renameSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
const look = () => { try { renameSync(process.env.KILL, process.env.KILL + '.done') } catch { return } process.exit(7) }
if (!isMainThread) { look(); setInterval(look, 5).unref() }`,
)

function mortal(args: readonly string[], kill: string): Running {
  return start(args, { timeoutMs: LONG_MS, env: { KILL: kill, NODE_OPTIONS: `--import=${KILLER}` } })
}

const COUNTS = ['frames', 'decoded', 'control', 'deadLettered', 'events', 'gaps', 'duplicates', 'reconnects', 'latency', 'eventsDigest', 'digest'] as const // prettier-ignore

function account({ summary }: Finished): Record<string, unknown> {
  return Object.fromEntries(COUNTS.map(name => [name, summary[name]]))
}

describe('a recording', () => {
  it(
    'tells the same with 0, 1, 2 and 4 workers, to the last event, dead letter and count',
    async () => {
      const path = everything()
      const replay = (workers: number, ...args: string[]): Promise<Finished> =>
        genesis(['replay', path, '--speed', 'max', '--digest', '--json', '--workers', String(workers), ...args], {
          timeoutMs: LONG_MS,
        })
      const letters = (workers: number): string => join(directory, `letters-${workers}.jsonl`)
      const without = await replay(0, '--dead-letters', letters(0))
      expect(without.summary).toMatchObject({ ended: 'end' })
      for (const count of ['decoded', 'control', 'deadLettered', 'gaps', 'duplicates', 'reconnects']) {
        expect(without.summary[count], count).toBeGreaterThan(0)
      }
      for (const workers of [1, 2, 4]) {
        const finished = await replay(workers, '--dead-letters', letters(workers))
        expect(account(finished)).toEqual(account(without))
        const { frames, decoded, control, deadLettered } = finished.summary
        expect(frames).toBe(decoded + control + deadLettered)
        expect(finished.stdout.split('\n').slice(0, -2)).toEqual(without.stdout.split('\n').slice(0, -2))
        const again = await genesis(['replay', letters(workers), '--speed', 'max', '--json'])
        expect(again.summary['deadLettered']).toBe(deadLettered)
      }
      const half = String((STARTED_MS + 10 * STEP_MS) * 1_000)
      const window = await replay(0, '--from', half, '--limit', '50')
      expect(account(await replay(2, '--from', half, '--limit', '50'))).toEqual(account(window))
    },
    LONG_MS,
  )

  it(
    'is traded the same with and without workers, at full speed and at a pace',
    async () => {
      const path = everything()
      const args = ['--strategy', 'sma', '--param', 'fast=2', '--param', 'slow=3', '--stream', 'binance:btcusdt@trade', '--json'] // prettier-ignore
      const backtest = (...more: string[]): Promise<Finished> =>
        genesis(['backtest', path, ...args, ...more], { timeoutMs: LONG_MS })
      const without = await backtest()
      expect(without.summary['digest']).toMatch(/^[0-9a-f]{64}$/)
      expect(account(await backtest('--workers', '2'))).toEqual(account(without))
      const paced = ['paper', 'binance:btcusdt@trade', '--from-file', path, '--strategy', 'sma', '--param', 'fast=2', '--param', 'slow=3', '--json', '--speed', '20', '--workers', '2'] // prettier-ignore
      const paper = await genesis(paced, { timeoutMs: LONG_MS })
      expect(paper.summary['digest']).toBe(without.summary['digest'])
    },
    LONG_MS,
  )

  it(
    'whose worker dies is no success',
    async () => {
      const kill = join(directory, 'kill-replay')
      writeFileSync(kill, '')
      const finished = await mortal(['replay', everything(), '--speed', 'max', '--workers', '2', '--json'], kill)
        .finished
      expect(finished.code).toBe(1)
      expect(finished.summary['ended']).toBe('failed')
      expect(finished.stderr).toMatch(/"code":"worker_died","message":"worker [12] of 2 has died: exit code 7"/)
    },
    LONG_MS,
  )
})

describe('a live run', () => {
  it(
    'is the run that its tape tells, without workers',
    async () => {
      const session = join(directory, 'session')
      const streams = ['btcusdt@trade', 'ethusdt@trade', 'solusdt@trade', 'btcusdt@book', 'ethusdt@quote']
      const paper = await genesis(
      ['paper', ...streams, '--exchange', 'sim', '--strategy', 'sma', '--param', 'fast=2', '--param', 'slow=4', '--limit', '400', '--session', session, '--workers', '2', '--json'],
      { timeoutMs: LONG_MS },
    ) // prettier-ignore
      expect(paper.code).toBe(0)
      const { frames, decoded, control, deadLettered, workers } = paper.summary
      expect(frames).toBe(decoded + control + deadLettered)
      expect(workers).toMatchObject({ workers: 2, restarts: 0 })
      expect(workers.frames.reduce((sum: number, share: number) => sum + share, 0)).toBe(frames)
      expect(Math.min(...(workers.frames as number[]))).toBeGreaterThan(0)
      const verified = await genesis(['verify', session, '--json'], { timeoutMs: LONG_MS })
      expect([verified.code, verified.summary['digest']]).toEqual([0, paper.summary['digest']])
      const tape = await genesis(['verify', join(session, 'tape.jsonl'), '--json'])
      expect(tape.summary).toMatchObject({ passed: true, outOfOrder: 0, gaps: 0, frames })
    },
    LONG_MS,
  )

  it(
    'has on its tape what it has heard, whatever the number of workers, and the end of every connection',
    async () => {
      const path = join(directory, 'live.jsonl')
      const args = ['record', 'btcusdt@trade', 'ethusdt@trade', 'btcusdt@book', '--exchange', 'sim', '-o', path, '--duration', '2s', '--digest', '--workers', '3', '--json'] // prettier-ignore
      const recorded = await genesis(args, { timeoutMs: LONG_MS })
      expect(recorded.code).toBe(0)
      for (const workers of [0, 2]) {
        const replayed = await genesis(['replay', path, '--speed', 'max', '--digest', '--workers', String(workers), '--json']) // prettier-ignore
        expect(replayed.summary['eventsDigest']).toBe(recorded.summary['eventsDigest'])
        expect(replayed.events.filter(({ state, detail }) => state === 'disconnected' && detail === 'stopped: duration')).toHaveLength(3) // prettier-ignore
      }
    },
    LONG_MS,
  )

  it(
    'tells the death of a worker as lost connections, opens them again and names what is missing',
    async () => {
      const box = await startBox('--rate', '200', '--symbols', 'BTCUSDT,ETHUSDT,SOLUSDT')
      const kill = join(directory, 'kill-live')
      const streams = ['btcusdt@trade', 'ethusdt@trade', 'solusdt@trade']
      const running = mortal(['stream', ...streams, '--exchange', 'sim', '--url', box.url, '--workers', '2', '--json'], kill) // prettier-ignore
      const statuses = (state: string): unknown[] =>
        eventsIn(running)
          .filter(event => event['type'] === 'status' && event['state'] === state)
          .map(event => event['stream'])
      expect(await until(() => statuses('connected').length === 3, LONG_MS)).toBe(true)
      writeFileSync(kill, '')
      await running.saw('has died: exit code 7; its streams are connected again by a new one')
      expect(await until(() => statuses('connected').length > 3, LONG_MS)).toBe(true)
      const lost = statuses('disconnected')
      expect(lost.length).toBeGreaterThan(0)
      expect(await until(() => statuses('connected').length === 3 + lost.length, LONG_MS)).toBe(true)
      // At two hundred trades a second and symbol something went by unseen, and the ids prove it.
      expect(await until(() => statuses('gap').length >= lost.length, LONG_MS)).toBe(true)
      expect(new Set(statuses('gap'))).toEqual(new Set(lost))
      running.child.kill('SIGINT')
      const { code, summary } = await running.finished
      await box.stop()
      expect(existsSync(`${kill}.done`)).toBe(true)
      expect([code, summary['reconnects'] > 0, summary['gaps'] >= lost.length]).toEqual([0, true, true])
      expect(summary['workers']).toMatchObject({ workers: 2, restarts: 1 })
      expect(summary['frames']).toBe(summary['decoded'] + summary['control'] + summary['deadLettered'])
    },
    LONG_MS,
  )

  it(
    "takes commands, carries each stream twice and is recorded whole at a client's request",
    async () => {
      const cwd = temporaryDirectory('workers-serve')
      const served = await serve(['serve', 'btcusdt@trade', 'ethusdt@book', '--exchange', 'sim', '--lines', '2', '--workers', '2'], { cwd }) // prettier-ignore
      await served.post('/api/streams', { stream: 'sim:solusdt@trade' })
      await eventually(
        () => served.json('/api/streams'),
        ({ streams }) => streams.length === 3 && streams.every(({ state }: { state: string }) => state === 'connected'),
      )
      const { connections } = await served.json('/api/connections')
      const numbers = connections.map(({ line }: { line: number }) => line)
      expect(new Set(numbers).size).toBe(numbers.length)
      for (const { line, copy } of connections) expect(line % 2).toBe(copy)
      const { path } = await (await served.post('/api/recordings', { name: 'whole.jsonl' })).json()
      await eventually(
        () => served.json('/api/recordings'),
        ({ recordings }) =>
          recordings[0].accepted > 200 && /depthSnapshot[^]*depthUpdate/.test(readFileSync(path, 'utf8')),
      )
      await served.json('/api/recordings/1', { method: 'DELETE' })
      expect((await served.json('/api/account')).duplicates).toBeGreaterThan(0)
      await served.stop()
      const verified = await genesis(['verify', path, '--json'], { timeoutMs: LONG_MS })
      expect(verified.summary).toMatchObject({ passed: true, outOfOrder: 0, gaps: 0, deadLettered: 0 })
      const streams = verified.events.filter(({ type }) => type === 'stream').map(({ stream }) => String(stream))
      expect(streams.sort()).toEqual(['btcusdt@trade', 'ethusdt@book', 'solusdt@trade'])
    },
    LONG_MS,
  )

  it(
    'is resumed after kill -9, with and without workers',
    async () => {
      const session = join(directory, 'resumed')
      const args = ['--exchange', 'sim', '--json', '--session', session, '--strategy', 'sma', '--param', 'fast=2', '--param', 'slow=4'] // prettier-ignore
      const first = start(['paper', 'btcusdt@trade', 'ethusdt@trade', ...args, '--workers', '2'], {
        timeoutMs: LONG_MS,
      })
      await first.saw('"fill"')
      first.child.kill('SIGKILL')
      await first.finished
      for (const workers of ['2', '0']) {
        const resumed = await genesis(['paper', '--resume', session, '--duration', '1s', '--workers', workers, '--json'], { timeoutMs: LONG_MS }) // prettier-ignore
        expect(resumed.code).toBe(0)
        const verified = await genesis(['verify', session, '--json'], { timeoutMs: LONG_MS })
        expect([verified.code, verified.summary['digest']]).toEqual([0, resumed.summary['digest']])
      }
    },
    LONG_MS,
  )

  it(
    'ends as any other where nothing can be reached',
    async () => {
      const finished = await genesis(['stream', 'btcusdt@trade', '--url', 'ws://127.0.0.1:9', '--workers', '2', '--json'], { timeoutMs: LONG_MS }) // prettier-ignore
      expect([finished.code, finished.stderr]).toEqual([4, expect.stringContaining('is not reachable after')])
    },
    LONG_MS,
  )
})
