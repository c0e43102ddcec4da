/** Who hears what, in order: market events reach the desk first, then what the desk did reaches everyone else. */
import type { MarketEvent, Trade } from '../model/event.js'
import { parsePair } from '../model/symbol.js'
import type { TradingEvent } from '../model/trading.js'
import type { Micros } from '../model/time.js'
import type { Timer } from '../engine/clock.js'
import type { Desk } from '../trading/desk.js'
import type { Session } from './session.js'

/** What a command makes a desk do. */
export type Command = (desk: Desk) => readonly TradingEvent[]

const MOST_EARLY = 100

/** Opens a desk whose account counts in this asset. */
export type OpenDesk = (quoteAsset: string) => Desk

/**
 * Connects one strategy to the session. Its desk opens with the first market event, which says what it is quoted in, so that
 * a live run and the backtest of its tape begin alike.
 */
export class TradingPipeline {
  readonly #name: string
  #desk: Desk | null = null
  #timer: Timer | null = null
  #timerDue: Micros = Number.POSITIVE_INFINITY
  /** Commands that came before the desk. */
  readonly #early: Command[] = []

  constructor(
    private readonly session: Session,
    readonly strategy: string,
    private readonly openDesk: OpenDesk,
  ) {
    const { bus } = session
    const name = (this.#name = `strategy:${strategy}`)
    const first = { componentId: name, priority: 'critical', essential: true } as const
    bus.subscribe('trade', trade => this.#onTrade(trade), first)
    bus.subscribe('quote', quote => this.#after(this.#open(quote).onQuote(quote)), first)
    bus.subscribe('book', book => this.#after(this.#open(book).onBook(book)), first)
    bus.subscribe('candle', candle => this.#after(this.#open(candle).onCandle(candle)), first)
    bus.subscribe('funding', funding => this.#after(this.#open(funding).onFunding(funding)), first)
    bus.subscribe('status', status => this.#after(this.#desk?.onStatus(status) ?? NOTHING), first)
  }

  /** A trade fetched afterwards is of the past: it fills no order of the present, and no strategy saw it when it was news. */
  #onTrade(trade: Trade): void {
    if (trade.fetched !== true) this.#after(this.#open(trade).onTrade(trade))
  }

  /** null until the first market event. */
  get desk(): Desk | null {
    return this.#desk
  }

  /** A decision from outside. Before the first market event it waits for the desk to open. */
  command(command: Command): void {
    if (this.#desk !== null) this.#after(command(this.#desk))
    else if (this.#early.length < MOST_EARLY) this.#early.push(command)
  }

  /** The run is over: the strategy's last word. */
  finish(): void {
    if (this.#desk !== null) this.#after(this.#desk.stop())
  }

  #open(event: MarketEvent): Desk {
    if (this.#desk !== null) return this.#desk
    this.#desk = this.openDesk(parsePair(event.pair)?.quote ?? event.symbol)
    for (const command of this.#early.splice(0)) this.#after(command(this.#desk))
    return this.#desk
  }

  #after(events: readonly TradingEvent[]): void {
    for (const event of events) void this.session.bus.publish(event, this.#name)
    this.#arm()
  }

  /** Orders on their way arrive at their own time, whether or not a frame comes then. */
  #arm(): void {
    const due = this.#desk?.nextDue ?? Number.POSITIVE_INFINITY
    if (due === this.#timerDue) return
    const { clock } = this.session
    if (this.#timer !== null) clock.cancel(this.#timer)
    this.#timerDue = due
    this.#timer = due === Number.POSITIVE_INFINITY ? null : clock.schedule(due, () => this.#ring())
  }

  #ring(): void {
    this.#timer = null
    this.#timerDue = Number.POSITIVE_INFINITY
    this.#after(this.#desk?.advance(this.session.clock.now()) ?? NOTHING)
  }
}

const NOTHING: readonly TradingEvent[] = []
