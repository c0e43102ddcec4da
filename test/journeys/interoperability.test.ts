/** Clients that others wrote take the exchange in a box for the exchange. Loopback only. */
import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { tradeMessages } from '../support/binance-server.js'
import { genesis, temporaryDirectory } from '../support/genesis.js'
import { startBox, type Event } from './box.js'
import { CCXT, TARDIS } from './clients.js'

const run = promisify(execFile)
const COUNT = 300
const root = fileURLToPath(new URL('../..', import.meta.url))

/** 300 trades in a second and a half. */
function recording(): string {
  const created = 1_732_400_000_000_000
  const path = join(temporaryDirectory('interoperability'), 'trades.jsonl')
  const header = { genesis: 'recording', version: 1, created, streams: ['binance:btcusdt@trade'] }
  const lines = tradeMessages(COUNT).map(
    (message, index) => `{"t":${String(created + index * 5_000)},"c":"binance","d":${message}}`,
  )
  writeFileSync(path, `${[JSON.stringify(header), ...lines].join('\n')}\n`)
  return path
}

const path = recording()

async function client(script: string, ...args: readonly string[]): Promise<unknown> {
  const options = { cwd: root, timeout: 25_000, maxBuffer: 1 << 24 }
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script, '--', ...args], options)
  return JSON.parse(stdout)
}

async function replayed(): Promise<unknown> {
  const { events } = await genesis(['replay', path, '--speed', 'max', '--json'])
  const trades = events.filter((event: Event) => event['type'] === 'trade')
  expect(trades).toHaveLength(COUNT)
  return trades.map(({ id, price, size, side }) => ({ id, price, size, side }))
}

describe.concurrent('genesis exchange --as binance', () => {
  it('is Binance to tardis-dev', async () => {
    const box = await startBox(path, '--as', 'binance')
    const received = await client(TARDIS, `${box.url}/stream`, String(COUNT))
    expect(received).toEqual(await replayed())
    expect((await box.stop())['overLimit']).toBe(0)
  })

  if (existsSync(join(root, 'node_modules/ccxt/package.json'))) {
    it('is Binance to ccxt, its list of markets included', async () => {
      const box = await startBox(path, '--as', 'binance')
      const received = await client(CCXT, box.url, box.rest, String(COUNT))
      expect(received).toEqual(await replayed())
      expect((await box.stop())['overLimit']).toBe(0)
    })
  }
})
