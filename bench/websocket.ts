/** A loopback WebSocket to an event at the caller's handler, as fast as the client can read. */
import { createRequire } from 'node:module'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { normalizeTrades, streamNormalized } from 'tardis-dev'
import { WebSocket } from 'ws'
import { ExchangeWebSocketHandler } from '../src/feed/handler.js'
import type { Bench, Contender, Timed } from './bench.js'
import { makeFrames } from './frames.js'
import { Digest, sink } from './harness.js'
import { tardisFound } from './rivals/tardis.js'
import { Stopwatch } from './stopwatch.js'

const FRAMES = 60_000
const SUBSCRIBE = '{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}'

export const websocketBench: Bench = {
  name: 'websocket',
  about:
    'Binance trades from a server in another thread of this machine, subscription to last event; none may be lost.',
  cases: () => [
    {
      name: 'trades',
      unit: 'events',
      rounds: 7,
      open: async () => {
        const { url, close } = await startServer()
        return [genesis(url, close), tardis(url), ccxws(url), parsed(url), raw(url)]
      },
      targets: { 'tardis-dev streamNormalized': 3.5, 'ws alone': 0.55 },
    },
  ],
}

type Take = (found: readonly unknown[]) => void
/** Runs until every frame has come. */
type Listen = (take: Take | undefined) => Promise<Timed>

async function startServer(): Promise<{ url: string; close: () => Promise<unknown> }> {
  const worker = new Worker(new URL('websocket-server.js', import.meta.url), {
    workerData: { frames: makeFrames('binance trade', FRAMES) },
  })
  const [port] = (await once(worker, 'message')) as [number]
  return { url: `ws://127.0.0.1:${port}/stream`, close: () => worker.terminate() }
}

function contender(name: string, listen: Listen, rest: Partial<Contender> = {}): Contender {
  return {
    name,
    run: () => listen(undefined),
    digest: async () => {
      const digest = new Digest()
      await listen(found => digest.add(found))
      return digest.hex()
    },
    ...rest,
  }
}

function genesis(url: string, close: () => Promise<unknown>): Contender {
  const listen: Listen = async take => {
    const handler = new ExchangeWebSocketHandler('binance')
    const timed = await new Promise<Timed>((resolve, reject) => {
      const watch = new Stopwatch()
      const heard = (event: Parameters<Parameters<typeof handler.connectToStream>[1]>[0]): void => {
        if (event.type !== 'trade') return
        watch.count()
        sink.sum += event.size
        take?.(['trade', event.symbol, event.id, event.price, event.size, event.side, event.time])
        if (watch.units === FRAMES) resolve(watch.stop())
      }
      handler.connectToStream('btcusdt@trade', heard, { url }).catch(reject)
    })
    await handler.disconnectAll()
    return timed
  }
  return contender('genesis', listen, { close: () => close().then(() => undefined) })
}

function tardis(url: string): Contender {
  const listen: Listen = async take => {
    process.env['WSS_URL_BINANCE'] = url
    const watch = new Stopwatch()
    for await (const event of streamNormalized({ exchange: 'binance', symbols: ['BTCUSDT'] }, normalizeTrades)) {
      watch.count()
      sink.sum += event.amount
      take?.(tardisFound(event))
      if (watch.units === FRAMES) break
    }
    return watch.stop()
  }
  return contender('tardis-dev streamNormalized', listen)
}

interface CcxwsClient {
  on(event: string, listener: (trade: CcxwsTrade) => void): void
  subscribeTrades(market: object): void
  close(): void
}

interface CcxwsTrade {
  readonly tradeId: number
  readonly unix: number
  readonly side: string
  readonly price: string
  readonly amount: string
}

function ccxws(url: string): Contender {
  const require = createRequire(import.meta.url)
  const { BinanceClient } = require('ccxws') as {
    BinanceClient: new (options: object) => CcxwsClient
  }
  const listen: Listen = async take => {
    const client = new BinanceClient({ wssPath: url, useAggTrades: false, requestSnapshot: false })
    client.on('error', () => undefined)
    const timed = await new Promise<Timed>(resolve => {
      const watch = new Stopwatch()
      client.on('trade', trade => {
        watch.count()
        const side = trade.side === 'buy' ? 'sell' : 'buy'
        const [price, size] = [Number(trade.price), Number(trade.amount)]
        take?.(['trade', 'BTCUSDT', String(trade.tradeId), price, size, side, trade.unix * 1000])
        if (watch.units === FRAMES) resolve(watch.stop())
      })
      client.subscribeTrades({ id: 'BTCUSDT', base: 'BTC', quote: 'USDT' })
    })
    client.close()
    return timed
  }
  return contender('ccxws', listen, { note: 'numbers read from its text here' })
}

interface BinanceTrade {
  readonly data: { s: string; t: number; p: string; q: string; m: boolean; T: number }
}

function parsed(url: string): Contender {
  return contender(
    'ws + JSON.parse + map by hand',
    listening(url, (frame, take) => {
      const { data } = JSON.parse(frame.toString()) as BinanceTrade
      const event = {
        type: 'trade',
        symbol: data.s,
        id: String(data.t),
        price: Number(data.p),
        size: Number(data.q),
        side: data.m ? 'sell' : 'buy',
        time: data.T * 1000,
      }
      sink.sum += event.size
      take?.(['trade', event.symbol, event.id, event.price, event.size, event.side, event.time])
    }),
  )
}

function raw(url: string): Contender {
  const listen = listening(url, (frame, take) => {
    sink.sum += frame.length
    take?.([frame.length])
  })
  return contender('ws alone', listen, { note: 'bytes as they came, nothing read' })
}

function listening(url: string, each: (frame: Buffer, take: Take | undefined) => void): Listen {
  return async take => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    await once(socket, 'open')
    const timed = await new Promise<Timed>(resolve => {
      const watch = new Stopwatch()
      let isAck = true
      socket.on('message', (frame: Buffer) => {
        if (isAck) {
          isAck = false
          return
        }
        watch.count()
        each(frame, take)
        if (watch.units === FRAMES) resolve(watch.stop())
      })
      socket.send(SUBSCRIBE)
    })
    socket.terminate()
    return timed
  }
}
