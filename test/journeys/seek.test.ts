/** A replay from the middle by the index that verify writes: the same lines as without it. */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tradeMessages } from '../support/binance-server.js'
import { genesis, temporaryDirectory } from '../support/genesis.js'

const directory = temporaryDirectory('seek')
const BEGAN = 1_732_353_600_000_000

describe('--from', () => {
  it('tells the same with an index as without, and says what an index has', async () => {
    const path = join(directory, 'long.jsonl')
    const header = JSON.stringify({
      genesis: 'recording',
      version: 1,
      created: BEGAN,
      streams: ['binance:btcusdt@trade'],
    })
    const messages = tradeMessages(60_000)
    const frames = messages.map((text, index) => `{"t":${BEGAN + index * 10_000},"c":"binance","d":${text}}`)
    writeFileSync(path, `${[header, ...frames].join('\n')}\n`)
    const window = ['--from', String(BEGAN + 580_000_000), '--to', String(BEGAN + 581_000_000)]
    const args = ['replay', path, ...window, '--speed', 'max', '--json', '--digest']
    const without = await genesis(args)
    const verified = await genesis(['verify', path, '--index', '--json'])
    expect(verified.code).toBe(0)
    expect(verified.summary['checkpoints']).toBeGreaterThanOrEqual(2)
    expect(statSync(`${path}.index.gz`).size).toBeLessThan(statSync(path).size / 20)
    const indexed = await genesis(args)
    const lines = ({ events }: typeof indexed): unknown[] => events.filter(({ type }) => type !== 'summary')
    expect(lines(indexed).length).toBeGreaterThan(50)
    expect(lines(indexed)).toEqual(lines(without))
    const untimed = { elapsedMs: null, files: null }
    expect({ ...indexed.summary, ...untimed }).toEqual({ ...without.summary, ...untimed })
    // Far less was read for it.
    const bytes = (files: unknown): number => (files as { bytes: number }[])[0]!.bytes
    expect(bytes(indexed.summary['files'])).toBeLessThan(bytes(without.summary['files']) / 2)
    // Nobody else writes one.
    expect(existsSync(`${path}.index.gz.index.gz`)).toBe(false)
  }, 90_000)
})
