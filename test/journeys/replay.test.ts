/** Replaying from the command line: windows, pace, candles, faults, and files that other tools wrote. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { tradeMessages } from '../support/binance-server.js'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'
import { hasShared, sharedDirectory } from '../support/shared.js'

const directory = temporaryDirectory('replay')
const file = (name: string, text: string | Buffer): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

const SECOND = 1_000_000
const BEGAN = 1_732_400_000 * SECOND

/** Trades 20 ms apart, received when the exchange says. */
function recording(name: string, frames: readonly string[]): string {
  const lines = frames.map((frame, index) => `{"t":${BEGAN + index * 20_000},"c":"binance","d":${frame}}`)
  const header = `{"genesis":"recording","version":1,"created":${BEGAN},"streams":["binance:btcusdt@trade"]}`
  return file(name, `${[header, ...lines].join('\n')}\n`)
}

const max = (...args: string[]): ReturnType<typeof genesis> => genesis(['replay', ...args, '--speed', 'max', '--json'])

describe('a window', () => {
  it('holds what was received in it, both ends included', async () => {
    const path = recording('window.jsonl', tradeMessages(500))
    const { events, summary } = await max(path, '--from', String(BEGAN + 2 * SECOND), '--to', '2024-11-23T22:13:24Z')
    const times = events.filter(event => event['type'] === 'trade').map(event => event['received'] as number)
    expect([times[0], times.at(-1), times.length]).toEqual([BEGAN + 2 * SECOND, BEGAN + 4 * SECOND, 101])
    expect(summary).toMatchObject({ frames: 101, decoded: 101, gaps: 0, first: times[0] })
  })

  it('is empty without failure where nothing was received', async () => {
    const path = recording('empty.jsonl', tradeMessages(5))
    const { code, summary } = await max(path, '--from', '2030-01-01T00:00:00Z')
    expect([code, summary]).toMatchObject([0, { frames: 0, events: {} }])
  })
})

describe('pace', () => {
  it('takes as long as the recording did, divided by the speed', async () => {
    const path = recording('pace.jsonl', tradeMessages(101))
    const { summary } = await genesis(['replay', path, '--speed', '2', '--json'])
    // Two seconds were recorded. How much longer it takes is the machine's affair.
    expect(summary['elapsedMs']).toBeGreaterThanOrEqual(990)
  })

  it('stops at once when told, with its account', async () => {
    const path = recording('stop.jsonl', tradeMessages(5_000))
    const running = start(['replay', path, '--json'])
    await running.saw('"type":"trade"')
    running.child.kill('SIGINT')
    const { code, summary } = await running.finished
    expect([code, summary]).toMatchObject([0, { ended: 'interrupted' }])
  })
})

describe('--loop', () => {
  it('begins again with an account of its own, until the limit', async () => {
    const path = recording('loop.jsonl', tradeMessages(40))
    const { events, code } = await max(path, '--loop', '--limit', '100')
    const trades = events.filter(event => event['type'] === 'trade')
    const summaries = events.filter(event => event['type'] === 'summary')
    expect([code, trades.length]).toEqual([0, 100])
    expect(summaries).toMatchObject([
      { ended: 'end', duplicates: 0, events: { trade: 40 } },
      { ended: 'end', duplicates: 0, events: { trade: 40 } },
      { ended: 'limit', events: { trade: 20 } },
    ])
    expect(trades[40]).toEqual(trades[0])
  })
})

describe('--candles', () => {
  it('closes them on time, whole or not, and gives the last one as it stands', async () => {
    const frames = tradeMessages(1_000)
    frames.splice(700, 3)
    const path = recording('candles.jsonl', frames)
    const { events, summary } = await max(path, '--candles', '5s')
    const candles = events.filter(event => event['type'] === 'candle')
    expect(candles.map(candle => [candle['start'], candle['closed'], candle['complete']])).toEqual([
      [BEGAN, true, true],
      [BEGAN + 5 * SECOND, true, true],
      [BEGAN + 10 * SECOND, true, false],
      [BEGAN + 15 * SECOND, false, false],
    ])
    const volume = candles.reduce((sum, candle) => sum + (candle['volume'] as number), 0)
    expect(volume).toBeCloseTo(997 * 0.0125, 9)
    expect(summary).toMatchObject({
      candles: { interval: '5s', closed: 3, late: 0 },
      events: { trade: 997, candle: 4 },
    })
  })
})

describe('--chaos', () => {
  it('works the same faults into the replay for the same seed, and counts them', async () => {
    const path = recording('chaos.jsonl', tradeMessages(2_000))
    const faults = ['--chaos', 'drop=1%,dup=1%,reorder=1%,stall=1s,skew=+250ms', '--digest', '--seed']
    const [one, again, other, calm] = await Promise.all([
      max(path, ...faults, '3'),
      max(path, ...faults, '3'),
      max(path, ...faults, '4'),
      max(path, '--digest'),
    ])
    expect(one.summary['eventsDigest']).toBe(again.summary['eventsDigest'])
    const digests = new Set([one, other, calm].map(({ summary }) => summary['eventsDigest']))
    expect(digests.size).toBe(3)
    const { chaos, gaps, duplicates, latency, frames } = one.summary
    expect(chaos).toMatchObject({ seed: 3, skew: 250_000 })
    expect(frames).toBe(2_000 - chaos['dropped'] + chaos['duplicated'])
    expect([gaps > 0, duplicates > 0, latency['p50'] >= 250_000]).toEqual([true, true, true])
    const refused = await genesis(['replay', path, '--chaos', 'drop=200%'])
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/--chaos "drop=200%".*for example/)])
  })
})

describe('files of other tools', () => {
  it('are told their instrument, their columns and their interval', async () => {
    const rows = ['1732400000,100,103,99,101,7.5', '1732400060,101,102,100,100.5,3']
    const path = file('plain.csv', `${rows.join('\n')}\n`)
    const options = [
      '--exchange',
      'kraken',
      '--stream',
      'XBT/USD@candle_1m',
      '--columns',
      'time,open,high,low,close,volume',
    ]
    const { events } = await max(path, ...options)
    const candles = events.filter(event => event['type'] === 'candle')
    expect(candles).toMatchObject([
      {
        exchange: 'kraken',
        pair: 'BTC/USD',
        interval: '1m',
        start: 1_732_400_000 * SECOND,
        open: 100,
        high: 103,
        close: 101,
        volume: 7.5,
      },
      { open: 101, low: 100, close: 100.5 },
    ])
    const unnamed = await max(path)
    expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringMatching(/--columns|--stream/)])
  })

  it('are merged by time with recordings, packed or not, and from a pipe', async () => {
    const messages = tradeMessages(60)
    const [odd, even] = [1, 0].map(rest => messages.filter((_, index) => index % 2 === rest))
    const lines = (frames: string[] = [], shift = 0): string =>
      frames.map((frame, index) => `{"t":${BEGAN + (2 * index + shift) * 1000},"c":"binance","d":${frame}}\n`).join('')
    const a = file('even.jsonl', lines(even))
    const b = file('odd.jsonl.gz', gzipSync(lines(odd, 1)))
    const { summary, events } = await max(a, b)
    expect(summary).toMatchObject({ gaps: 0, events: { trade: 60 } })
    const piped = await genesis(['replay', '-', a, '--speed', 'max', '--json'], { input: lines(odd, 1) })
    expect(piped.events.slice(0, -1)).toEqual(events.slice(0, -1))
  })

  if (hasShared('recorded/binance/_session.cf-20210404.jsonl.gz')) {
    it('a real log of frames gives every trade of its stream', async () => {
      const path = join(sharedDirectory, 'recorded/binance/_session.cf-20210404.jsonl.gz')
      const { summary } = await max(
        path,
        '--exchange',
        'binance',
        '--stream',
        'btcusdt@aggTrade',
        '--stream',
        'ethusdt@aggTrade',
      )
      expect(summary).toMatchObject({ frames: 4_716, deadLettered: 0 })
      expect(summary['events']['trade']).toBeGreaterThan(1_000)
      expect(Object.keys(summary['events'] as object)).toEqual(['trade'])
    })
  }
})
