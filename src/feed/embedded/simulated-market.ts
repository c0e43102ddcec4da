/** A seeded market of many symbols in virtual time: the same seed, start and rate give the same messages, byte for byte. */
import { TimerHeap } from '../../engine/timer-heap.js'
import type { Micros } from '../../model/time.js'
import { SymbolMarket, type MessageSink } from './symbol-market.js'
import { profileOf } from './symbol-profile.js'

export interface SimulatedMarketOptions {
  readonly seed: number | string
  readonly start: Micros
  /** Trades per second and symbol, on average. */
  readonly rate: number
}

/** Symbols kept at most; each costs memory for its book and its newest trades. */
const MOST_SYMBOLS = 2_000

/** Symbols are listed when they are first asked for, and trade from then on. */
export class SimulatedMarket {
  private readonly symbols = new Map<string, SymbolMarket>()
  private readonly due = new TimerHeap()
  private time: Micros

  constructor(private readonly options: SimulatedMarketOptions) {
    this.time = options.start
  }

  get now(): Micros {
    return this.time
  }

  /** Names listed so far. */
  listed(): readonly string[] {
    return [...this.symbols.keys()]
  }

  /** The market of a symbol (upper case), listed now where it was not; undefined where there can be no such symbol. */
  market(symbol: string): SymbolMarket | undefined {
    const listed = this.symbols.get(symbol)
    if (listed !== undefined) return listed
    const profile = this.symbols.size < MOST_SYMBOLS ? profileOf(symbol) : undefined
    if (profile === undefined) return undefined
    const market = new SymbolMarket(profile, this.options.seed, this.time, this.options.rate)
    this.symbols.set(symbol, market)
    this.await(market)
    return market
  }

  /** Lets everything happen that is due by `time`, in order. @returns false where `mostSteps` were not enough. */
  advanceTo(time: Micros, sink: MessageSink, mostSteps = Number.POSITIVE_INFINITY): boolean {
    for (let steps = 0; steps < mostSteps; steps++) {
      const timer = this.due.takeDue(time)
      if (timer === undefined) {
        if (time > this.time) this.time = time
        return true
      }
      this.time = timer.due
      this.sink = sink
      timer.fire()
    }
    return false
  }

  private sink: MessageSink | undefined

  private await(market: SymbolMarket): void {
    const step = (): void => {
      if (this.sink !== undefined) market.step(this.sink)
      this.due.add(market.nextDue, step)
    }
    this.due.add(market.nextDue, step)
  }
}
