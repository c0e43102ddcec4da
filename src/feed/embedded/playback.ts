/** A recording in its own time, faster, or as fast as its listeners take it. */
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import type { Micros } from '../../model/time.js'
import { MICROS_PER_MS } from '../../model/time.js'

/** One message as an exchange sent it. */
export interface RecordedMessage {
  /** When it was received. */
  readonly time: Micros
  readonly text: string
}

export type RecordedMessages = Iterable<RecordedMessage> | AsyncIterable<RecordedMessage>

export interface PlaybackHall {
  /** Whether anybody has subscribed to anything. */
  readonly hasAudience: boolean
  /** Grows with every subscription. */
  readonly subscriptions: number
  /** Bytes that the slowest listener has not taken yet. */
  readonly pendingBytes: number
  play(message: RecordedMessage): void
  /** Many messages follow each other now, or no longer. */
  gather(): void
  flush(): void
}

const MESSAGES_PER_TURN = 256
const MOST_PENDING_BYTES = 1024 * 1024
/** Clients that subscribe piece by piece get this long between two pieces before the first message, and so long in all. */
const SETTLE_MS = 150
const SETTLE_AT_MOST_MS = 2_000
const POLL_MS = 5

export class Playback {
  played = 0
  isFinished = false
  private isStopped = false
  private inTurn = 0

  /** @param speed recorded seconds per second; Infinity for as fast as possible, which waits while nobody listens. */
  constructor(
    private readonly messages: () => RecordedMessages,
    private readonly hall: PlaybackHall,
    private readonly speed: number,
  ) {}

  /** Resolves when the last message was played, or after {@link stop}. */
  async run(): Promise<void> {
    await this.audience()
    try {
      await this.playAll()
      this.isFinished = !this.isStopped
    } finally {
      this.hall.flush()
    }
  }

  stop(): void {
    this.isStopped = true
  }

  private async playAll(): Promise<void> {
    const startedAt = performance.now()
    let first: Micros | undefined
    for await (const message of this.messages()) {
      first ??= message.time
      await this.due(startedAt + (message.time - first) / MICROS_PER_MS / this.speed)
      if (this.isStopped) return
      this.hall.play(message)
      this.played++
    }
  }

  /** Waits until somebody has subscribed and seems to have subscribed everything. */
  private async audience(): Promise<void> {
    while (!this.isStopped && !this.hall.hasAudience) await pause(POLL_MS)
    const deadline = performance.now() + SETTLE_AT_MOST_MS
    let known = -1
    let since = 0
    while (!this.isStopped && performance.now() < deadline) {
      if (this.hall.subscriptions !== known) [known, since] = [this.hall.subscriptions, performance.now()]
      if (performance.now() - since >= SETTLE_MS) return
      await pause(POLL_MS)
    }
  }

  private async due(at: number): Promise<void> {
    if (this.speed === Number.POSITIVE_INFINITY) {
      if (this.inTurn++ === 0) this.hall.gather()
      if (this.inTurn < MESSAGES_PER_TURN) return
      this.endTurn()
      await turn()
      while (!this.isStopped && (!this.hall.hasAudience || this.hall.pendingBytes > MOST_PENDING_BYTES)) {
        await pause(1)
      }
      return
    }
    for (let left = at - performance.now(); left > 1 && !this.isStopped; left = at - performance.now()) {
      // Short enough to notice a stop, whatever the recording's pauses are.
      await pause(Math.min(left, 250))
    }
    if (++this.inTurn % MESSAGES_PER_TURN === 0) await turn()
  }

  private endTurn(): void {
    this.hall.flush()
    this.inTurn = 0
  }
}
