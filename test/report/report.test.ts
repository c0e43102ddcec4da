import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { MOST_TRADES } from '../../src/report/trades-section.js'
import { renderReport } from '../../src/report/report.js'
import type { RunRecord } from '../../src/session/run-record.js'
import { BEGIN, BITCOIN, finishedRun, HOSTILE, trade, wave } from './support.js'

const EVIL = { exchange: 'binance', symbol: HOSTILE, pair: 'EVIL/USDT' }

describe('a report', () => {
  let run: RunRecord
  let text: string
  beforeAll(async () => {
    run = await finishedRun({ events: wave(BITCOIN, 1_500) })
    text = renderReport(run)
  })

  it('is the same for the same run, byte for byte', () => {
    expect(renderReport(run) === text).toBe(true)
  })

  it('tells every metric with its formula, its convention and its samples', () => {
    const { metrics } = run.strategies[0]!.summary
    expect(metrics.length).toBeGreaterThan(20)
    for (const { formula } of metrics) expect(text.includes(formula.replace(/>/g, '&gt;'))).toBe(true)
    expect(text.includes('Sharpe ratio')).toBe(true)
    expect(text.includes('backtesting.py')).toBe(true)
  })

  it('tells what is needed to repeat it', () => {
    for (const part of [
      'fast=5 slow=20',
      '<dt>seed</dt>',
      'genesis 0.0.0',
      'wave.jsonl',
      String(run.summary['digest']),
    ]) {
      expect(text.includes(part)).toBe(true)
    }
  })

  it('has every round trip as a row', () => {
    const { trips } = run.strategies[0]!.record
    expect(trips.length).toBeGreaterThan(2)
    expect(text.match(/<td>long<\/td>/g)?.length).toBe(trips.length)
  })

  it('holds a still picture for readers without scripts', () => {
    expect(/<svg [^>]*role="img"[\s\S]*class="equity" points="[\d., ]+"[\s\S]*<\/svg>/.test(text)).toBe(true)
    expect(/<polygon class="buy"/.test(text)).toBe(true)
  })

  it('keeps the licence of the charts and links to their makers', () => {
    expect(text.includes('TradingView Lightweight Charts™ v5')).toBe(true)
    expect(text.includes('Licensed under Apache License 2.0')).toBe(true)
    expect(text.includes('href="https://www.tradingview.com/"')).toBe(true)
  })

  it('allows exactly the scripts and the style that it holds', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)![1]!.replace(/&#39;/g, "'")
    expect(policy).toMatch(/^default-src 'none'; /)
    expect(policy).not.toMatch(/unsafe|http|\*/)
    const scripts = [...text.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => hashOf(script!))
    const styles = [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, style]) => hashOf(style!))
    expect(scripts.length).toBe(3)
    expect(policy).toContain(`script-src ${scripts.join(' ')};`)
    expect(policy).toContain(`style-src ${styles.join(' ')};`)
    expect(/\sstyle="|\son[a-z]+="/.exec(text)?.[0]).toBeUndefined()
  })

  it('loads nothing', () => {
    const page = withoutScripts(text)
    expect(/<link|<img|<iframe|\ssrc=|@import|url\(/.exec(page)?.[0]).toBeUndefined()
  })
})

describe('a report of hostile names', () => {
  it('holds them as text everywhere', async () => {
    const run = await finishedRun({ events: wave(EVIL, 600) })
    expect(run.strategies[0]!.record.fills.length).toBeGreaterThan(0)
    const text = renderReport(run)
    expect(/<img/.exec(text)?.[0]).toBeUndefined()
    expect(text.match(/<script[^>]*>/g)).toEqual(['<script type="application/json" id="run-data">', '<script>', '<script>', '<script>']) // prettier-ignore
    expect(text.includes('&lt;/script&gt;&lt;img')).toBe(true)
    expect(withoutScripts(text).includes('\u202e')).toBe(false)
    const data = /id="run-data">([\s\S]*?)<\/script>/.exec(text)![1]!
    expect(JSON.parse(data).instruments[0].name).toBe(`binance:${HOSTILE}`)
  })

  it('holds a hostile pair as text as well', async () => {
    const text = renderReport(await finishedRun({ events: wave({ ...EVIL, pair: HOSTILE }, 60) }))
    expect(/<title>sma on &lt;\/script&gt;/.test(text)).toBe(true)
    expect(/<img/.exec(text)?.[0]).toBeUndefined()
  })
})

describe('a large run', () => {
  it('is told in longer bars until the file is small enough', async () => {
    const run = await finishedRun({ events: wave(BITCOIN, 300) })
    const price = (index: number): number => 61_234.567 + Math.sin(index / 50) * 4_321.123 + (index % 13) * 17.891
    const bars = Array.from({ length: 50_000 }, (_, index) => {
      const [open, close] = [price(index), price(index + 1)].map(value => Number(value.toFixed(3))) as [number, number]
      return { start: BEGIN + index * 1_000_000, open, high: Math.max(open, close) + 123.456, low: Math.min(open, close) - 98.765, close } // prettier-ignore
    })
    const instruments = Array.from({ length: 2 }, (_, index) => ({
      ...BITCOIN, symbol: `COIN${index}`, source: 'trades' as const, series: { interval: 1_000_000, anchor: BEGIN, bars },
    })) // prettier-ignore
    const text = renderReport({ ...run, instruments })
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_000_000)
    const data = JSON.parse(/id="run-data">([\s\S]*?)<\/script>/.exec(text)![1]!)
    expect(Math.max(...data.instruments.map(({ interval }: { interval: number }) => interval))).toBeGreaterThan(1)
    expect(Math.max(...data.instruments.map(({ steps }: { steps: number[] }) => steps.length))).toBeGreaterThan(5_000)
  })

  it('lists the newest trades and says how many there were', async () => {
    const run = await finishedRun({ events: wave(BITCOIN, 300) })
    const [strategy] = run.strategies
    const trip = { exchange: 'binance', symbol: 'BTCUSDT', side: 'short' as const, size: 1, entryTime: BEGIN, exitTime: BEGIN + 1, entryPrice: 1, exitPrice: 1, profit: 0, returned: 0, fees: 0, adverse: 0, favourable: 0 } // prettier-ignore
    const trips = Array.from({ length: MOST_TRADES + 500 }, () => trip)
    const text = renderReport({ ...run, strategies: [{ ...strategy!, record: { ...strategy!.record, trips, tripsDropped: 7 } }] }) // prettier-ignore
    expect(text.match(/<td>short<\/td>/g)?.length).toBe(MOST_TRADES)
    expect(text.includes(`The last ${MOST_TRADES} of ${MOST_TRADES + 507}`)).toBe(true)
  })
})

describe('unusual runs', () => {
  it('without a market event has nothing but the data to tell', async () => {
    const text = renderReport(await finishedRun({ events: [] }))
    expect(text.includes('No market event reached a strategy')).toBe(true)
    expect(text.includes('Data health')).toBe(true)
  })

  it('says how many trades were held back for another one under their id', async () => {
    const run = await finishedRun({ events: [trade(BITCOIN, 0, 100)] })
    const told = (conflicts: number): string => renderReport({ ...run, summary: { ...run.summary, conflicts } })
    const fact = (text: string): string | undefined => /<dt>conflicts<\/dt>\s*<dd>([^<]*)/.exec(text)?.[1]
    expect([fact(told(0)), fact(told(2))]).toEqual(['none', '2: another trade had come under the same id, and that one stands']) // prettier-ignore
  })

  it('of one trade has no chart and no undefined number', async () => {
    const text = renderReport(await finishedRun({ events: [trade(BITCOIN, 0, 100)] }))
    expect(/NaN|Infinity|undefined</.exec(withoutScripts(text))?.[0]).toBeUndefined()
  })

  it('says when the session ended otherwise than its tape does', async () => {
    const proof = { same: false, digest: 'abc123' }
    const text = renderReport(await finishedRun({ events: wave(BITCOIN, 100), proof }))
    expect(/class="notice">The session ended with another digest \(abc123\)/.test(text)).toBe(true)
  })

  it('shows several strategies and instruments apart', async () => {
    const ether = { exchange: 'binance', symbol: 'ETHUSDT', pair: 'ETH/USDT' }
    const events = wave(BITCOIN, 900).flatMap((event, second) => [event, trade(ether, second, event.price / 20)])
    const run = await finishedRun({
      events,
      options: { strategies: ['sma', 'buy-and-hold'], parameters: [], sizing: { kind: 'percent', percent: 40 } },
    })
    const text = renderReport(run)
    expect(text.match(/<section /g)?.length).toBe(2)
    expect(/<h1>sma, buy-and-hold on /.test(text)).toBe(true)
    expect(run.instruments.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'ETHUSDT'])
    expect(text.match(/<select aria-label="Instrument">/g)?.length).toBe(2)
  })
})

function withoutScripts(text: string): string {
  return text.replace(/<script[\s\S]*?<\/script>/g, '')
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
