/** A connection that is none of ours: ccxt watches, and what it hands out becomes the messages of a line. */
import { setImmediate as turn } from 'node:timers/promises'
import { messageOf } from '../../model/errors.js'
import { nearest } from '../../model/symbol.js'
import type { ConnectionListener, ConnectionOptions } from '../connection.js'
import { ending, type Ending } from '../ending.js'
import type { Cancel } from '../timers.js'
import { loadCcxt, type CcxtExchange, type CcxtLibrary, type LoadCcxt } from './library.js'
import { objection, readWatch, watch, type WatchRequest } from './watches.js'

/** Loading the library and the exchange's list of markets takes longer than a handshake. */
const CONNECT_MS = 45_000
/** What closing may take. */
const CLOSE_MS = 2_000

type Options = Pick<ConnectionOptions, 'address' | 'proxy' | 'clock' | 'timers' | 'connectMs'>

export class CcxtConnection {
  /** The library does not say. */
  readonly bytesIn = 0
  readonly closed: Promise<void>
  private readonly id: string
  private readonly watched = new Map<string, WatchRequest>()
  private readonly deadline: Cancel
  private library: CcxtLibrary | null = null
  private exchange: CcxtExchange | null = null
  private ended = false
  private gone: () => void = () => undefined
  private resumed: Promise<void> | null = null
  private resumeNow: () => void = () => undefined

  constructor(
    private readonly options: Options,
    private readonly listener: ConnectionListener,
    load: LoadCcxt = loadCcxt,
  ) {
    this.id = new URL(options.address).host
    this.closed = new Promise(resolve => (this.gone = resolve))
    const connectMs = options.connectMs ?? CONNECT_MS
    this.deadline = options.timers.after(connectMs, () =>
      this.terminate(ending('connect_timeout', `ccxt had not loaded ${this.id} within ${String(connectMs)} ms`)),
    )
    void this.open(load)
  }

  send(text: string): void {
    const request = this.exchange === null || this.ended ? undefined : readWatch(text)
    if (request === undefined || this.exchange === null) return
    if (request.op === 'unsubscribe') this.watched.delete(keyOf(request))
    else this.subscribe(request, this.exchange)
  }

  /** The library pings for itself. */
  ping(): void {
    return
  }

  /** The same. */
  probe(): void {
    return
  }

  /** The library goes on receiving; it keeps the newest thousand trades of a symbol meanwhile. */
  pause(): void {
    this.resumed ??= new Promise(resolve => (this.resumeNow = resolve))
  }

  resume(): void {
    this.resumed = null
    this.resumeNow()
  }

  close(end: Ending): void {
    this.terminate(end)
  }

  terminate(end: Ending): void {
    if (this.ended) return
    this.ended = true
    this.deadline()
    this.watched.clear()
    this.resume()
    this.listener.ended(end)
    const overdue = this.options.timers.after(CLOSE_MS, () => this.gone())
    const over = (): void => {
      overdue()
      this.gone()
    }
    // Whatever closing fails at, the connection is no longer ours.
    void this.closeLibrary().then(over, over)
  }

  private async closeLibrary(): Promise<void> {
    await this.exchange?.close()
  }

  private async open(load: LoadCcxt): Promise<void> {
    const library = await load().catch((error: unknown) => {
      this.terminate(notInstalled(error))
    })
    if (library === undefined || this.isOver()) return
    this.library = library
    try {
      const exchange = library.create(this.id, { newUpdates: true, ...proxies(this.options.proxy) })
      if (exchange === undefined) {
        this.terminate(unknown(this.id, library.ids))
        return
      }
      this.exchange = exchange
      await exchange.loadMarkets()
    } catch (error) {
      this.terminate(failure(error, library))
      return
    }
    if (!this.isOver()) this.opened()
  }

  private opened(): void {
    this.deadline()
    this.listener.opened()
  }

  /** Asked after something was awaited. */
  private isOver(): boolean {
    return this.ended
  }

  private subscribe(request: WatchRequest, exchange: CcxtExchange): void {
    const { id } = request
    const reason = objection(exchange, request)
    if (reason !== undefined) {
      this.deliver({ ccxt: 'refused', id, reason })
      return
    }
    this.deliver({ ccxt: 'subscribed', id })
    const isRunning = this.watched.has(keyOf(request))
    this.watched.set(keyOf(request), request)
    if (!isRunning) void this.follow(request, exchange)
  }

  /** One stream for as long as it is wanted. */
  private async follow(request: WatchRequest, exchange: CcxtExchange): Promise<void> {
    const { channel, symbol, interval } = request
    const head = { ccxt: channel, symbol, ...(interval === undefined ? {} : { interval }) }
    let count = 0
    try {
      while (this.isWanted(request)) {
        const data = await watch(exchange, request)
        if (this.resumed !== null) await this.resumed
        if (!this.isWanted(request)) return
        this.deliver({ ...head, data })
        count++
        // The library may have answers ready for ever; others must get their turn.
        await turn()
      }
    } catch (error) {
      if (this.isWanted(request)) this.fail(error, request, count)
    }
  }

  private isWanted(request: WatchRequest): boolean {
    return !this.ended && this.watched.has(keyOf(request))
  }

  /** A stream that never brought anything and fails for a reason of its own is refused; anything else ends the connection. */
  private fail(error: unknown, request: WatchRequest, count: number): void {
    this.watched.delete(keyOf(request))
    const isOwn = this.library?.isOfNetwork(error) === false && count === 0
    if (isOwn) this.deliver({ ccxt: 'refused', id: request.id, reason: messageOf(error) })
    else this.terminate(failure(error, this.library))
  }

  private deliver(message: object): void {
    if (this.ended) return
    this.listener.received(Buffer.from(JSON.stringify(message)), false, this.options.clock.now())
  }
}

function keyOf({ channel, symbol, interval }: WatchRequest): string {
  return `${channel} ${symbol} ${interval ?? ''}`
}

function proxies(proxy: string | null): object {
  return proxy === null ? {} : { httpsProxy: proxy, wssProxy: proxy }
}

function notInstalled(error: unknown): Ending {
  const code = (error as { code?: unknown } | null)?.code
  const isMissing = code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
  const detail = isMissing ? 'the ccxt library is not installed' : `ccxt cannot be loaded: ${messageOf(error)}`
  return ending('network', detail, { final: true, hint: 'install it beside genesis: npm install ccxt' })
}

function unknown(id: string, ids: readonly string[]): Ending {
  const near = nearest(id, ids)
  const hint = near === undefined ? 'see https://github.com/ccxt/ccxt for its exchanges' : `did you mean ccxt:${near}?`
  return ending('network', `ccxt cannot watch an exchange named ${id}`, { final: true, hint })
}

function failure(error: unknown, library: CcxtLibrary | null): Ending {
  const name = error instanceof Error ? error.constructor.name : 'error'
  const cause = library?.isOfNetwork(error) === true ? 'network' : 'closed_by_exchange'
  return ending(cause, `ccxt ${name}: ${messageOf(error)}`)
}
