/** One WebSocket from its first byte to its end, with deadlines of its own and a cause for every ending. */
import type { IncomingMessage } from 'node:http'
import type { Writable } from 'node:stream'
import { WebSocket } from 'ws'
import type { ClientOptions } from 'ws'
import type { Heartbeat } from '../exchanges/exchange.js'
import type { Micros } from '../model/time.js'
import { Dialer } from './dial.js'
import { connectEnding, ending, httpEnding, openEnding } from './ending.js'
import type { Ending } from './ending.js'
import { parseRetryAfter } from './host-penalty.js'
import { PlainMessages } from './plain-messages.js'
import { SendQueue, WindowLimiter } from './limiter.js'
import type { Rate } from './limiter.js'
import type { EdgeClock } from './real-clock.js'
import { SilenceWatch } from './silence-watch.js'
import type { StallWatch } from './stall-watch.js'
import { repeat } from './timers.js'
import type { Cancel, Timers } from './timers.js'

export interface ConnectionOptions {
  /** Full `ws:` or `wss:` address. */
  readonly address: string
  readonly proxy: string | null
  readonly clock: EdgeClock
  readonly timers: Timers
  readonly stalls: StallWatch
  readonly heartbeat: Heartbeat
  readonly messages: Rate
  readonly connectMs?: number | undefined
  readonly pongMs?: number | undefined
  /** Extra certificate authorities, for servers of one's own. */
  readonly ca?: string | undefined
}

export interface ConnectionListener {
  opened(): void
  received(data: Buffer, binary: boolean, at: Micros): void
  /** A probe found nobody there. The connection stays as it is. */
  unanswered(detail: string): void
  /** Once, last, whatever happened. */
  ended(ending: Ending): void
}

/** Frames of exchanges are far smaller; the library's own bound of 100 MiB would let one frame exhaust the memory. */
const LARGEST_MESSAGE = 4 * 1024 * 1024
const CONNECT_MS = 10_000
const PONG_MS = 5_000
/** Of a probe: exchanges answer within a fraction of it, and nothing is lost where one takes longer. */
const PROBE_MS = 2_000
/** A closing handshake that takes longer is cut short. */
const CLOSE_MS = 1_000
const PAUSE_COUNTS_MS = 5_000
/** Endings that look like the other side's doing. */
const OTHERS_FAULT: ReadonlySet<Ending['cause']> = new Set(['stall', 'reset_or_fin', 'closed_by_exchange'])

export class Connection {
  messages = 0
  messageBytes = 0
  private readonly socket: WebSocket
  private readonly dialer: Dialer
  private readonly sends: SendQueue
  private readonly watch: SilenceWatch
  private readonly connectDeadline: Cancel
  private beat: Cancel = () => undefined
  private error: Error | null = null
  private paused = false
  private resumedAtMs = Number.NEGATIVE_INFINITY
  private ended = false
  private openedAt: Micros = 0
  private gone: () => void = () => undefined
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void> = new Promise(resolve => (this.gone = resolve))

  constructor(
    private readonly options: ConnectionOptions,
    private readonly listener: ConnectionListener,
  ) {
    const { clock, timers, address } = options
    this.dialer = new Dialer(address.startsWith('wss:'), options.proxy, options.ca)
    const limiter = WindowLimiter.below(options.messages, () => clock.monotonicMs())
    this.sends = new SendQueue(limiter, timers, text => this.socket.send(text))
    this.watch = new SilenceWatch(clock, timers, {
      silenceMs: options.heartbeat.silenceMs,
      answerMs: options.pongMs ?? PONG_MS,
      ask: () => this.ping(),
      silent: detail => this.terminate(this.blamed(ending('stall', detail))),
    })
    // First, since it throws where the address is none; a timer would be left behind.
    this.socket = this.open(address)
    const connectMs = options.connectMs ?? CONNECT_MS
    // The library's handshakeTimeout restarts with every byte: a server that drips headers would hold us for ever.
    this.connectDeadline = timers.after(connectMs, () =>
      this.terminate(ending('connect_timeout', `no WebSocket within ${String(connectMs)} ms`)),
    )
  }

  /** Wire bytes, those of unfinished messages included. */
  get bytesIn(): number {
    return this.dialer.bytesIn
  }

  /** Sends within the exchange's message limit, in order. */
  send(text: string): void {
    if (this.socket.readyState !== WebSocket.OPEN || this.sends.push(text)) return
    this.terminate(ending('protocol_error', 'the exchange asks for more messages than it allows'))
  }

  ping(): void {
    if (this.socket.readyState !== WebSocket.OPEN) return
    this.sends.charge()
    this.socket.ping()
  }

  /** Finds out at once whether somebody is still there. */
  probe(): void {
    const answerMs = Math.min(PROBE_MS, this.options.pongMs ?? PONG_MS)
    this.watch.probe(answerMs, () => {
      // While nothing is read no answer can be.
      if (!this.paused) this.listener.unanswered(`no answer to a ping in ${String(answerMs)} ms`)
    })
  }

  /** Stops reading: the exchange's side fills up, and it may cut us off as a slow consumer. */
  pause(): void {
    this.paused = true
    this.socket.pause()
  }

  resume(): void {
    if (!this.paused) return
    this.paused = false
    this.resumedAtMs = this.options.clock.monotonicMs()
    this.socket.resume()
    this.watch.heard()
  }

  /** Ends on our own wish, with a closing handshake; nothing is delivered from here on. */
  close(end: Ending): void {
    if (this.socket.readyState !== WebSocket.OPEN) {
      this.terminate(end)
      return
    }
    this.socket.close(1000)
    if (this.paused) this.socket.resume()
    this.finish(end)
  }

  /** Ends at once. */
  terminate(end: Ending): void {
    // ws leaves an aborted handshake without `close` when somebody listens for the HTTP answer, so this never waits for it.
    this.finish(end)
    this.socket.terminate()
    this.dialer.destroy()
  }

  private open(address: string): WebSocket {
    const socket = new WebSocket(address, {
      createConnection: this.dialer.open as unknown as NonNullable<ClientOptions['createConnection']>,
      // Some hosts refuse clients that give no name.
      headers: { 'User-Agent': 'genesis' },
      perMessageDeflate: false,
      maxPayload: LARGEST_MESSAGE,
      maxFragments: 1_024,
      maxBufferedChunks: 16_384,
      closeTimeout: CLOSE_MS,
    } as ClientOptions)
    socket.on('open', () => this.opened())
    socket.on('message', (data, binary) => this.received(data as Buffer, binary, this.options.clock.now()))
    socket.on('ping', () => this.watch.heard())
    socket.on('pong', () => this.watch.heard())
    socket.on('error', error => (this.error = error))
    socket.on('unexpected-response', (_request, response) => this.refused(response))
    socket.on('close', (code, reason) => this.finishClosed(code, reason.toString()))
    return socket
  }

  private opened(): void {
    this.connectDeadline()
    this.openedAt = this.options.clock.now()
    this.watch.start()
    this.shorten()
    const { send } = this.options.heartbeat
    if (send !== null) this.beat = repeat(this.options.timers, send.everyMs, () => this.send(send.text))
    this.listener.opened()
  }

  /**
   * Puts the short way in front of the library's receiver, which then gets what is not plain. Per message the receiver costs more than
   * decoding does (`npm run bench -- websocket`). All messages of one reading of the socket were received when it was read.
   */
  private shorten(): void {
    const { _receiver: receiver } = this.socket as unknown as { _receiver?: Writable }
    if (receiver === undefined) return
    const write = receiver.write.bind(receiver) as (bytes: Buffer) => boolean
    let at: Micros = 0
    let isReady = true
    const plain = new PlainMessages({
      message: (data, binary) => this.received(data, binary, at),
      pass: bytes => {
        isReady = write(bytes) && isReady
        // It takes nothing more once it has found an error or the end.
        return receiver.writable
      },
    })
    receiver.write = (chunk: Buffer): boolean => {
      at = this.options.clock.now()
      isReady = true
      plain.write(chunk)
      return isReady
    }
  }

  private received(data: Buffer, binary: boolean, at: Micros): void {
    if (this.ended) return
    this.messages++
    this.messageBytes += data.length
    this.watch.lastHeard = at
    this.listener.received(data, binary, at)
  }

  private refused(response: IncomingMessage): void {
    const { 'retry-after': retryAfter, location } = response.headers
    const retryAfterMs = parseRetryAfter(retryAfter, this.options.clock.now() / 1_000)
    this.terminate(httpEnding(response.statusCode ?? 0, location, retryAfterMs))
  }

  private finishClosed(code: number, reason: string): void {
    const wasOpen = this.watch.started
    this.finish(wasOpen ? this.blamed(openEnding(this.error, code, reason, this.wasPaused)) : connectEnding(this.error))
    this.gone()
  }

  /** A connection that was dead when we came to again died of our absence, however that shows. */
  private blamed(end: Ending): Ending {
    const stall = OTHERS_FAULT.has(end.cause) ? this.options.stalls.blame(this.openedAt, this.watch.lastHeard) : null
    return stall === null ? end : ending('own_stall', `${stall}; ${end.detail}`)
  }

  /** The other side's close is seen only once its last messages are read, so a pause counts for a while after it. */
  private get wasPaused(): boolean {
    return this.paused || this.options.clock.monotonicMs() - this.resumedAtMs < PAUSE_COUNTS_MS
  }

  private finish(end: Ending): void {
    if (this.ended) return
    this.ended = true
    this.connectDeadline()
    this.beat()
    this.watch.stop()
    this.sends.clear()
    this.listener.ended(end)
  }
}
