import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { genesis } from '../support/genesis.js'

/** Runs what follows with no more open files than these. */
const within = (files: number): string[] => ['sh', '-c', `ulimit -n ${files}; exec "$@"`, 'sh']

/** Each on a connection of its own, and with two lines on two. */
const STREAMS = [
  'btcusdt@trade', 'binance-us:btcusdt@trade', 'bybit:btcusdt@trade', 'gemini:btcusd@trade', 'bitstamp:btcusd@trade',
  'deribit:BTC-PERPETUAL@trade', 'hyperliquid:BTC@trade', 'coinbase:BTC-USD@trade', 'coinbase-advanced:BTC-USD@trade',
  'kraken:BTC/USD@trade', 'okx:BTC-USDT@trade', 'bitfinex:tBTCUSD@trade', 'gateio:BTC_USDT@trade', 'binance-futures:btcusdt@trade',
] // prettier-ignore

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
await once(server, 'listening')
const address = `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`
const open = new Set<unknown>()
let most = 0
server.on('connection', socket => {
  open.add(socket)
  most = Math.max(most, open.size)
  let id = 1
  const timer = setInterval(() => {
    const [E, t] = [Date.now(), id++]
    socket.send(JSON.stringify({ e: 'trade', E, s: 'BTCUSDT', t, p: '97123.45', q: '0.0125', T: E, m: true, M: true }))
  }, 50)
  socket
    .on('error', () => undefined)
    .on('close', () => {
      clearInterval(timer)
      open.delete(socket)
    })
})

afterAll(() => new Promise<void>(resolve => server.close(() => resolve())))

describe('where no more files may be open', () => {
  it('connections that stand go on, new ones are told why they fail and try again', async () => {
    const args = ['stream', ...STREAMS, '--url', address, '--lines', '2', '--duration', '5s', '--json']
    const { code, stderr, events } = await genesis(args, { through: within(42) })
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThan(2 * STREAMS.length)
    expect(code).toBe(0)
    expect(stderr).toMatch(/no socket left: connect EMFILE .* next attempt in .*ulimit -n/)
    const trades = events.filter(({ type, exchange }) => type === 'trade' && exchange === 'binance').map(({ id }) => id)
    expect(trades.length).toBeGreaterThan(20)
    expect(trades).toEqual(trades.map((_, index) => String(index + 1)))
  })
})
