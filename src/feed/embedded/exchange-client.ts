/** One client of the embedded exchange: its socket, what it subscribed, and the limits it is held to. */
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { FaultLink, Faults } from './faults.js'

/** A client that reads so slowly is cut off, as exchanges do it. */
const MOST_BUFFERED_BYTES = 64 * 1024 * 1024

/** `combined`: in an envelope that names the stream; `raw`: without it; `verbatim`: as it was recorded. */
export type Framing = 'combined' | 'raw' | 'verbatim'

export interface ClientRules {
  /** Messages a client may send in any window of this length, pings and pongs included. */
  readonly messages: { readonly count: number; readonly perMs: number }
  /** What announces a planned end to this client; null where the exchange has no such message. */
  farewell(client: ExchangeClient): string | null
}

export class ExchangeClient implements FaultLink {
  /** Topic as the exchange knows it → stream name as the client wrote it. */
  readonly topics = new Map<string, string>()
  /** How messages of the market are wrapped. */
  framing: Framing = 'verbatim'
  /** Path and query it connected to. */
  path = '/'
  /** Recorded messages that were meant for it so far. */
  recorded = 0
  /** When it last answered a ping, or joined; on the monotonic clock. */
  heardAt = performance.now()
  /** When it was last sent something. */
  sentAt = performance.now()
  private isStalled = false
  private readonly askedAt: number[] = []
  private readonly timers = new Set<NodeJS.Timeout>()

  constructor(
    private readonly socket: WebSocket,
    private readonly transport: Socket,
    private readonly faults: Faults,
    private readonly rules: ClientRules,
  ) {}

  get isMute(): boolean {
    return this.isStalled || this.socket.readyState !== this.socket.OPEN
  }

  get bufferedBytes(): number {
    return this.socket.bufferedAmount
  }

  /** A message of the market. */
  data(text: string): void {
    this.faults.data(text, this)
  }

  /** An answer to a request. */
  answer(text: string): void {
    if (!this.isStalled) this.faults.ack(text, this, (run, ms) => this.later(run, ms))
  }

  put(data: string | Buffer): void {
    if (this.isMute) return
    this.sentAt = performance.now()
    this.socket.send(data)
    if (this.socket.bufferedAmount > MOST_BUFFERED_BYTES) this.reset()
  }

  /** Holds small writes back, so that many messages travel in one packet, until {@link flush}. */
  gather(): void {
    this.transport.cork()
  }

  flush(): void {
    this.transport.uncork()
  }

  ping(text: string): void {
    if (!this.isMute) this.socket.ping(text)
  }

  pong(payload: Buffer): void {
    if (!this.isMute) this.socket.pong(payload)
  }

  /** Counts something the client sent. @returns false where it sends too much. */
  mayAsk(): boolean {
    const { count, perMs } = this.rules.messages
    const now = performance.now()
    this.askedAt.push(now)
    if (this.askedAt.length > count + 1) this.askedAt.shift()
    return this.askedAt.length <= count || now - (this.askedAt[0] ?? now) > perMs
  }

  cut(): void {
    this.isStalled = true
    this.transport.destroySoon()
  }

  reset(): void {
    this.isStalled = true
    this.transport.resetAndDestroy()
  }

  close(code = 1000, reason = ''): void {
    if (!this.isStalled) this.socket.close(code, reason)
  }

  stall(): void {
    this.isStalled = true
  }

  shutdown(): void {
    const farewell = this.rules.farewell(this)
    if (farewell !== null) this.put(farewell)
    this.later(() => this.close(1001, 'service restart'), 1_000)
  }

  /** Forgets everything that would happen later. */
  forget(): void {
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
  }

  destroy(): void {
    this.forget()
    this.socket.terminate()
  }

  private later(run: () => void, ms: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      run()
    }, ms)
    this.timers.add(timer)
  }
}
