/** Streams as users name them: `[exchange:]symbol@channel`. */

/** The unified channels of the contract; `book5`, `candle_1m` and their kin carry a parameter. */
export const CHANNELS = [
  'trade',
  'aggTrade',
  'quote',
  'book',
  'book5',
  'book10',
  'book20',
  'candle',
  'ticker',
  'liquidation',
  'funding',
  'openInterest',
] as const

export type Channel = (typeof CHANNELS)[number]

/** One subscription: an exchange's symbol and a unified channel. */
export interface Stream {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly channel: Channel
  /** Candles only: `1m`, `1h` … */
  readonly interval: string | null
  /** As the user wrote it, without the exchange: `btcusdt@depth@100ms`. */
  readonly name: string
}

export interface StreamText {
  readonly exchange: string | null
  readonly symbol: string
  readonly channel: string
}

/** Splits `[exchange:]symbol@channel`; a colon after the first slash belongs to a unified perpetual (`BTC/USDT:USDT`). */
export function splitStream(text: string): StreamText | undefined {
  const match = /^(?:(ccxt:[a-z0-9]+|[a-z][a-z0-9-]*):)?([^@\s]+)@(\S+)$/i.exec(text)
  if (!match) return undefined
  const [, exchange, symbol = '', channel = ''] = match
  return { exchange: exchange === undefined ? null : exchange.toLowerCase(), symbol, channel }
}

const INTERVAL = /^(?:candle|kline)_(\d{1,3}(?:us|ms|s|m|h|d|w|M))$/

const ALIASES: ReadonlyMap<string, Channel> = new Map<string, Channel>(
  Object.entries({
    trade: 'trade',
    aggtrade: 'aggTrade',
    quote: 'quote',
    bookticker: 'quote',
    book: 'book',
    depth: 'book',
    book5: 'book5',
    book10: 'book10',
    book20: 'book20',
    depth5: 'book5',
    depth10: 'book10',
    depth20: 'book20',
    ticker: 'ticker',
    miniticker: 'ticker',
    liquidation: 'liquidation',
    forceorder: 'liquidation',
    funding: 'funding',
    markprice: 'funding',
    openinterest: 'openInterest',
  } as const),
)

/** Reads a channel in unified or Binance spelling; `@100ms` and `@1000ms` after `depth` are accepted and fold into it. */
export function parseChannel(text: string): { channel: Channel; interval: string | null } | undefined {
  const interval = INTERVAL.exec(text)?.[1]
  if (interval !== undefined) return { channel: 'candle', interval }
  const base = text.replace(/^(depth(?:5|10|20)?|markPrice)@(?:100ms|250ms|500ms|1000ms|1s|3s)$/i, '$1')
  const channel = ALIASES.get(base.toLowerCase())
  return channel === undefined ? undefined : { channel, interval: null }
}

/** Spellings a user can choose from, for messages. */
export const CHANNEL_SPELLINGS: readonly string[] = [
  ...CHANNELS.map(channel => (channel === 'candle' ? 'candle_<interval>' : channel)),
]
