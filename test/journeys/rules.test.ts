/** Rules of instruments: asked of the exchange while a recording runs, kept on its tape, obeyed by whoever trades on it. */
import { createServer } from 'node:http'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tradeMessages } from '../support/binance-server.js'
import { genesis, start, temporaryDirectory, type Finished } from '../support/genesis.js'
import { startBox, until } from './box.js'

const directory = temporaryDirectory('rules')
const file = (name: string): string => join(directory, name)
const MS = 20_000

/** Records until the tape holds what it is to hold. */
async function recordUntil(path: string, args: readonly string[], holds: (text: string) => boolean): Promise<Finished> {
  const running = start(['record', ...args, '-o', path, '--json'], { timeoutMs: 60_000 })
  const read = (): string => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return ''
    }
  }
  await running.saw('"connected"')
  await until(() => holds(read()), MS)
  running.child.kill('SIGINT')
  return running.finished
}

const told = (path: string): unknown =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(line => line.includes('"control":"instruments"'))
    .map(line => (JSON.parse(line) as { value: unknown }).value)

describe('the rules of a recording', () => {
  it('are those of the embedded exchange, and of the header of every later file', async () => {
    const path = file('sim.jsonl')
    const streams = ['sim:btcusdt@trade', 'sim:ethusdt@book']
    const { code } = await recordUntil(path, [...streams, '--rate', '200'], text => text.includes('"instruments"'))
    expect(code).toBe(0)
    expect(JSON.parse(readFileSync(path, 'utf8').split('\n')[0]!)).toMatchObject({ rules: 'follow' })
    const rules = {
      'sim:BTCUSDT': { tickSize: '0.01', stepSize: '0.00001', minSize: '0.00001', minNotional: '5' },
      'sim:ETHUSDT': { tickSize: '0.01', stepSize: '0.0001', minSize: '0.0001', minNotional: '5' },
    }
    expect(told(path)).toEqual([rules])

    const many = start(['record', ...streams, '--rate', '200', '-o', file('many/'), '--rotate', '1s', '--json'])
    const segments = (): string[] => readdirSync(file('many')).filter(name => name.startsWith('segment.'))
    await many.saw('"connected"')
    await until(() => segments().length >= 4, MS)
    many.child.kill('SIGINT')
    await many.finished
    const last = readFileSync(file(`many/${segments().sort().at(-1)!}`), 'utf8')
    expect(JSON.parse(last.split('\n')[0]!)).toMatchObject({ instruments: rules })
    expect(JSON.parse(last.split('\n')[0]!)).not.toHaveProperty('rules')
  }, 90_000)

  it('go from tape to exchange to tape, and paper trading obeys them', async () => {
    const tape = file('tape.jsonl')
    const header = JSON.stringify({
      genesis: 'recording', version: 1, created: 1, streams: ['binance:btcusdt@trade'],
      instruments: { 'binance:BTCUSDT': { minNotional: '1000000', tickSize: '0.01' } },
    }) // prettier-ignore
    const messages = tradeMessages(1_500)
    const frames = messages.map(
      (text, index) => `{"t":${1_732_353_600_000_000 + index * 1_000},"c":"binance","d":${text}}`,
    )
    writeFileSync(tape, `${[header, ...frames].join('\n')}\n`)
    const box = await startBox(tape, '--as', 'binance', '--speed', 'max')
    const copy = file('copy.jsonl')
    const args = ['btcusdt@trade', '--url', box.url]
    await recordUntil(copy, args, text => text.includes('"instruments"') && text.split('"e":"trade"').length > 1_500)
    await box.stop()
    expect(told(copy)).toEqual([{ 'binance:BTCUSDT': { minNotional: '1000000', tickSize: '0.01' } }])
    const sma = ['--strategy', 'sma', '--param', 'fast=3', '--param', 'slow=8', '--json']
    const refusals = ({ events }: Finished): unknown[] => [
      ...new Set(events.filter(event => event['type'] === 'refusal').map(event => event['code'])),
    ]
    const fills = ({ events }: Finished): number => events.filter(event => event['type'] === 'fill').length
    const bound = await genesis(['paper', '--from-file', copy, ...sma])
    expect([refusals(bound), fills(bound)]).toEqual([['notional'], 0])
    // The same without its rules.
    const free = file('free.jsonl')
    writeFileSync(free, readFileSync(copy, 'utf8').split('\n').filter(line => !line.includes('"instruments"')).join('\n')) // prettier-ignore
    const unbound = await genesis(['paper', '--from-file', free, ...sma])
    expect(refusals(unbound)).not.toContain('notional')
    expect(fills(unbound)).toBeGreaterThan(0)
  }, 90_000)

  it('may be had from nobody, which is told and harms nothing', async () => {
    const server = createServer((_, response) => response.writeHead(451).end())
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    // An exchange whose WebSocket works and whose REST does not: a box behind a server that refuses all else.
    const box = await startBox('--symbols', 'BTCUSDT')
    const { port } = new URL(box.url)
    server.on('upgrade', (request, socket) => {
      void import('node:net').then(({ connect }) => {
        const onwards = connect(Number(port), '127.0.0.1', () => {
          const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}`)
          onwards.write(`GET ${request.url ?? '/'} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`)
          socket.pipe(onwards).pipe(socket)
        })
        onwards.on('error', () => socket.destroy())
        socket.on('error', () => onwards.destroy())
      })
    })
    const address = server.address() as { port: number }
    const path = file('refused.jsonl')
    const url = `ws://127.0.0.1:${address.port}`
    const refused = await recordUntil(path, ['btcusdt@trade', '--url', url], text => text.includes('"instruments"'))
    await box.stop()
    server.closeAllConnections()
    server.close()
    expect(refused.stderr).toMatch(/rules of binance:BTCUSDT are not known \(.*451.*\); the recording goes on without/)
    expect([refused.code, told(path)]).toEqual([0, [{}]])
    expect(refused.summary['recording']).toMatchObject({ failure: null, refused: 0 })
  }, 90_000)
})
