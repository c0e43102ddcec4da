/** The other end of the WebSocket benches, in a thread of its own: one client, one subscription, then all frames as fast as it reads them or at a fixed rate. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { WebSocketServer } from 'ws'

const CHUNK = 64 * 1024
/** `began` takes the moment, in nanoseconds, at which the first frame is due; the others follow at `rate` a second. */
export interface ServerData {
  readonly frames: readonly Uint8Array[]
  readonly pace?: { readonly rate: number; readonly began: BigInt64Array }
}

const { frames, pace } = workerData as ServerData
const chunks = pace === undefined ? chunked(frames, CHUNK) : chunked(frames, 1)

const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on('connection', (client, request) => {
  client.on('error', () => undefined)
  client.once('message', (data: Buffer) => {
    const { id = 1 } = JSON.parse(data.toString()) as { id?: unknown }
    client.send(JSON.stringify({ result: null, id }))
    setTimeout(() => (pace === undefined ? void send(request.socket) : sendPaced(request.socket, pace)), 50)
  })
})
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port))

async function send(socket: Socket): Promise<void> {
  for (const chunk of chunks) {
    if (socket.destroyed) return
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }
}

/** Looks at the clock all the time, so that a frame leaves when it is due; those that are due at once leave together. */
function sendPaced(socket: Socket, { rate, began }: NonNullable<ServerData['pace']>): void {
  const nanosPerFrame = 1e9 / rate
  const start = process.hrtime.bigint()
  began[0] = start
  let sent = 0
  const step = (): void => {
    if (socket.destroyed || sent >= chunks.length) return
    const due = Math.min(chunks.length, Math.floor(Number(process.hrtime.bigint() - start) / nanosPerFrame) + 1)
    if (due > sent) socket.write(due === sent + 1 ? (chunks[sent] as Buffer) : Buffer.concat(chunks.slice(sent, due)))
    sent = Math.max(sent, due)
    setImmediate(step)
  }
  step()
}

/** Frames as WebSocket messages of a server, `least` bytes or more to a write, as a busy socket brings them. */
function chunked(messages: readonly Uint8Array[], least: number): Buffer[] {
  const made: Buffer[] = []
  let parts: Uint8Array[] = []
  let size = 0
  for (const message of messages) {
    const head = message.length < 126 ? [0x81, message.length] : [0x81, 126, message.length >> 8, message.length & 0xff]
    parts.push(Uint8Array.from(head), message)
    size += message.length + head.length
    if (size < least) continue
    made.push(Buffer.concat(parts))
    parts = []
    size = 0
  }
  return parts.length === 0 ? made : [...made, Buffer.concat(parts)]
}
