/** A WebSocket server on loopback that answers Binance's subscribe frames and plays given messages; written apart from the product's own. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

export interface BinanceServerOptions {
  /** Played in this order, shared by all connections: what one connection was sent is not sent again. */
  readonly messages: readonly string[]
  /** Messages per turn of the event loop. */
  readonly burst?: number
  /** The connection is torn down (no close frame) after these many messages in all. */
  readonly cutsAt?: readonly number[]
  /** Answer subscriptions with this instead of the acknowledgement. */
  readonly refuse?: (id: unknown) => string
  /** Body of `/api/v3/depth`. */
  readonly depth?: (symbol: string) => string
}

export interface BinanceServer {
  readonly url: string
  /** All subscribe frames received. */
  readonly requests: { readonly method: string; readonly params: readonly string[] }[]
  /** When each connection was opened and torn down, milliseconds. */
  readonly opened: number[]
  readonly cut: number[]
  sent(): number
  /** Bytes that clients have not taken yet and the system has no room for. */
  unsent(): number
  stop(): Promise<void>
}

export async function startBinanceServer(options: BinanceServerOptions): Promise<BinanceServer> {
  const http = createServer((request, response) => {
    const symbol = new URL(request.url ?? '/', 'http://localhost').searchParams.get('symbol') ?? ''
    const body = options.depth?.(symbol)
    response.statusCode = body === undefined ? 404 : 200
    response.end(body ?? '{"code":-1121,"msg":"Invalid symbol."}')
  })
  const sockets = new WebSocketServer({ server: http })
  const server = { requests: [] as BinanceServer['requests'], opened: [] as number[], cut: [] as number[], position: 0 }
  const cuts = [...(options.cutsAt ?? [])]
  sockets.on('connection', socket => {
    server.opened.push(performance.now())
    socket.on('message', (data: Buffer) => {
      const request = JSON.parse(data.toString('utf8')) as { method: string; params: string[]; id: unknown }
      server.requests.push(request)
      if (options.refuse !== undefined) {
        socket.send(options.refuse(request.id))
        return
      }
      socket.send(JSON.stringify({ result: null, id: request.id }))
      if (request.method === 'SUBSCRIBE') play(socket)
    })
  })
  const play = (socket: WebSocket): void => {
    if (socket.readyState !== socket.OPEN) return
    for (let count = 0; count < (options.burst ?? 50) && server.position < options.messages.length; count++) {
      socket.send(options.messages[server.position++] ?? '')
      if (server.position === cuts[0]) {
        cuts.shift()
        // Everything sent so far is flushed before the connection dies.
        socket.send('{"result":null,"id":0}', () => {
          server.cut.push(performance.now())
          socket.terminate()
        })
        return
      }
    }
    if (server.position < options.messages.length) setImmediate(() => play(socket))
  }
  await listen(http)
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    ...server,
    sent: () => server.position,
    unsent: () => [...sockets.clients].reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0),
    stop: () => {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
      return new Promise(resolve => http.close(() => resolve()))
    },
  }
}

function listen(server: Server): Promise<void> {
  return new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
}

/** `count` trades of one symbol with ids that step by one, as Binance's combined stream sends them. */
export function tradeMessages(count: number, symbol = 'BTCUSDT', firstId = 1000): string[] {
  return Array.from({ length: count }, (_, index) => {
    const price = (97_000 + Math.round(Math.sin(index / 15) * 4000) / 100).toFixed(8)
    const time = 1_732_400_000_000 + index * 20
    const data = `{"e":"trade","E":${time + 1},"s":"${symbol}","t":${firstId + index},"p":"${price}","q":"0.01250000","T":${time},"m":${index % 3 === 0},"M":true}`
    return `{"stream":"${symbol.toLowerCase()}@trade","data":${data}}`
  })
}
