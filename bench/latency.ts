/** From the moment at which a server's message is due to the caller's handler, at fixed rates. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { normalizeTrades, streamNormalized } from 'tardis-dev'
import { WebSocket } from 'ws'
import { ExchangeWebSocketHandler } from '../src/feed/handler.js'
import type { Bench, Case, Contender } from './bench.js'
import { bound } from './bound.js'
import { makeFrames } from './frames.js'
import { Digest, quantile, sink } from './harness.js'
import type { ServerData } from './websocket-server.js'

const RATES = [1_000, 10_000, 50_000, 100_000]
/** Each round lasts this long, if whoever listens keeps up. */
const SECONDS = 0.5
const SHARES = { p50: 0.5, p99: 0.99 }
const LIMIT_MICROS = 60
const LIMIT = `${LIMIT_MICROS} µs`

export const latencyBench: Bench = {
  name: 'latency',
  about:
    'Server due time → handler: a server in another thread sends each trade when it is due; how late the caller hears of it.',
  cases: () => RATES.flatMap(rate => [percentile(rate, 'p50'), percentile(rate, 'p99')]),
}

function percentile(rate: number, share: keyof typeof SHARES): Case {
  return {
    name: `${rate.toLocaleString('en')} a second, ${share}`,
    unit: 'messages',
    shows: 'time',
    rounds: 5,
    open: async () => {
      const server = await startServer(rate)
      const of = (name: string, listen: Listen): Contender => contender(name, listen, server, SHARES[share])
      return [
        { ...of('genesis', genesis), close: server.close },
        of('tardis-dev streamNormalized', tardis),
        of('ws alone', raw),
        ...(share === 'p50' ? [bound(LIMIT, LIMIT_MICROS / 1e6)] : []),
      ]
    },
    targets: share === 'p50' ? { [LIMIT]: 1 } : { 'ws alone': 1 / 1.5 },
  }
}

interface Server {
  readonly url: string
  readonly count: number
  readonly nanosPerFrame: number
  /** When the first frame of the present connection was due. */
  readonly began: BigInt64Array
  readonly close: () => Promise<void>
}

async function startServer(rate: number): Promise<Server> {
  const count = rate * SECONDS
  const began = new BigInt64Array(new SharedArrayBuffer(8))
  const workerData: ServerData = { frames: makeFrames('binance trade', count), pace: { rate, began } }
  const worker = new Worker(new URL('websocket-server.js', import.meta.url), { workerData })
  const [port] = (await once(worker, 'message')) as [number]
  const close = (): Promise<void> => worker.terminate().then(() => undefined)
  return { url: `ws://127.0.0.1:${port}/stream`, count, nanosPerFrame: 1e9 / rate, began, close }
}

/** Calls `heard` for each message, in order, and ends the connection with the last. */
type Listen = (url: string, count: number, heard: () => void) => Promise<void>

function contender(name: string, listen: Listen, server: Server, share: number): Contender {
  const { url, count, nanosPerFrame, began } = server
  const late = new Float64Array(count)
  let heard = 0
  const run = async (): Promise<void> => {
    heard = 0
    await listen(url, count, () => {
      late[heard] = Number(process.hrtime.bigint() - (began[0] ?? 0n)) - heard * nanosPerFrame
      heard++
    })
  }
  return {
    name,
    run: () => run().then(() => ({ units: 1, seconds: quantile([...late], share) / 1e9 })),
    digest: async () => {
      await run()
      const digest = new Digest()
      digest.add(heard)
      return digest.hex()
    },
  }
}

const genesis: Listen = async (url, count, heard) => {
  const handler = new ExchangeWebSocketHandler('binance')
  let left = count
  await new Promise<void>((resolve, reject) => {
    const take = (event: { readonly type: string }): void => {
      if (event.type !== 'trade') return
      heard()
      if (--left === 0) resolve()
    }
    handler.connectToStream('btcusdt@trade', take, { url }).catch(reject)
  })
  await handler.disconnectAll()
}

const tardis: Listen = async (url, count, heard) => {
  process.env['WSS_URL_BINANCE'] = url
  let left = count
  const messages = streamNormalized({ exchange: 'binance', symbols: ['BTCUSDT'] }, normalizeTrades)
  for await (const { amount } of messages) {
    sink.sum += amount
    heard()
    if (--left === 0) break
  }
}

const raw: Listen = async (url, count, heard) => {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await once(socket, 'open')
  // The answer to the subscription comes first.
  let left = count + 1
  await new Promise<void>(resolve => {
    socket.on('message', () => {
      if (left-- <= count) heard()
      if (left === 0) resolve()
    })
    socket.send('{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}')
  })
  socket.terminate()
}
