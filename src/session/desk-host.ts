/** A desk on a session's clock: its first market event opens it, and it is woken when something of it is due. */
import type { Timer, VirtualClock } from '../engine/clock.js'
import type { MarketEvent } from '../model/event.js'
import { parsePair } from '../model/symbol.js'
import type { Micros } from '../model/time.js'
import type { TradingEvent } from '../model/trading.js'
import type { Desk } from '../trading/desk.js'

/** What a command makes a desk do. */
export type Command = (desk: Desk) => readonly TradingEvent[]

/** Opens a desk whose account counts in this asset. */
export type OpenDesk = (quoteAsset: string) => Desk

const MOST_EARLY = 100

export class DeskHost {
  #desk: Desk | null = null
  #timer: Timer | null = null
  #timerDue: Micros = Number.POSITIVE_INFINITY
  /** Commands that came before the desk. */
  readonly #early: Command[] = []

  /** @param tell hears what the desk did, in its order. */
  constructor(
    private readonly clock: VirtualClock,
    private readonly openDesk: OpenDesk,
    private readonly tell: (event: TradingEvent) => void,
  ) {}

  /** null until the first market event. */
  get desk(): Desk | null {
    return this.#desk
  }

  /** The desk, opened where it was not; the event says what it is quoted in. */
  at(event: MarketEvent): Desk {
    if (this.#desk !== null) return this.#desk
    this.#desk = this.openDesk(parsePair(event.pair)?.quote ?? event.symbol)
    for (const command of this.#early.splice(0)) this.after(command(this.#desk))
    return this.#desk
  }

  /** Tells what the desk did and sees to its next waking. */
  after(events: readonly TradingEvent[]): void {
    for (let index = 0; index < events.length; index++) this.tell(events[index] as TradingEvent)
    this.#arm()
  }

  /** A decision from outside. Before the first market event it waits for the desk to open. */
  command(command: Command): void {
    if (this.#desk !== null) this.after(command(this.#desk))
    else if (this.#early.length < MOST_EARLY) this.#early.push(command)
  }

  /** The run is over: the strategy's last word. */
  finish(): void {
    if (this.#desk !== null) this.after(this.#desk.stop())
  }

  /** Wakes the desk no more. */
  close(): void {
    if (this.#timer !== null) this.clock.cancel(this.#timer)
    this.#timer = null
  }

  /** Orders on their way arrive at their own time, whether or not a frame comes then. */
  #arm(): void {
    const due = this.#desk?.nextDue ?? Number.POSITIVE_INFINITY
    if (due === this.#timerDue) return
    if (this.#timer !== null) this.clock.cancel(this.#timer)
    this.#timerDue = due
    this.#timer = due === Number.POSITIVE_INFINITY ? null : this.clock.schedule(due, () => this.#ring())
  }

  #ring(): void {
    this.#timer = null
    this.#timerDue = Number.POSITIVE_INFINITY
    this.after(this.#desk?.advance(this.clock.now()) ?? NOTHING)
  }
}

const NOTHING: readonly TradingEvent[] = []
