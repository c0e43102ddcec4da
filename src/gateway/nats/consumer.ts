/** A NATS stream as a source of events: from a time, a number or the present, each event once, across crashes of the broker. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, ConsumerConfig, ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import { GenesisError, UnreachableError, messageOf } from '../../model/errors.js'
import type { FeedEvent } from '../../model/event.js'
import type { Stream } from '../../model/stream.js'
import { EventLines } from '../../session/event-lines.js'
import type { RunSource } from '../../session/run.js'
import { parseNatsAddress, type NatsAddress } from './address.js'
import { AlignedCopies, parseHearing } from './aligned-copies.js'
import { connectBroker, lastSequence, type Broker } from './broker.js'
import { OlderBooks } from './older-books.js'
import { Places } from './places.js'
import { SeenIds } from './seen-ids.js'
import { ALL_SUBJECTS, HEARING, subjectOfStream } from './subject.js'

export interface NatsConsumerOptions {
  readonly url: string
  readonly streams: readonly Stream[]
  readonly note: (text: string) => void
  readonly giveUpAfter?: number
}

/** `received = delivered + duplicates + copies + older + refused`, exactly. */
export interface NatsConsumerReport {
  readonly received: number
  readonly delivered: number
  /** Came again: past the broker's own window, or after a reconnection. */
  readonly duplicates: number
  /** Brought by a second collector, of events that have no name: see {@link AlignedCopies}. */
  readonly copies: number
  /** Book snapshots of another collector that were older than the book. */
  readonly older: number
  /** No events of the market. */
  readonly refused: number
  readonly connections: number
}

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000
const GIVE_UP_AFTER = 6
/** Fetched ahead. */
const AHEAD = 1_000
const SAVE_EVERY_MS = 1_000
const IDLE_NANOS = 60e9

export class NatsConsumer implements RunSource {
  private readonly address: NatsAddress
  private readonly places: Places | null
  private readonly seen = new SeenIds(200_000)
  private readonly books = new OlderBooks()
  private readonly aligned = new AlignedCopies()
  private readonly lines = new EventLines()
  private broker: Broker | null = null
  private messages: ConsumerMessages | null = null
  private isStopped = false
  /** Number of the last message taken. */
  private last = 0
  private readonly counts = {
    received: 0,
    delivered: 0,
    duplicates: 0,
    copies: 0,
    older: 0,
    refused: 0,
    connections: 0,
  }

  /** @throws UsageError where the address is wrong. */
  constructor(private readonly options: NatsConsumerOptions) {
    this.address = parseNatsAddress(options.url)
    const { stream, durable } = this.address
    this.places = durable === null ? null : new Places(stream, durable)
  }

  /** @throws UsageError where the client is missing, UnreachableError where the broker or the stream was never there. */
  async run(_: unknown, deliverEvent: (event: FeedEvent) => void): Promise<void> {
    const { giveUpAfter = GIVE_UP_AFTER } = this.options
    for (let failures = 0; !this.hasStopped();) {
      try {
        await this.consume(deliverEvent, () => (failures = 0))
      } catch (error) {
        if (error instanceof GenesisError || this.hasStopped()) throw error
        this.options.note(`NATS: ${messageOf(error)}`)
        if (++failures >= giveUpAfter && this.counts.connections === 0) {
          throw new UnreachableError('nats_unreachable', `${this.address.server}: ${messageOf(error)}`, {
            hint: 'is nats-server running there, with -js, and does somebody publish?',
          })
        }
      }
      if (!this.hasStopped()) await sleep(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures))
    }
  }

  async stop(): Promise<void> {
    this.isStopped = true
    this.messages?.stop()
    await this.savePlace()
    await this.broker?.connection.close().catch(() => undefined)
  }

  account(): NatsConsumerReport {
    return { ...this.counts }
  }

  /** One connection, to its end. */
  private async consume(deliverEvent: (event: FeedEvent) => void, reached: () => void): Promise<void> {
    const broker = await connectBroker(this.address)
    this.broker = broker
    const saving = setInterval(() => void this.savePlace(), SAVE_EVERY_MS)
    try {
      if (this.last === 0) this.last = (await this.places?.load(broker)) ?? 0
      const messages = await (await this.open(broker)).consume({ max_messages: AHEAD })
      this.messages = messages
      this.counts.connections++
      reached()
      void broker.connection.closed().then(() => messages.stop())
      for await (const message of messages) {
        if (this.hasStopped()) return
        this.take(message, deliverEvent)
      }
    } finally {
      clearInterval(saving)
      await broker.connection.close().catch(() => undefined)
    }
  }

  /** What fails here is saved the next time; at worst a second's events come again. */
  private async savePlace(): Promise<void> {
    if (this.broker !== null && this.last > 0) await this.places?.save(this.broker, this.last).catch(() => undefined)
  }

  private async open(broker: Broker): Promise<Consumer> {
    const { stream } = this.address
    const newest = await lastSequence(broker.manager, stream)
    if (newest === null) throw new Error(`there is no stream ${stream} yet`)
    const [only, ...others] = this.options.streams
    const { name } = await broker.manager.consumers.add(stream, {
      ...this.startConfig(newest),
      ack_policy: 'none',
      inactive_threshold: IDLE_NANOS,
      mem_storage: true,
      filter_subject: only === undefined || others.length > 0 ? ALL_SUBJECTS : subjectOfStream(only),
    })
    return broker.stream.consumers.get(stream, name)
  }

  /** Behind the last message taken; from there too where the broker has forgotten some, since they will be brought again. */
  private startConfig(newest: number): Partial<ConsumerConfig> {
    const { start } = this.address
    if (this.last > 0) return { deliver_policy: 'by_start_sequence', opt_start_seq: Math.min(this.last, newest) + 1 }
    if (start === 'all' || start === 'new') return { deliver_policy: start }
    if ('sequence' in start) return { deliver_policy: 'by_start_sequence', opt_start_seq: start.sequence }
    return { deliver_policy: 'by_start_time', opt_start_time: start.time }
  }

  private take(message: JsMsg, deliverEvent: (event: FeedEvent) => void): void {
    this.counts.received++
    this.last = message.seq
    const id = message.headers?.get('Nats-Msg-Id') ?? ''
    if (id !== '' && !this.seen.add(id)) {
      this.counts.duplicates++
      return
    }
    const event = this.lines.read(message.string())
    if (event === undefined) this.counts.refused++
    else if (this.aligned.isCopy(event, parseHearing(message.headers?.get(HEARING) ?? ''))) this.counts.copies++
    else if (this.books.isOlder(event)) this.counts.older++
    else {
      this.counts.delivered++
      deliverEvent(event)
    }
  }

  private hasStopped(): boolean {
    return this.isStopped
  }
}
