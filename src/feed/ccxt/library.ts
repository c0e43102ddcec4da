/** The ccxt library as far as genesis uses it: loaded only when somebody asks for it, from wherever the user has installed it. */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/** An exchange of ccxt, with the methods that watch. Which of them it has is in `has`. */
export interface CcxtExchange {
  readonly has: Readonly<Record<string, unknown>>
  readonly markets: Readonly<Record<string, unknown>> | undefined
  readonly timeframes: Readonly<Record<string, unknown>> | undefined
  loadMarkets(): Promise<unknown>
  watchTrades(symbol: string): Promise<unknown>
  watchTicker(symbol: string): Promise<unknown>
  watchBidsAsks(symbols: readonly string[]): Promise<unknown>
  watchOrderBook(symbol: string): Promise<unknown>
  watchOHLCV(symbol: string, timeframe: string): Promise<unknown>
  close(): Promise<unknown>
}

export type CcxtOptions = Readonly<Record<string, unknown>>

export interface CcxtLibrary {
  /** Ids of the exchanges that can be watched. */
  readonly ids: readonly string[]
  /** @returns undefined where the library has no such exchange. */
  create(id: string, options: CcxtOptions): CcxtExchange | undefined
  /** Whether an error speaks of the connection, so that trying again makes sense. */
  isOfNetwork(error: unknown): boolean
}

export type LoadCcxt = () => Promise<CcxtLibrary>

/** @throws the error of Node where it is not installed. */
export async function loadCcxt(): Promise<CcxtLibrary> {
  return libraryOf(await imported('ccxt'))
}

/** Beside genesis, or in the project that the user stands in. */
async function imported(name: string): Promise<unknown> {
  try {
    return await import(name)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    const require = createRequire(`${process.cwd()}/anything.js`)
    return import(pathToFileURL(require.resolve(name)).href)
  }
}

type Constructor = new (options: CcxtOptions) => CcxtExchange

/** What the module holds is another party's; only what is used of it is looked at. */
export function libraryOf(module: unknown): CcxtLibrary {
  const { default: fallback, pro, NetworkError } = module as Record<string, unknown>
  const own = (pro ?? (fallback as Record<string, unknown> | undefined)?.['pro']) as Record<string, unknown>
  const failure = NetworkError ?? (fallback as Record<string, unknown> | undefined)?.['NetworkError']
  const ids = Object.keys(own).filter(name => /^[a-z]/.test(name) && typeof own[name] === 'function')
  return {
    ids,
    create: (id, options) => (ids.includes(id) ? new (own[id] as Constructor)(options) : undefined),
    isOfNetwork: error => typeof failure === 'function' && error instanceof failure,
  }
}
