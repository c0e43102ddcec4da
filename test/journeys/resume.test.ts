import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Random } from '../../src/engine/random.js'
import { startBinanceServer, tradeMessages, type BinanceServer } from '../support/binance-server.js'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'

const SMA = ['--strategy', 'sma', '--param', 'fast=5', '--param', 'slow=20']
/** `GENESIS_KILLS=40 GENESIS_SEED=7` kills more often, at other moments. */
const KILLS = Number(process.env['GENESIS_KILLS'] ?? 5)
const SEED = Number(process.env['GENESIS_SEED'] ?? 1)

let server: BinanceServer | undefined

afterEach(async () => {
  await server?.stop()
  server = undefined
})

describe('a paper session', () => {
  it(
    'killed again and again, at any moment, ends with the digest of one undisturbed run over its tape',
    async () => {
      server = await startBinanceServer({ messages: tradeMessages(40_000 * KILLS), burst: 1 })
      const session = join(temporaryDirectory('kills'), 'session')
      const random = new Random(SEED)
      for (let kill = 0; kill < KILLS; kill++) {
        const wasBegun = existsSync(join(session, 'session.json'))
        const args = wasBegun ? ['--resume', session] : ['btcusdt@trade', ...SMA, '--session', session]
        const run = start(['paper', ...args, '--url', server.url, '--json'])
        // The first one has traded; the others die anywhere, also while they fold what was recorded.
        if (kill === 0) await run.saw('"type":"fill"')
        else await new Promise(resolve => setTimeout(resolve, random.int(100, 900)))
        run.child.kill('SIGKILL')
        expect((await run.finished).signal).toBe('SIGKILL')
        // Writing the files of a session can be cut off as well.
        writeFileSync(join(session, 'session.json.new'), '{"genesis":"ses')
      }
      const resumed = await genesis(['paper', '--resume', session, '--url', server.url, '--duration', '1s', '--json'])
      expect(resumed.code).toBe(0)
      const again = await genesis(['backtest', join(session, 'tape.jsonl'), ...SMA, '--json'])
      expect(resumed.summary['digest']).toBe(again.summary['digest'])
      expect(again.events.filter(event => event['type'] === 'fill').length).toBeGreaterThan(1)
      expect(await genesis(['verify', session, '--json'])).toMatchObject({ code: 0, summary: { passed: true } })
    },
    60_000 + KILLS * 5_000,
  )

  it('forgets how it once ended when it goes on', async () => {
    server = await startBinanceServer({ messages: tradeMessages(100_000), burst: 1 })
    const session = join(temporaryDirectory('ended'), 'session')
    await genesis(['paper', 'btcusdt@trade', ...SMA, '--url', server.url, '--session', session, '--limit', '200', '--json']) // prettier-ignore
    expect(JSON.parse(readFileSync(join(session, 'result.json'), 'utf8'))).toMatchObject({ ended: 'limit' })
    const run = start(['paper', '--resume', session, '--url', server.url, '--json'])
    await run.saw('"type":"signal"')
    run.child.kill('SIGKILL')
    await run.finished
    expect(existsSync(join(session, 'result.json'))).toBe(false)
    const verified = await genesis(['verify', session, '--json'])
    expect(verified).toMatchObject({ code: 3, summary: { expected: null } })
  })

  it('that was cut off before it had a tape begins one', async () => {
    server = await startBinanceServer({ messages: tradeMessages(100_000), burst: 1 })
    const directory = temporaryDirectory('no-tape')
    const first = join(directory, 'first')
    await genesis(['paper', 'btcusdt@trade', ...SMA, '--url', server.url, '--session', first, '--limit', '5', '--json'])
    const session = join(directory, 'second')
    mkdirSync(session)
    writeFileSync(join(session, 'session.json'), readFileSync(join(first, 'session.json')))
    writeFileSync(join(session, 'tape.jsonl'), readFileSync(join(first, 'tape.jsonl')).subarray(0, 30))
    const { code, summary } = await genesis(['paper', '--resume', session, '--url', server.url, '--limit', '50', '--json']) // prettier-ignore
    expect(code).toBe(0)
    expect(summary['events']).toMatchObject({ trade: 50 })
    expect(await genesis(['verify', session, '--json'])).toMatchObject({ code: 0 })
  })
})
