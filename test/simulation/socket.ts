/** Stands in for the WebSocket of `ws` where there is no network: its other end is a venue of the simulated world. */
import { EventEmitter } from 'node:events'

export interface OtherEnd {
  connect(socket: SimulatedSocket): void
  received(socket: SimulatedSocket, text: string): void
  pinged(socket: SimulatedSocket): void
  left(socket: SimulatedSocket): void
}

/** Where addresses lead to; set by the world while it exists. */
export const network: { resolve: (address: string) => OtherEnd } = {
  resolve: address => {
    throw new Error(`nobody simulates ${address}`)
  },
}

export class SimulatedSocket extends EventEmitter {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSED = 3
  readyState: number = SimulatedSocket.CONNECTING
  /** The product has not ended it: what arrives now must be accounted for. */
  isWanted = true
  private readonly end: OtherEnd

  constructor(readonly address: string) {
    super()
    this.end = network.resolve(address)
    this.end.connect(this)
  }

  send(text: string): void {
    this.end.received(this, text)
  }

  ping(): void {
    this.end.pinged(this)
  }

  pause(): void {
    throw new Error('the simulation has no slow consumer')
  }

  close(): void {
    this.leave()
  }

  terminate(): void {
    this.leave()
  }

  /** The venue's doing from here on. */
  open(): void {
    this.readyState = SimulatedSocket.OPEN
    this.emit('open')
  }

  deliver(text: string): void {
    this.emit('message', Buffer.from(text), false)
  }

  refuse(statusCode: number, headers: Readonly<Record<string, string>>): void {
    this.emit('unexpected-response', {}, { statusCode, headers })
  }

  lose(code: number, reason: string, error?: Error): void {
    if (this.readyState === SimulatedSocket.CLOSED) return
    this.readyState = SimulatedSocket.CLOSED
    if (error !== undefined) this.emit('error', error)
    this.emit('close', code, Buffer.from(reason))
  }

  private leave(): void {
    if (!this.isWanted) return
    this.isWanted = false
    this.end.left(this)
    // As `ws` does: never within the call.
    queueMicrotask(() => this.lose(1006, ''))
  }
}
