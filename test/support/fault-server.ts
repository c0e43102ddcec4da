/** A WebSocket server written by hand over raw sockets, so that it can misbehave in every way a real one does. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'

export type Script = (peer: Peer, index: number) => void

export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface FaultServerOptions {
  /** Called when the request head of the n-th WebSocket handshake (from 0) has arrived; nothing is sent unless the script does. */
  readonly script: Script
  /** Answers requests that are no handshakes. */
  readonly http?: (path: string, index: number) => HttpAnswer | null
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly port?: number
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export class FaultServer {
  readonly peers: Peer[] = []
  readonly sockets = new Set<Socket>()
  httpRequests = 0
  /** When each handshake arrived, in milliseconds. */
  readonly handshakes: number[] = []
  /** Stays known after the server has stopped. */
  port = 0

  private constructor(
    private readonly server: Server,
    private readonly options: FaultServerOptions,
  ) {}

  static async start(options: FaultServerOptions): Promise<FaultServer> {
    const server: Server = options.tls === undefined ? createServer() : createTlsServer(options.tls)
    const faults = new FaultServer(server, options)
    server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
      faults.connected(socket),
    )
    server.on('tlsClientError', () => undefined)
    await new Promise<void>(resolve => server.listen(options.port ?? 0, '127.0.0.1', resolve))
    faults.port = (server.address() as AddressInfo).port
    return faults
  }

  get url(): string {
    return `${this.options.tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${String(this.port)}`
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise<void>(resolve => this.server.close(() => resolve()))
  }

  private connected(socket: Socket): void {
    this.sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.sockets.delete(socket))
    let head = Buffer.alloc(0)
    const onData = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      socket.off('data', onData)
      this.requested(socket, head.subarray(0, end).toString('latin1'))
    }
    socket.on('data', onData)
  }

  private requested(socket: Socket, head: string): void {
    const path = head.split(' ')[1] ?? '/'
    const key = /^sec-websocket-key: *(.*)$/im.exec(head)?.[1]?.trim()
    if (key === undefined) {
      const answer = this.options.http?.(path, this.httpRequests++) ?? { status: 404 }
      socket.end(httpText(answer))
      return
    }
    this.handshakes.push(performance.now())
    const peer = new Peer(socket, path, key)
    this.peers.push(peer)
    this.options.script(peer, this.peers.length - 1)
  }
}

function httpText({ status, headers = {}, body = '' }: HttpAnswer): string {
  const lines = Object.entries({ ...headers, 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close' })
  return `HTTP/1.1 ${String(status)} X\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}

/** One client of the server. */
export class Peer {
  /** Text messages of the client. */
  readonly texts: string[] = []
  pings = 0
  pongs = 0
  closed = false
  onText: (text: string) => void = () => undefined
  /** Without it the server leaves pings unanswered. */
  answersPings = true
  private buffer = Buffer.alloc(0)

  constructor(
    readonly socket: Socket,
    readonly path: string,
    private readonly key: string,
  ) {
    socket.on('close', () => (this.closed = true))
  }

  /** Completes the handshake. */
  accept(key = this.key): this {
    this.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${this.acceptKey(key)}\r\n\r\n`,
    )
    this.socket.on('data', (chunk: Buffer) => this.parse(chunk))
    return this
  }

  acceptKey(key = this.key): string {
    return createHash('sha1')
      .update(key + GUID)
      .digest('base64')
  }

  respond(status: number, headers: Readonly<Record<string, string>> = {}): void {
    this.socket.end(httpText({ status, headers }))
  }

  text(text: string): this {
    return this.write(frame(0x1, Buffer.from(text)))
  }

  json(value: unknown): this {
    return this.text(JSON.stringify(value))
  }

  ping(payload = ''): this {
    return this.write(frame(0x9, Buffer.from(payload)))
  }

  close(code: number, reason = ''): void {
    const payload = Buffer.alloc(2)
    payload.writeUInt16BE(code)
    this.write(frame(0x8, Buffer.concat([payload, Buffer.from(reason)])))
    this.socket.end()
  }

  write(bytes: Buffer | string): this {
    if (!this.socket.destroyed) this.socket.write(bytes)
    return this
  }

  reset(): void {
    this.socket.resetAndDestroy()
  }

  fin(): void {
    this.socket.end()
  }

  private parse(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk])
    for (;;) {
      const found = readFrame(this.buffer)
      if (found === null) return
      this.buffer = this.buffer.subarray(found.size)
      if (found.opcode === 0x1) {
        const text = found.payload.toString()
        this.texts.push(text)
        this.onText(text)
      } else if (found.opcode === 0x9) {
        this.pings++
        if (this.answersPings) this.write(frame(0xa, found.payload))
      } else if (found.opcode === 0xa) {
        this.pongs++
      } else if (found.opcode === 0x8) {
        this.write(frame(0x8, found.payload))
        this.socket.end()
      }
    }
  }
}

/** A server's frame. `first` overrides the first byte (FIN, RSV and opcode bits). */
export function frame(opcode: number, payload: Buffer, first = 0x80 | opcode): Buffer {
  const { length } = payload
  const header =
    length < 126
      ? Buffer.from([first, length])
      : length < 65_536
        ? Buffer.from([first, 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([first, 127, 0, 0, 0, 0]), uint32(length)])
  return Buffer.concat([header, payload])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function readFrame(buffer: Buffer): { opcode: number; payload: Buffer; size: number } | null {
  if (buffer.length < 6) return null
  const short = buffer[1]! & 0x7f
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0
  if (buffer.length < 6 + extra) return null
  const length = short === 126 ? buffer.readUInt16BE(2) : short === 127 ? Number(buffer.readBigUInt64BE(2)) : short
  const start = 6 + extra
  if (buffer.length < start + length) return null
  const mask = buffer.subarray(start - 4, start)
  const payload = Buffer.from(buffer.subarray(start, start + length).map((byte, index) => byte ^ mask[index % 4]!))
  return { opcode: buffer[0]! & 0x0f, payload, size: start + length }
}
