/** A ccxt that says what the test tells it to say. */
import type { CcxtExchange, CcxtLibrary, CcxtOptions } from '../../../src/feed/ccxt/library.js'

/** What the exchange has to say on a method for a symbol, in order; then nothing more. A function is called, so that it may throw. */
export type Script = Readonly<Record<string, readonly unknown[]>>

export class FakeNetworkError extends Error {}

export class FakeExchange implements CcxtExchange {
  closed = 0
  readonly calls: string[] = []
  markets: Record<string, unknown> | undefined = undefined
  readonly timeframes = { '1m': '1m', '1h': '1h' }
  private readonly positions = new Map<string, number>()

  constructor(
    private readonly script: Script,
    readonly has: Readonly<Record<string, unknown>>,
    readonly options: CcxtOptions,
  ) {}

  loadMarkets(): Promise<unknown> {
    this.markets = { 'BTC/USDT': {}, 'ETH/USDT': {} }
    return Promise.resolve(this.markets)
  }

  watchTrades(symbol: string): Promise<unknown> {
    return this.next(`watchTrades ${symbol}`)
  }

  watchTicker(symbol: string): Promise<unknown> {
    return this.next(`watchTicker ${symbol}`)
  }

  watchBidsAsks(symbols: readonly string[]): Promise<unknown> {
    return this.next(`watchBidsAsks ${symbols.join(',')}`)
  }

  watchOrderBook(symbol: string): Promise<unknown> {
    return this.next(`watchOrderBook ${symbol}`)
  }

  watchOHLCV(symbol: string, timeframe: string): Promise<unknown> {
    return this.next(`watchOHLCV ${symbol} ${timeframe}`)
  }

  close(): Promise<unknown> {
    this.closed++
    return Promise.resolve()
  }

  private async next(call: string): Promise<unknown> {
    this.calls.push(call)
    const position = this.positions.get(call) ?? 0
    this.positions.set(call, position + 1)
    const answer = this.script[call]?.[position]
    if (answer === undefined) return new Promise(() => undefined)
    await Promise.resolve()
    return typeof answer === 'function' ? (answer as () => unknown)() : answer
  }
}

export interface FakeLibrary extends CcxtLibrary {
  readonly created: FakeExchange[]
}

export const EVERYTHING = {
  watchTrades: true,
  watchTicker: true,
  watchBidsAsks: true,
  watchOrderBook: true,
  watchOHLCV: true,
}

export function fakeLibrary(script: Script, has: Readonly<Record<string, unknown>> = EVERYTHING): FakeLibrary {
  const created: FakeExchange[] = []
  return {
    created,
    ids: ['gate', 'kraken'],
    create: (id, options) => {
      if (id !== 'gate') return undefined
      const exchange = new FakeExchange(script, has, options)
      created.push(exchange)
      return exchange
    },
    isOfNetwork: error => error instanceof FakeNetworkError,
  }
}
