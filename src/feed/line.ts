/** One line to an exchange: a connection that is replaced whenever it ends, with the subscriptions it carries. */
import type { BookUpdate, Decoded, MarketEvent } from '../model/event.js'
import type { LinkState } from '../model/frame.js'
import type { Micros } from '../model/time.js'
import { hostOf } from './addresses.js'
import { Approach } from './approach.js'
import { ending } from './ending.js'
import type { Ending } from './ending.js'
import type { Route } from './failover.js'
import { emptyStats } from './line-parts.js'
import type { LineParts } from './line-parts.js'
import { Subscriptions } from './subscriptions.js'
import type { Cancel } from './timers.js'
import { openTransport } from './transport.js'
import type { Transport } from './transport.js'

export class Line {
  readonly stats = emptyStats()
  readonly subscriptions: Subscriptions
  /** Set when another line takes over: this one does not come back. */
  retiring: string | null = null
  /** When market data last came; 0 where none came on this connection. */
  lastData: Micros = 0
  openedAt: Micros = 0
  private firstData: Micros = 0
  private connection: Transport | null = null
  private approach: Approach | null = null
  private cancelRetry: Cancel = () => undefined
  private downSince: Micros = 0
  private lastEnd: Ending | null = null
  private isOpen = false
  private isStopped = false
  private isPaused = false
  private doubt = ''

  constructor(readonly parts: LineParts) {
    const { exchange, shared, streams } = parts
    this.subscriptions = new Subscriptions(
      exchange,
      shared.timers,
      {
        send: text => this.connection?.send(text),
        changed: (subscription, detail) => parts.listener.subscriptionChanged(this, subscription, detail),
        hopeless: () => this.giveUpConnection(),
      },
      shared.timing.ackMs,
    )
    this.subscriptions.add(streams)
  }

  get number(): number {
    return this.parts.number
  }

  get open(): boolean {
    return this.isOpen
  }

  get stopped(): boolean {
    return this.isStopped
  }

  get paused(): boolean {
    return this.isPaused
  }

  /** The way in use, or to be tried next. */
  get route(): Route {
    return this.parts.failover.route
  }

  /** True once the exchange has answered for every stream, or sent its data. */
  get settled(): boolean {
    return this.isOpen && [...this.subscriptions.all()].every(({ state }) => state !== 'requested')
  }

  /** Since market data last came on this connection. */
  silenceMs(): number {
    return (this.parts.shared.clock.now() - Math.max(this.lastData, this.openedAt)) / 1_000
  }

  /** Names of the streams that carry this symbol's book; the pair tells apart instruments of one symbol. */
  booksOf(exchange: string, symbol: string, pair?: string): readonly string[] {
    if (this.parts.exchange.name !== exchange) return []
    const books = this.subscriptions.streams().filter(stream => stream.symbol === symbol && stream.channel === 'book')
    return books.filter(stream => pair === undefined || stream.pair === pair).map(stream => stream.name)
  }

  start(): void {
    if (this.isStopped) return
    const [stream] = this.subscriptions.streams()
    if (stream === undefined) return
    const route = this.parts.failover.attempt()
    this.approach = new Approach(this.parts.shared, this.parts.exchange, stream, route, {
      ready: address => this.connect(address, route),
      failed: why => this.ended(why, route.base),
    })
    this.approach.start()
  }

  /** Takes up again after the line that was to replace it failed. */
  revive(): void {
    this.retiring = null
    this.isStopped = false
    this.start()
  }

  /** @returns when the socket is closed. */
  async stop(why: Ending): Promise<void> {
    this.isStopped = true
    this.cancelRetry()
    this.approach?.abort()
    this.subscriptions.closed()
    const { connection } = this
    connection?.close(why)
    await connection?.closed
  }

  send(text: string): void {
    this.connection?.send(text)
  }

  ping(): void {
    this.connection?.ping()
  }

  /** It may not have survived what happened to us: where nobody answers the listener is told, with both as the reason. */
  probe(why: string): void {
    this.doubt = why
    this.connection?.probe()
  }

  /** Nothing is read until {@link resume}; silence is then ours. */
  pause(): void {
    this.isPaused = true
    this.connection?.pause()
  }

  resume(): void {
    this.isPaused = false
    this.connection?.resume()
  }

  /** Ends the connection as if it had failed; the next attempt follows. */
  cut(why: Ending): void {
    this.connection?.terminate(why)
  }

  /** What the decoder found in a message of this line. */
  heard(found: Decoded): void {
    switch (found.type) {
      case 'ack': {
        this.subscriptions.acknowledged(found.request, found.streams, found.rest)
        return
      }
      case 'refused': {
        this.subscriptions.refused(found.request, found.streams, found.reason)
        return
      }
      case 'answer': {
        this.send(found.text)
        return
      }
      case 'renew': {
        this.parts.listener.renewalWanted(this, found.reason)
        return
      }
      case 'heartbeat':
      case 'ignored':
        return
      default:
        this.subscriptions.saw(found satisfies MarketEvent | BookUpdate)
    }
  }

  private connect(address: string, route: Route): void {
    this.approach = null
    const { shared, exchange } = this.parts
    try {
      this.connection = openTransport(
        {
          address,
          proxy: route.proxy,
          clock: shared.clock,
          timers: shared.timers,
          stalls: shared.stalls,
          heartbeat: exchange.heartbeat,
          messages: exchange.limits.messages,
          connectMs: shared.timing.connectMs,
          pongMs: shared.timing.pongMs,
          ca: shared.ca,
        },
        {
          opened: () => this.opened(address),
          received: (data, binary, at) => this.received(data, binary, at),
          unanswered: detail => this.parts.listener.unanswered(this, `${this.doubt}; ${detail}`),
          ended: why => this.ended(why, address),
        },
      )
    } catch (error) {
      this.ended(ending('network', `not an address: ${address} (${String(error)})`, { final: true }), address)
    }
  }

  private opened(address: string): void {
    const { shared } = this.parts
    const at = shared.clock.now()
    this.isOpen = true
    this.openedAt = at
    this.stats.opens++
    this.stats.failedAttempts = 0
    shared.penalties.served(hostOf(address))
    this.link('connected', at, this.connectedDetail(address, at))
    this.subscriptions.opened()
    this.parts.listener.opened(this)
  }

  private connectedDetail(address: string, at: Micros): string {
    if (this.lastEnd === null) {
      const { replaces } = this.parts
      return `connected to ${hostOf(address)}${replaces === null ? '' : `, to replace line ${String(replaces)}`}`
    }
    const outageMs = Math.round((at - this.downSince) / 1_000)
    this.stats.outageMs += outageMs
    this.stats.longestOutageMs = Math.max(this.stats.longestOutageMs, outageMs)
    return `reconnected to ${hostOf(address)} after ${String(outageMs)} ms (${this.lastEnd.cause})`
  }

  private received(data: Buffer, binary: boolean, at: Micros): void {
    this.stats.messages++
    this.stats.bytes += data.length
    const { shared, exchange, number } = this.parts
    const frame = { kind: 'data', receivedAt: at, exchange: exchange.name, line: number, data, binary } as const
    if (shared.emit(frame) !== 'decoded') return
    if (this.firstData === 0) {
      this.firstData = at
      this.subscriptions.sawSome(at)
    }
    this.lastData = at
  }

  private ended(why: Ending, address: string): void {
    const { shared, failover, listener } = this.parts
    const wasOpen = this.isOpen
    this.approach = null
    this.stats.wireBytes += this.connection?.bytesIn ?? 0
    this.connection = null
    this.isOpen = false
    this.subscriptions.closed()
    if (wasOpen) this.noteDown(why)
    if (why.status === 429 || why.status === 418)
      shared.penalties.refused(hostOf(address), why.status, why.retryAfterMs)
    if (this.isStopped) return
    if (this.retiring !== null) {
      this.isStopped = true
      listener.retired(this)
      return
    }
    if (!wasOpen) this.stats.failedAttempts++
    const dataMs = this.firstData === 0 ? 0 : Math.max(1, (this.lastData - this.firstData) / 1_000)
    this.firstData = 0
    this.lastData = 0
    const retryMs = failover.failed({ dataMs, final: why.final, protocolError: why.cause === 'protocol_error' })
    if (retryMs === null) {
      this.isStopped = true
      listener.exhausted(this, why)
      return
    }
    this.cancelRetry = shared.timers.after(retryMs, () => this.start())
    listener.retrying(this, why, Math.max(retryMs, shared.penalties.waitMs(hostOf(address))))
  }

  private noteDown(why: Ending): void {
    const at = this.parts.shared.clock.now()
    this.lastEnd = why
    this.downSince = at
    this.stats.disconnects++
    this.link('disconnected', at, `${why.cause}: ${why.detail}`)
  }

  /** Nothing this connection was asked for will come on it. */
  private giveUpConnection(): void {
    const states = [...this.subscriptions.all()].map(subscription => subscription.state)
    if (states.includes('fault')) this.cut(ending('unacknowledged', 'no subscription was acknowledged'))
    // What was served before may be served again; what never was is simply not there.
    else if (this.subscriptions.everServed) this.cut(ending('unacknowledged', 'every subscription was refused'))
  }

  /** Tells of the line as a whole, or of some of its streams. */
  link(state: LinkState, receivedAt: Micros, detail: string, streams = this.subscriptions.names()): void {
    const { exchange, number, shared } = this.parts
    shared.emit({ kind: 'link', receivedAt, exchange: exchange.name, line: number, state, streams, detail })
  }
}
