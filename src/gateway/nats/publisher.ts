/** Puts the events of a run on a NATS stream, in order and each at least once, across lost connections and broker crashes. */
import { setTimeout as sleep } from 'node:timers/promises'
import { eventLine } from '../../model/event-line.js'
import type { FeedEvent } from '../../model/event.js'
import { GenesisError, UnreachableError, messageOf } from '../../model/errors.js'
import { parseNatsAddress, type NatsAddress } from './address.js'
import { connectBroker, ensureStream, type Broker } from './broker.js'
import { NamelessEvents } from './nameless.js'
import { Outbox, type Outgoing } from './outbox.js'
import { HEARING, isNameless, messageId, subjectOf } from './subject.js'

export interface PublisherOptions {
  readonly url: string
  readonly note: (text: string) => void
  /** Messages that may wait for the broker; 100,000 unless told. */
  readonly capacity?: number
}

/** `taken = confirmed + waiting + lost`, exactly; duplicates are among the confirmed. */
export interface PublisherReport {
  readonly stream: string
  readonly taken: number
  readonly confirmed: number
  /** Confirmed as copies of what another publisher, or an earlier attempt, had brought. */
  readonly duplicates: number
  readonly waiting: number
  /** Found no room while the broker was away. */
  readonly lost: number
  /** Confirmed by the broker, forgotten in its crash, and brought again. */
  readonly forgotten: number
  readonly connections: number
}

/** Sent and not yet confirmed. */
const WINDOW = 512
const CONFIRM_WITHIN_MS = 5_000
const RETAINED = 20_000
const SIZE = 128 * 1024 * 1024
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000
/** What waits at the end gets this long. */
const CLOSE_WITHIN_MS = 15_000

export class NatsPublisher {
  private readonly outbox: Outbox
  private readonly nameless = new NamelessEvents()
  private broker: Broker | null = null
  private inFlight = 0
  private isClosing = false
  private readonly counts = { taken: 0, confirmed: 0, duplicates: 0, lost: 0, forgotten: 0, connections: 0 }
  private readonly watchers = new Set<() => void>()

  private constructor(
    private readonly address: NatsAddress,
    private readonly options: PublisherOptions,
  ) {
    this.outbox = new Outbox({ capacity: options.capacity ?? 100_000, size: SIZE, retained: RETAINED })
  }

  /** @throws UsageError where the address is wrong or the client is missing, UnreachableError where no broker answers. */
  static async open(options: PublisherOptions): Promise<NatsPublisher> {
    const publisher = new NatsPublisher(parseNatsAddress(options.url), options)
    try {
      await publisher.connect()
    } catch (error) {
      if (error instanceof GenesisError) throw error
      const hint = 'is nats-server running there, with -js, and free for a stream of the subjects genesis.>?'
      throw new UnreachableError('nats_unreachable', `${publisher.address.server}: ${messageOf(error)}`, { hint })
    }
    return publisher
  }

  add(event: FeedEvent): void {
    this.counts.taken++
    const subject = subjectOf(event)
    const heard = isNameless(event) ? this.nameless.hear(event, subject) : null
    const id = messageId(event) + (heard?.suffix ?? '')
    const message = { id, subject, text: eventLine(event), hearing: heard?.hearing ?? null, sequence: null }
    if (this.outbox.add(message)) this.pump()
    else this.lose()
  }

  /** Resolves when there is room for what a source brings that can wait; null where there is room now. */
  drained(): Promise<void> | null {
    return this.outbox.isHalfFull ? this.drain() : null
  }

  report(): PublisherReport {
    return { stream: this.address.stream, ...this.counts, waiting: this.outbox.waiting }
  }

  /** Waits, within bounds, until everything is confirmed. */
  async close(): Promise<PublisherReport> {
    const deadline = performance.now() + CLOSE_WITHIN_MS
    while (this.outbox.waiting > 0 && performance.now() < deadline) await this.change(200)
    this.isClosing = true
    this.tell()
    await this.broker?.connection.close()
    if (this.outbox.waiting > 0) this.options.note(`NATS: ${this.outbox.waiting} events were not confirmed`)
    return this.report()
  }

  private async drain(): Promise<void> {
    while (this.outbox.isHalfFull && !this.isClosing) await this.change(1_000)
  }

  private async connect(): Promise<void> {
    const broker = await connectBroker(this.address)
    const last = await ensureStream(broker, this.address.stream).catch(async (error: unknown) => {
      await broker.connection.close()
      throw error
    })
    this.counts.forgotten += this.recount(this.outbox.rewind(last))
    this.counts.connections++
    this.inFlight = 0
    this.broker = broker
    void broker.connection.closed().then(() => this.lostConnection(broker))
    this.pump()
  }

  /** What was forgotten is confirmed no more. */
  private recount(forgotten: number): number {
    this.counts.confirmed = this.counts.taken - this.counts.lost - this.outbox.waiting
    return forgotten
  }

  private lostConnection(broker: Broker): void {
    if (this.broker !== broker) return
    this.broker = null
    if (!this.isClosing) void this.reconnect()
  }

  private async reconnect(): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; !this.isClosing; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      try {
        await this.connect()
        this.options.note(`NATS: connected again, ${this.outbox.waiting} events to send`)
        return
      } catch (error) {
        this.options.note(`NATS: ${messageOf(error)}`)
        await sleep(waitMs * (0.75 + Math.random() / 2), undefined, { ref: true })
      }
    }
  }

  private pump(): void {
    const { broker } = this
    while (broker !== null && this.inFlight < WINDOW) {
      const message = this.outbox.take()
      if (message === undefined) return
      this.inFlight++
      void this.send(broker, message)
    }
  }

  private async send(broker: Broker, message: Outgoing): Promise<void> {
    try {
      const { id: msgID, subject, text } = message
      const headers = broker.headers()
      if (message.hearing !== null) headers.set(HEARING, message.hearing)
      const options = { msgID, headers, timeout: CONFIRM_WITHIN_MS }
      const { seq, duplicate } = await broker.stream.publish(subject, text, options)
      // An answer over a connection that was given up: the message is on its way again.
      if (this.broker !== broker) return
      this.inFlight--
      this.counts.confirmed++
      if (duplicate) this.counts.duplicates++
      this.outbox.confirm(message, seq)
      this.tell()
      this.pump()
    } catch {
      // Whatever it was, the order is only safe on a new connection, from the first message that was not confirmed.
      if (this.broker === broker) await broker.connection.close()
    }
  }

  private lose(): void {
    if (this.counts.lost++ === 0)
      this.options.note('NATS: no room for more events while the broker is away; they are counted as lost')
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher()
    this.watchers.clear()
  }

  /** Resolves with the next confirmation, or after this long. */
  private change(withinMs: number): Promise<void> {
    return new Promise(resolve => {
      const timer = setTimeout(resolve, withinMs)
      this.watchers.add(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }
}
