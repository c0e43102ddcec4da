import { Chalk } from 'chalk'
import { describe, expect, it } from 'vitest'
import { TableReporter } from '../../src/cli/reporters/table.js'
import type { Quote, Trade } from '../../src/model/event.js'
import type { Stream } from '../../src/model/stream.js'
import { StreamStats } from '../../src/session/stream-stats.js'
import type { Summary } from '../../src/session/summary.js'
import { FakeTerminal } from '../support/terminal.js'

const stream: Stream = {
  exchange: 'binance',
  symbol: 'BTCUSDT',
  pair: 'BTC/USDT',
  channel: 'trade',
  interval: null,
  name: 'btcusdt@trade',
}

const head = { exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT' } as const
const trade = (price: number, at: number): Trade => {
  return { type: 'trade', ...head, id: String(at), price, size: 1, side: 'buy', time: at, received: at + 1500 }
}
const quote: Quote = { type: 'quote', ...head, bid: 97000, bidSize: 1, ask: 97001, askSize: 1, time: 1, received: 1 }
const summary: Summary = {
  type: 'summary', command: 'stream', ended: 'limit', frames: 2, decoded: 2, control: 0, deadLettered: 0, events: { trade: 2 },
  subscribers: [], booksWithoutSnapshot: [], gaps: 0, duplicates: 0, conflicts: 0, reconnects: 0, latency: { p50: null, p99: null, max: null }, elapsedMs: 1, first: 1, last: 2,
} // prettier-ignore

function open(columns: number, rows = 24) {
  const [stdout, stderr] = [new FakeTerminal(columns, rows), new FakeTerminal()]
  const stats = new StreamStats([stream])
  const clock = { now: 0 }
  const reporter = new TableReporter({
    stdout,
    stderr,
    palette: new Chalk({ level: 0 }),
    quiet: false,
    title: () => 'genesis stream',
    stats,
    footer: () => ['a line under the table that is far longer than a narrow terminal can show in one row'],
    now: () => clock.now,
  })
  return { stdout, stderr, stats, reporter, clock }
}

describe('TableReporter', () => {
  it('shows a waiting row before the first event', () => {
    const { stdout, reporter } = open(120)
    reporter.refresh()
    expect(stdout.screen.join('\n')).toMatch(/BTCUSDT .*waiting/)
  })

  it('shows last, bid, ask, spread, rate, latency, gaps and reconnects', () => {
    const { stdout, stats, reporter, clock } = open(140)
    reporter.refresh()
    stats.add(trade(97000.5, 1_000_000))
    stats.add(trade(97001.5, 2_000_000))
    stats.add(quote)
    const state = { type: 'status', exchange: 'binance', stream: 'btcusdt@trade', detail: '', time: 1 } as const
    for (const name of ['connected', 'disconnected', 'connected', 'gap'] as const)
      stats.addStatus({ ...state, state: name })
    clock.now = 1000
    reporter.refresh()
    const [, , header, row] = stdout.screen
    expect(header?.split(/\s+/)).toEqual(
      expect.arrayContaining([
        'symbol',
        'last',
        'bid',
        'ask',
        'spread',
        'rate',
        'p50',
        'p99',
        'gaps',
        'reconn',
        'state',
        'trend',
      ]),
    )
    expect(row?.split(/\s{2,}/)).toEqual([
      'BTCUSDT', 'binance', '▲ 97001.5', '97000', '97001', '0.10bp', '3.0/s', '3', '1.5ms', '1.5ms', '1', '1', 'gap', '▁█',
    ]) // prettier-ignore
  })

  it.each([40, 60, 80, 200])('never draws a line wider than %d columns', columns => {
    const { stdout, stats, reporter } = open(columns)
    stats.add(trade(97000.5, 1))
    reporter.note('a note that is long enough to need cutting when the terminal is narrow, as this one may be')
    reporter.refresh()
    for (const line of stdout.screen) expect(line.length).toBeLessThanOrEqual(columns)
  })

  it('leaves the table in the scrollback and the account on stderr', () => {
    const { stdout, stderr, stats, reporter } = open(120)
    stats.add(trade(97000.5, 1))
    reporter.refresh()
    reporter.end(summary)
    expect(stdout.screen.join('\n')).toMatch(/genesis stream[^]*BTCUSDT/)
    expect(stderr.screen.join('\n')).toContain('frames 2 = 2 decoded + 0 control + 0 dead-lettered')
  })
})
