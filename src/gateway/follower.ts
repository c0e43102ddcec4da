/** Another genesis as a source of events: its snapshot, then every event after it, across lost connections. */
import WebSocket from 'ws'
import { UnreachableError, messageOf } from '../model/errors.js'
import type { FeedEvent } from '../model/event.js'
import { checkedEvent } from '../session/event-lines.js'
import type { RunSource } from '../session/run.js'

export interface FollowerOptions {
  /** `ws://host:port`, with or without `/events`. */
  readonly url: string
  /** The same for people to read, without what may be secret in it. */
  readonly name: string
  readonly token: string
  readonly topics: readonly string[]
  readonly note: (text: string) => void
  readonly nowMicros: () => number
  /** Failed attempts in a row after which the run ends; endless where absent. */
  readonly giveUpAfter?: number
}

interface Message {
  readonly type?: string
  readonly sequence?: number
  readonly event?: object
  readonly events?: readonly object[]
  readonly epoch?: string
  readonly resumed?: boolean
  readonly message?: string
}

const CONNECT_WITHIN_MS = 10_000
/** The other side says where it stands once a second. */
const SILENT_AFTER_MS = 10_000
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000
const MESSAGE_LIMIT = 64 * 1024 * 1024
/** Close codes that no further attempt can change. */
const REFUSED = new Set([401, 403, 404])

/** Events arrive in the other's order. What is missing after a loss is told as a gap of each stream that was seen, never passed over. */
export class Follower implements RunSource {
  #socket: WebSocket | null = null
  #stopped = false
  #epoch: string | null = null
  #sequence: number | null = null
  #lost = false
  readonly #counts = { delivered: 0, refused: 0, connections: 0 }
  #attempts = 0
  #wake: () => void = () => undefined
  readonly #streams = new Map<string, { exchange: string; stream: string }>()

  constructor(private readonly options: FollowerOptions) {}

  /** @throws UnreachableError where the other side refuses, or was never reached. */
  async run(_: unknown, deliverEvent: (event: FeedEvent) => void): Promise<void> {
    while (!this.#isStopped()) {
      const ended = await this.#follow(deliverEvent)
      if (this.#isStopped()) return
      this.#judge(ended)
      await this.#rest(ended)
    }
  }

  /** `received = delivered + refused`, exactly; gaps that the follower itself told of come beside them. */
  account(): {
    readonly received: number
    readonly delivered: number
    readonly refused: number
    readonly connections: number
  } {
    return { received: this.#counts.delivered + this.#counts.refused, ...this.#counts }
  }

  stop(): Promise<void> {
    this.#stopped = true
    this.#socket?.close()
    this.#wake()
    return Promise.resolve()
  }

  /** One connection, to its end. @returns why it ended. */
  #follow(deliverEvent: (event: FeedEvent) => void): Promise<{ readonly status: number; readonly detail: string }> {
    const { url, token } = this.options
    const address = url.replace(/\/(?:events)?$/, '') + '/events'
    const socket = new WebSocket(address, ['genesis.v1'], {
      headers: { Authorization: `Bearer ${token}` },
      maxPayload: MESSAGE_LIMIT,
      perMessageDeflate: false,
    })
    this.#socket = socket
    return new Promise((resolve, reject) => {
      const end = { status: 0, detail: '' }
      let watchdog = setTimeout(() => socket.terminate(), CONNECT_WITHIN_MS)
      socket.on('unexpected-response', (_, response) => {
        end.status = response.statusCode ?? 0
        end.detail = `answered ${end.status}`
        socket.terminate()
      })
      socket.on('error', error => (end.detail ||= messageOf(error)))
      socket.on('close', (code, reason) => {
        clearTimeout(watchdog)
        end.detail ||= `closed: ${reason.toString() || String(code)}`
        resolve(end)
      })
      socket.on('message', data => {
        clearTimeout(watchdog)
        watchdog = setTimeout(() => socket.terminate(), SILENT_AFTER_MS)
        try {
          for (const line of (data as Buffer).toString('utf8').split('\n'))
            this.#hear(JSON.parse(line) as Message, socket, deliverEvent)
        } catch (error) {
          socket.terminate()
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
    })
  }

  #hear(message: Message, socket: WebSocket, deliverEvent: (event: FeedEvent) => void): void {
    if (message.event !== undefined) {
      this.#sequence = message.sequence ?? this.#sequence
      this.#deliver(message.event, deliverEvent)
      return
    }
    switch (message.type) {
      case 'hello':
        this.#greet(message, socket)
        break
      case 'subscribed':
        this.#attempts = 0
        this.#counts.connections++
        // What came between the two is not to be had any more.
        this.#lost = this.#sequence !== null && message.resumed !== true
        break
      case 'snapshot':
        if (this.#lost) this.#tellGap(deliverEvent, `lost while ${this.options.name} was away`)
        this.#sequence = message.sequence ?? null
        for (const event of message.events ?? []) this.#deliver(event, deliverEvent)
        break
      case 'at':
        this.#sequence = message.sequence ?? this.#sequence
        break
      case 'error':
        this.options.note(`${this.options.name}: ${message.message ?? 'refused'}`)
        break
      default:
    }
  }

  #greet({ epoch }: Message, socket: WebSocket): void {
    const { topics } = this.options
    const isSame = epoch !== undefined && epoch === this.#epoch
    const resume = isSame && this.#sequence !== null ? { from: this.#sequence, epoch } : {}
    this.#epoch = epoch ?? null
    socket.send(JSON.stringify({ op: 'subscribe', topics, policy: 'lossless', ...resume }))
  }

  #deliver(record: object, deliverEvent: (event: FeedEvent) => void): void {
    if (this.#stopped) return
    const event = checkedEvent(record)
    if (event === undefined) {
      if (this.#counts.refused++ === 0)
        this.options.note(`${this.options.name} sends what is no event; a gap stands for it`)
      this.#tellGap(deliverEvent, `${this.options.name} sent what is no event`)
      return
    }
    this.#counts.delivered++
    if (event.type === 'status') this.#streams.set(`${event.exchange}:${event.stream}`, event)
    deliverEvent(event)
  }

  #tellGap(deliverEvent: (event: FeedEvent) => void, detail: string): void {
    this.#lost = false
    const time = this.options.nowMicros()
    for (const { exchange, stream } of this.#streams.values()) {
      deliverEvent({ type: 'status', exchange, stream, state: 'gap', detail, time })
    }
  }

  #judge({ status, detail }: { readonly status: number; readonly detail: string }): void {
    const { name, giveUpAfter = Infinity } = this.options
    const isRefused = REFUSED.has(status)
    if (!isRefused && (this.#sequence !== null || ++this.#attempts < giveUpAfter)) return
    const hint =
      status === 401 ? "name the other side's token file with --token-file" : 'is genesis serve running there?'
    throw new UnreachableError('unreachable', `${name}: ${detail}`, { hint })
  }

  async #rest({ detail }: { readonly detail: string }): Promise<void> {
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#attempts) * (0.75 + Math.random() / 2)
    if (this.#sequence !== null) this.#attempts++
    this.options.note(`${this.options.name}: ${detail}, next attempt in ${(waitMs / 1000).toFixed(1)}s`)
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, waitMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #isStopped(): boolean {
    return this.#stopped
  }
}
