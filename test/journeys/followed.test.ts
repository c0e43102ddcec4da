/** A run that gets its events from another process keeps them: they can be replayed, verified and traded again. */
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { genesis, temporaryDirectory, type Finished } from '../support/genesis.js'
import { hasNats, NatsServer } from '../support/nats.js'
import { serve, type Served } from '../support/served.js'

const directory = temporaryDirectory('followed')
const SMA = ['--strategy', 'sma', '--param', 'fast=2', '--param', 'slow=5', '--json']
const LONG_MS = 120_000

const counts = ({ summary }: Finished): unknown[] =>
  ['frames', 'decoded', 'events', 'gaps', 'duplicates', 'eventsDigest'].map(name => summary[name])

const replayed = (path: string): Promise<Finished> =>
  genesis(['replay', path, '--speed', 'max', '--digest', '--json'], { timeoutMs: LONG_MS })

/** Session and recording of one source prove what was done and heard. */
async function proves(source: readonly string[], name: string): Promise<void> {
  const session = join(directory, `session-${name}`)
  const tape = join(directory, `${name}.jsonl.gz`)
  const [paper, recorded] = await Promise.all([
    genesis(['paper', ...source, ...SMA, '--limit', '1500', '--session', session], { timeoutMs: LONG_MS }),
    genesis(['record', ...source, '-o', tape, '--limit', '1500', '--digest', '--json'], { timeoutMs: LONG_MS }),
  ])
  expect([paper.code, recorded.code]).toEqual([0, 0])
  expect(paper.events.filter(({ type }) => type === 'fill').length).toBeGreaterThan(0)

  const verified = await genesis(['verify', session, '--json'])
  expect([verified.code, verified.summary['digest']]).toEqual([0, paper.summary['digest']])
  expect(counts(await replayed(tape))).toEqual(counts(recorded))
  const file = await genesis(['verify', tape, '--json'])
  expect(file.summary).toMatchObject({ passed: true, whole: true, frames: recorded.summary['frames'], gaps: 0 })
  const backtest = await genesis(['backtest', join(session, 'tape.jsonl'), ...SMA])
  expect(backtest.summary['digest']).toBe(paper.summary['digest'])

  const again = await genesis(['paper', '--resume', session, '--json'])
  expect([again.code, again.stderr]).toEqual([
    2,
    expect.stringContaining('whose events since then are not on its tape'),
  ])
}

describe('another genesis', () => {
  let served: Served
  const from = (): string[] => ['--from', served.url.replace('http', 'ws'), '--from-token', tokenFile]
  const stateHome = join(directory, 'state')
  const tokenFile = join(stateHome, 'genesis', 'token')

  beforeAll(async () => {
    const streams = ['btcusdt@trade', 'btcusdt@quote', 'btcusdt@book', 'ethusdt@trade']
    served = await serve(['serve', ...streams, '--exchange', 'sim', '--rate', '100'], { stateHome, cwd: directory })
  })
  afterAll(() => served.stop())

  it('leaves a session and a recording that prove themselves', () => proves(from(), 'ws'), LONG_MS)

  it(
    'leaves a recording that a crash cuts by one line, and that is continued',
    async () => {
      const tape = join(directory, 'torn.jsonl')
      const record = (): Promise<Finished> =>
        genesis(['record', ...from(), '-o', tape, '--limit', '50', '--json'], { timeoutMs: LONG_MS })
      const first = await record()
      appendFileSync(tape, '{"type":"trade","exchange":"sim","symb')
      const torn = await replayed(tape)
      expect(torn.summary).toMatchObject({ frames: first.summary['frames'], files: [{ torn: 38, corrupt: 0 }] })
      const second = await record()
      expect(second.stderr).toContain('38 bytes of a torn last record were cut')
      const whole = await replayed(tape)
      expect(whole.summary['events']['trade']).toBe(
        first.summary['events']['trade'] + second.summary['events']['trade'],
      )
      expect(whole.summary['files'][0]).toMatchObject({ torn: 0, corrupt: 0 })
    },
    LONG_MS,
  )

  it(
    'is recorded by a third one at the request of its client',
    async () => {
      const third = await serve(['serve', ...from()], { cwd: directory })
      const { id, path } = await (await third.post('/api/recordings', { name: 'third.jsonl' })).json()
      while ((await third.json('/api/recordings')).recordings[0].accepted < 100) await new Promise(resolve => setTimeout(resolve, 20)) // prettier-ignore
      const { accepted } = await third.json(`/api/recordings/${String(id)}`, { method: 'DELETE' })
      await third.stop()
      const { summary } = await replayed(path)
      expect(summary).toMatchObject({ frames: accepted, deadLettered: 0 })
      expect(readFileSync(path, 'utf8').split('\n')[0]).toContain('"content":"events"')
    },
    LONG_MS,
  )
})

it('a recording of nothing is refused before a file is made', async () => {
  const { code, stderr } = await genesis(['record', '-o', join(directory, 'none.jsonl')])
  expect([code, stderr]).toEqual([2, expect.stringContaining("missing required argument 'streams'")])
})

if (hasNats) {
  describe('a NATS stream', () => {
    let broker: NatsServer
    beforeAll(async () => {
      broker = await NatsServer.start()
    })
    afterAll(() => broker.kill())

    it(
      'leaves a session and a recording that prove themselves',
      async () => {
        const market = join(directory, 'market.jsonl')
        await genesis(['record', 'btcusdt@trade', 'btcusdt@quote', '--exchange', 'sim', '--rate', '600', '--limit', '2000', '-o', market]) // prettier-ignore
        const published = await genesis(['replay', market, '--speed', 'max', '--publish', broker.url, '--json'])
        expect(published.code).toBe(0)
        await proves(['--from', `${broker.url}?start=all`], 'nats')
      },
      LONG_MS,
    )
  })
}
