/** Who hears what, in order: market events reach the desk first, then what the desk did reaches everyone else. */
import type { Desk } from '../trading/desk.js'
import { DeskHost, type Command, type OpenDesk } from './desk-host.js'
import type { Session } from './session.js'

export type { Command, OpenDesk } from './desk-host.js'

/**
 * Connects one strategy to the session. Its desk opens with the first market event, which says what it is quoted in, so that
 * a live run and the backtest of its tape begin alike.
 */
export class TradingPipeline {
  readonly #host: DeskHost

  constructor(
    session: Session,
    readonly strategy: string,
    openDesk: OpenDesk,
  ) {
    const { bus, clock } = session
    const name = `strategy:${strategy}`
    const host = (this.#host = new DeskHost(clock, openDesk, event => void bus.publish(event, name)))
    const first = { componentId: name, priority: 'critical', essential: true } as const
    bus.subscribe('trade', trade => host.after(host.at(trade).onTrade(trade)), first)
    bus.subscribe('quote', quote => host.after(host.at(quote).onQuote(quote)), first)
    bus.subscribe('book', book => host.after(host.at(book).onBook(book)), first)
    bus.subscribe('candle', candle => host.after(host.at(candle).onCandle(candle)), first)
    bus.subscribe('funding', funding => host.after(host.at(funding).onFunding(funding)), first)
    bus.subscribe('status', status => void host.desk?.onStatus(status), first)
  }

  /** null until the first market event. */
  get desk(): Desk | null {
    return this.#host.desk
  }

  /** A decision from outside. Before the first market event it waits for the desk to open. */
  command(command: Command): void {
    this.#host.command(command)
  }

  /** The run is over: the strategy's last word. */
  finish(): void {
    this.#host.finish()
  }
}
