/** The other end of the WebSocket bench, in a thread of its own: one client, one subscription, then all frames as fast as it reads them. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'
import { WebSocketServer } from 'ws'

const CHUNK = 64 * 1024
const { frames } = workerData as { frames: Uint8Array[] }
const chunks = chunked(frames)

const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on('connection', (client, request) => {
  client.on('error', () => undefined)
  client.once('message', (data: Buffer) => {
    const { id = 1 } = JSON.parse(data.toString()) as { id?: unknown }
    client.send(JSON.stringify({ result: null, id }))
    setTimeout(() => void send(request.socket), 50)
  })
})
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port))

async function send(socket: Socket): Promise<void> {
  for (const chunk of chunks) {
    if (socket.destroyed) return
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }
}

/** Frames as WebSocket messages of a server, many to a write, as a busy socket brings them. */
function chunked(messages: readonly Uint8Array[]): Buffer[] {
  const made: Buffer[] = []
  let parts: Uint8Array[] = []
  let size = 0
  for (const message of messages) {
    const head = message.length < 126 ? [0x81, message.length] : [0x81, 126, message.length >> 8, message.length & 0xff]
    parts.push(Uint8Array.from(head), message)
    size += message.length + head.length
    if (size < CHUNK) continue
    made.push(Buffer.concat(parts))
    parts = []
    size = 0
  }
  return [...made, Buffer.concat(parts)]
}
