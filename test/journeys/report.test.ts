import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { genesis, temporaryDirectory } from '../support/genesis.js'

const SMA = ['--strategy', 'sma', '--param', 'fast=5', '--param', 'slow=20']

/** A wave of prices as lines of events. */
function waveFile(directory: string): string {
  const begin = 1_700_000_000_000_000
  const lines = Array.from({ length: 1_200 }, (_, second) => {
    const price = Number((100 + 10 * Math.sin(second / 30)).toFixed(2))
    const time = begin + second * 1_000_000
    return JSON.stringify({ type: 'trade', exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT', id: String(second), price, size: 1, side: 'buy', time, received: time }) // prettier-ignore
  })
  const path = join(directory, 'wave.jsonl')
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

describe('metrics and conventions of a backtest', () => {
  it('are keys of the summary and tables for a person', async () => {
    const file = waveFile(temporaryDirectory('metrics'))
    const run = await genesis(['backtest', file, ...SMA, '--conventions', 'all', '--json'])
    expect(run.code).toBe(0)
    const [metrics] = run.summary['metrics']
    expect(metrics.strategy).toBe('sma')
    expect(metrics.trades).toMatchObject({ value: metrics.trades.samples, formula: 'closed round trips' })
    expect(metrics.cagr.value).toBeNull()
    for (const name of ['return', 'sharpe', 'maxDrawdown', 'profitFactor', 'exposure', 'holding']) {
      expect(Object.keys(metrics[name])).toEqual(['value', 'formula', 'convention', 'samples'])
    }
    expect(run.summary['ledger'][0].metrics).toBeUndefined()
    expect(Object.keys(run.summary['conventions'][0].sharpe)).toEqual([
      'backtestingPy',
      'empyrical',
      'freqtrade',
      'lean',
    ])
    expect(run.stderr).toMatch(/^metric +value +samples +convention +formula$/m)
    expect(run.stderr).toMatch(/^CAGR +– /m)
    expect(run.stderr).toMatch(/^metric +backtesting\.py +empyrical +freqtrade +LEAN$/m)
  })

  it('refuse another convention than all', async () => {
    const run = await genesis(['backtest', 'x.jsonl', ...SMA, '--conventions', 'lean'])
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(/--conventions "lean": expected one of all/)
  })
})

describe('the report of a backtest', () => {
  it('is one file, and changes neither the digest nor what is printed', async () => {
    const directory = temporaryDirectory('report')
    const file = waveFile(directory)
    const out = join(directory, 'out.html')
    const plain = await genesis(['backtest', file, ...SMA, '--json'])
    const run = await genesis(['backtest', file, ...SMA, '--report', out, '--json'])
    expect(run.code).toBe(0)
    expect(run.summary['digest']).toBe(plain.summary['digest'])
    expect(run.events.length).toBe(plain.events.length)
    expect(run.stderr).toMatch(/^report .*out\.html \(\d+\.\d kB\)$/m)
    const text = readFileSync(out, 'utf8')
    for (const part of [
      "default-src 'none'".replaceAll("'", '&#39;'),
      String(run.summary['digest']),
      'fast=5 slow=20',
    ]) {
      expect(text.includes(part), part).toBe(true)
    }
  })

  it('is refused before the run where it could not be written', async () => {
    const directory = temporaryDirectory('unwritable')
    const file = waveFile(directory)
    for (const target of [join(directory, 'missing', 'out.html'), directory]) {
      const run = await genesis(['backtest', file, ...SMA, '--report', target, '--json'])
      expect(run.code).toBe(2)
      expect(run.stdout).toBe('')
      expect(run.stderr).toMatch(/--report .*: /)
    }
  })
})

describe('the report of a session', () => {
  let session: string
  let digest: unknown
  let live: string
  beforeAll(async () => {
    const directory = temporaryDirectory('session')
    session = join(directory, 'session')
    const out = join(directory, 'live.html')
    const paper = ['paper', 'btcusdt@trade', '--exchange', 'sim', '--rate', '500', '--duration', '3s', ...SMA]
    const run = await genesis([...paper, '--session', session, '--report', out, '--json'])
    expect(run.code).toBe(0)
    digest = run.summary['digest']
    live = readFileSync(out, 'utf8')
  })

  it('is made from its tape and proves that it is the same run', async () => {
    const out = join(temporaryDirectory('made'), 'out.html')
    const run = await genesis(['report', session, '-o', out, '--json'])
    expect(run.code).toBe(0)
    expect(run.events).toEqual([{ type: 'report', path: out, bytes: readFileSync(out).length, digest, same: true }])
    const text = readFileSync(out, 'utf8')
    expect(text.includes('the tape gives the same digest as the session')).toBe(true)
    expect(data(text).strategies).toEqual(data(live).strategies)
    expect(data(text).instruments).toEqual(data(live).instruments)
  })

  it('lies in the session where no name is given', async () => {
    const run = await genesis(['report', session])
    expect(run.code).toBe(0)
    expect(readFileSync(join(session, 'report.html'), 'utf8').startsWith('<!doctype html>')).toBe(true)
  })

  it('exits with 3 and says so on the page where the tape gives another digest', async () => {
    const other = join(temporaryDirectory('other'), 'session')
    mkdirSync(other)
    for (const name of ['session.json', 'tape.jsonl'])
      writeFileSync(join(other, name), readFileSync(join(session, name)))
    const result = JSON.parse(readFileSync(join(session, 'result.json'), 'utf8'))
    writeFileSync(join(other, 'result.json'), JSON.stringify({ ...result, digest: '0'.repeat(64) }))
    const run = await genesis(['report', other, '--json'])
    expect(run.code).toBe(3)
    expect(run.events[0]).toMatchObject({ same: false })
    expect(run.stderr).toMatch(/another digest than its tape gives now/)
    expect(readFileSync(join(other, 'report.html'), 'utf8').includes('What is shown is not what was traded.')).toBe(
      true,
    )
  })

  it('is made of the recordings that it traded, as far as it went', async () => {
    const session = join(temporaryDirectory('stopped'), 'session')
    const from = waveFile(temporaryDirectory('recording'))
    const stopped = await genesis(['paper', '--strategy', 'sma', '--from-file', from, '--session', session, '--limit', '100', '--json']) // prettier-ignore
    const run = await genesis(['report', session, '--json'])
    expect(run.code).toBe(0)
    expect(run.events[0]).toMatchObject({ digest: stopped.summary['digest'], same: true })
  })

  it('of something else is refused with what to do', async () => {
    const run = await genesis(['report', waveFile(temporaryDirectory('none'))])
    expect(run.code).toBe(2)
    expect(run.stderr).toMatch(/is no session.*genesis backtest FILE/s)
  })
})

function data(text: string): Record<string, unknown> {
  return JSON.parse(/id="run-data">([\s\S]*?)<\/script>/.exec(text)![1]!)
}
