import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { startBinanceServer, tradeMessages, type BinanceServer } from '../support/binance-server.js'
import { genesis, temporaryDirectory } from '../support/genesis.js'
import { hasShared, sharedDirectory } from '../support/shared.js'

let server: BinanceServer | undefined

afterEach(async () => {
  await server?.stop()
  server = undefined
})

// Orders that arrive before the next trade: how many there are must not hang on how fast this machine is.
const SMA = ['--strategy', 'sma', '--param', 'fast=5', '--param', 'slow=20', '--latency', '0ms']

describe('paper', () => {
  it('records its own tape, and backtest of the tape gives the same digest, with a cut and broken frames in the middle', async () => {
    const messages = tradeMessages(2_000)
    messages.splice(500, 0, '{"broken":', '{"result":null,"id":99}')
    server = await startBinanceServer({ messages, burst: 10, cutsAt: [900] })
    const session = join(temporaryDirectory('paper'), 'session')
    const live = await genesis([
      'paper',
      'btcusdt@trade',
      ...SMA,
      '--url',
      server.url,
      '--session',
      session,
      '--limit',
      '2000',
      '--json',
    ])
    expect(live.code).toBe(0)
    expect(live.summary['digest']).toMatch(/^[0-9a-f]{64}$/)
    const fills = live.events.filter(event => event['type'] === 'fill')
    expect(fills.length).toBeGreaterThan(10)
    const tape = join(session, 'tape.jsonl')
    const again = await genesis(['backtest', tape, ...SMA, '--json'])
    expect(again.summary['digest']).toBe(live.summary['digest'])
    expect(again.events.filter(event => event['type'] === 'fill')).toEqual(fills)
    expect(again.summary).toMatchObject({ deadLettered: 1, reconnects: 1, events: { trade: 2_000 } })
  })

  it('gives one digest at every speed and another for other parameters', async () => {
    const directory = temporaryDirectory('speeds')
    const file = join(directory, 'frames.jsonl')
    writeFileSync(file, `${tradeMessages(400).join('\n')}\n`)
    const digest = async (...args: string[]): Promise<unknown> => (await genesis([...args, '--json'])).summary['digest']
    const fast = await digest('paper', ...SMA, '--from-file', file)
    expect(await digest('paper', ...SMA, '--from-file', file, '--speed', '20')).toBe(fast)
    expect(await digest('backtest', file, ...SMA)).toBe(fast)
    // Cut into other pieces, in one process or several: from a pipe, compressed, decoded by workers.
    const bytes = readFileSync(file)
    const piped = await genesis(['backtest', '-', ...SMA, '--json'], { input: bytes })
    expect(piped.summary['digest']).toBe(fast)
    writeFileSync(`${file}.gz`, Buffer.concat([gzipSync(bytes.subarray(0, 4_321)), gzipSync(bytes.subarray(4_321))]))
    expect(await digest('backtest', `${file}.gz`, ...SMA)).toBe(fast)
    expect(await digest('backtest', file, ...SMA, '--workers', '2')).toBe(fast)
    expect(await digest('backtest', file, '--strategy', 'sma', '--param', 'fast=6', '--param', 'slow=20')).not.toBe(
      fast,
    )
    expect(await digest('backtest', file, ...SMA, '--fees', '0,0')).not.toBe(fast)
  }, 120_000)

  it("runs a user's own strategy in TypeScript and names the line of its mistake", async () => {
    const directory = temporaryDirectory('own')
    const file = join(directory, 'frames.jsonl')
    writeFileSync(file, `${tradeMessages(50).join('\n')}\n`)
    const good = join(directory, 'buy-once.ts')
    writeFileSync(
      good,
      `import { defineStrategy, z } from 'genesis'
enum Side { Buy = 'buy' }
export default defineStrategy({
  name: 'buy-once', description: 'Buys one unit', params: z.object({ size: z.number().positive().default(0.01) }),
  create({ parameters }) {
    let done = false
    return { onTrade: () => { if (done) return null; done = true; return { type: 'market', side: Side.Buy, size: parameters.size } } }
  },
})
`,
    )
    const { code, events, stderr } = await genesis(['backtest', file, '--strategy', good, '--json'])
    expect(stderr).not.toMatch(/^error/)
    expect(code).toBe(0)
    expect(events.filter(event => event['type'] === 'fill')).toHaveLength(1)
    const bad = join(directory, 'bad.ts')
    writeFileSync(bad, 'const x: number = 1\nthrow new Error("no luck")\nexport default x\n')
    const failed = await genesis(['backtest', file, '--strategy', bad])
    expect(failed.code).toBe(2)
    expect(failed.stderr).toMatch(/bad\.ts: no luck.*line 2/)
  })

  it('stops a strategy that throws, keeps the account and says so', async () => {
    const directory = temporaryDirectory('throws')
    const file = join(directory, 'frames.jsonl')
    writeFileSync(file, `${tradeMessages(50).join('\n')}\n`)
    const strategy = join(directory, 'fails.mjs')
    const library = new URL('../../dist/index.js', import.meta.url).href
    writeFileSync(
      strategy,
      `import { defineStrategy, z } from '${library}'
let seen = 0
export default defineStrategy({
  name: 'fails', description: 'Fails at the tenth trade', params: z.object({}),
  create: () => ({ onTrade: () => { if (++seen === 10) throw new Error('tenth') } }),
})
`,
    )
    const { code, summary, events } = await genesis(['backtest', file, '--strategy', strategy, '--json'])
    expect(code).toBe(0)
    expect(summary['ledger'][0].failure).toMatch(/tenth/)
    expect(summary['events']).toMatchObject({ trade: 50 })
    expect(events.find(event => event['type'] === 'halt')).toMatchObject({ code: 'failure' })
  })
})

describe('demo', () => {
  it('trades on the embedded exchange, balances its account and proves its tape', async () => {
    const { code, summary, stderr, events } = await genesis(['demo', '--duration', '5s', '--json'])
    expect(code).toBe(0)
    expect(summary).toMatchObject({
      command: 'demo',
      ended: 'duration',
      deadLettered: 0,
      gaps: 0,
      rerun: { same: true },
    })
    expect(summary['frames']).toBe(summary['decoded'] + summary['control'] + summary['deadLettered'])
    for (const account of summary['subscribers']) {
      expect(account.emitted).toBe(account.delivered + account.conflated + account.shed + account.failed)
    }
    expect(events.filter(event => event['type'] === 'fill').length).toBeGreaterThan(0)
    expect(stderr).toContain('the same digest')
    // What it wrote is a session: its report is there, and can be made again.
    const [, report = ''] = /^report (\S+\/report\.html) /m.exec(stderr) ?? []
    expect(readFileSync(report, 'utf8')).toContain('<h2 id="strategy-0">sma</h2>')
    const session = dirname(report)
    expect(await genesis(['verify', session, '--json'])).toMatchObject({ code: 0, summary: { passed: true } })
    expect(await genesis(['report', session])).toMatchObject({ code: 0 })
    const [, explain = ''] = /genesis (explain .*)$/m.exec(stderr) ?? []
    expect(await genesis(explain.split(' '))).toMatchObject({ code: 0 })
    rmSync(session, { recursive: true })
  }, 120_000)
})

describe('record', () => {
  it('keeps the frames verbatim, continues behind a torn tail, and replays to the same trades', async () => {
    const messages = tradeMessages(300)
    server = await startBinanceServer({ messages: messages.slice(0, 200) })
    const path = join(temporaryDirectory('record'), 'r.jsonl')
    const first = await genesis([
      'record',
      'btcusdt@trade',
      '--url',
      server.url,
      '-o',
      path,
      '--limit',
      '200',
      '--json',
    ])
    expect(first.code).toBe(0)
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines[0]).toMatch(
      /^\{"genesis":"recording","version":1,"created":\d{16},"streams":\["binance:btcusdt@trade"\]/,
    )
    const frames = lines.flatMap(line => /^\{"t":\d{16},"c":"binance","d":(\{"stream".*)\}$/.exec(line)?.[1] ?? [])
    expect(frames).toEqual(messages.slice(0, 200))
    await server.stop()
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"t":1732400000000000,"c":"bina`)
    server = await startBinanceServer({ messages: messages.slice(200) })
    const second = await genesis([
      'record',
      'btcusdt@trade',
      '--url',
      server.url,
      '-o',
      path,
      '--limit',
      '100',
      '--json',
    ])
    expect(second.stderr).toMatch(/31 bytes of a torn last record were cut/)
    const replay = await genesis(['replay', path, '--speed', 'max', '--json'])
    const ids = replay.events.filter(event => event['type'] === 'trade').map(event => event['id'])
    expect(ids).toEqual(Array.from({ length: 300 }, (_, index) => String(1_000 + index)))
  })

  it('compresses by suffix', async () => {
    server = await startBinanceServer({ messages: tradeMessages(200) })
    const path = join(temporaryDirectory('record-gz'), 'r.jsonl.gz')
    await genesis(['record', 'btcusdt@trade', '--url', server.url, '-o', path, '--limit', '200', '--json'])
    expect(readFileSync(path).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]))
    const replay = await genesis(['replay', path, '--speed', 'max', '--json'])
    expect(replay.summary).toMatchObject({ events: { trade: 200 } })
  })
})

const RECORDED = 'recorded/binance/_session.hft-btcusdt-20240808.jsonl.gz'
if (hasShared(RECORDED)) {
  describe('a recorded session of Binance', () => {
    it('replays to 9,757 trades and 28,040 quotes without a dead letter', async () => {
      const { summary } = await genesis([
        'replay',
        join(sharedDirectory, RECORDED),
        '--exchange',
        'binance',
        '--speed',
        'max',
        '--json',
      ])
      expect(summary).toMatchObject({ deadLettered: 0, events: { trade: 9_757, quote: 28_040 } })
    })

    it('trades alike on paper and in backtest, run after run', async () => {
      const file = join(sharedDirectory, RECORDED)
      const runs = [
        await genesis(['paper', '--strategy', 'sma', '--from-file', file, '--json']),
        await genesis(['backtest', file, '--strategy', 'sma', '--json']),
        await genesis(['backtest', file, '--strategy', 'sma', '--json']),
      ]
      expect(new Set(runs.map(run => run.summary['digest'])).size).toBe(1)
      expect(runs[0]!.events.filter(event => event['type'] === 'fill').length).toBeGreaterThan(20)
    })
  })
}

describe('sessions', () => {
  it('killed anywhere, resume to the digest of an undisturbed run over the same tape', async () => {
    const messages = tradeMessages(3_000)
    server = await startBinanceServer({ messages, burst: 5 })
    const session = join(temporaryDirectory('resume'), 'session')
    const { start } = await import('../support/genesis.js')
    const first = start([
      'paper',
      'btcusdt@trade',
      ...SMA,
      '--url',
      server.url,
      '--session',
      session,
      '--sync',
      'each',
      '--json',
    ])
    await first.saw('"type":"fill"')
    first.child.kill('SIGKILL')
    await first.finished
    const seen = server.sent()
    await server.stop()
    server = await startBinanceServer({ messages: messages.slice(seen - 200), burst: 5 })
    const resumed = await genesis(['paper', '--resume', session, '--url', server.url, '--duration', '3s', '--json'])
    expect(resumed.code).toBe(0)
    const again = await genesis(['backtest', join(session, 'tape.jsonl'), ...SMA, '--json'])
    expect(resumed.summary['digest']).toBe(again.summary['digest'])
    expect(again.summary['events'].trade).toBeGreaterThan(0)
  })

  it('are not written over, and a directory without one is named', async () => {
    server = await startBinanceServer({ messages: tradeMessages(10) })
    const session = join(temporaryDirectory('twice'), 'session')
    const args = [
      'paper',
      'btcusdt@trade',
      ...SMA,
      '--url',
      server.url,
      '--session',
      session,
      '--limit',
      '10',
      '--json',
    ]
    expect((await genesis(args)).code).toBe(0)
    const again = await genesis(args)
    expect(again.code).toBe(2)
    expect(again.stderr).toMatch(/holds a session already.*--resume/)
    const none = await genesis(['paper', '--resume', temporaryDirectory('none')])
    expect(none.code).toBe(2)
    expect(none.stderr).toMatch(/is no session/)
  })
})
