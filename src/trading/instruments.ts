/** The instruments a desk has seen, with their rules. */
import { GenesisError } from '../model/errors.js'
import { marketOf, type Market, type RuleSource } from './market.js'

export interface Instrument {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

export class Instruments {
  private readonly markets = new Map<string, Map<string, Market>>()
  /** The one seen last; requests that name none mean it. */
  latest: Instrument | undefined

  constructor(private readonly rules: RuleSource = () => undefined) {}

  /** @returns whether the event is of another instrument than the one before it. @throws GenesisError where its pair is none. */
  see(event: Instrument): boolean {
    const { latest } = this
    if (latest?.symbol === event.symbol && latest.exchange === event.exchange) return false
    this.latest = event
    this.learn(event)
    return true
  }

  find(exchange: string, symbol: string): Market | undefined {
    return this.markets.get(exchange)?.get(symbol)
  }

  /** @throws GenesisError where no event of it has been seen. */
  readonly market = (exchange: string, symbol: string): Market => {
    const market = this.find(exchange, symbol)
    if (market === undefined) {
      throw new GenesisError('instrument_unknown', `nothing has been received of ${exchange}:${symbol}`, undefined, {
        hint: 'subscribe to the instrument before trading it',
      })
    }
    return market
  }

  private learn({ exchange, symbol, pair }: Instrument): void {
    if (this.find(exchange, symbol) !== undefined) return
    const market = marketOf({ exchange, symbol, pair }, this.rules(exchange, symbol))
    if (market === undefined)
      throw new GenesisError('instrument_pair', `${exchange}:${symbol}: ${pair} is no unified pair`)
    const symbols = this.markets.get(exchange) ?? new Map<string, Market>()
    symbols.set(symbol, market)
    this.markets.set(exchange, symbols)
  }
}
