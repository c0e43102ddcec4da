/** Bitfinex' channels: how they are named in requests, and which number stands for which of them. */
import type { Stream } from '../../model/stream.js'
import { own, type JsonObject } from '../../wire/json.js'

export const BITFINEX_INTERVALS: ReadonlyMap<string, string> = new Map([
  ['1m', '1m'], ['5m', '5m'], ['15m', '15m'], ['30m', '30m'], ['1h', '1h'], ['3h', '3h'], ['6h', '6h'], ['12h', '12h'], ['1d', '1D'],
  ['1w', '1W'], ['14d', '14D'], ['1M', '1M'],
]) // prettier-ignore

export interface BitfinexChannel {
  /** `none` for what genesis does not report: funding currencies and books of single orders. */
  readonly kind: 'trades' | 'ticker' | 'book' | 'candles' | 'deriv' | 'liquidations' | 'none'
  /** `trades:tBTCUSD`, `candles:trade:1m:tBTCUSD`, `status:liq:global`. */
  readonly topic: string
  readonly symbol: string
  /** Candles only, in unified spelling. */
  readonly interval: string
}

/** The channel that a request, an acknowledgement or a refusal names; undefined where it names none. */
export function namedChannel(message: JsonObject): BitfinexChannel | undefined {
  const text = (key: string): string | undefined => {
    const value = own(message, key)
    return typeof value === 'string' ? value : undefined
  }
  const channel = text('channel')
  const key = text('key')
  const pair = text('pair')
  const symbol = text('symbol') ?? (pair === undefined ? undefined : `t${pair}`)
  const name = channel === 'candles' || channel === 'status' ? key : symbol
  if (channel === undefined || name === undefined) return undefined
  const topic = `${channel}:${name}`
  if (channel === 'candles') return candleChannel(topic, name)
  if (channel === 'status') return statusChannel(topic, name)
  const reported = name.startsWith('t') && text('prec') !== 'R0'
  const kind = reported && (channel === 'trades' || channel === 'ticker' || channel === 'book') ? channel : 'none'
  return { kind, topic, symbol: name, interval: '' }
}

/** `trade:1m:tBTCUSD`. */
function candleChannel(topic: string, key: string): BitfinexChannel {
  const [, wire = '', symbol = ''] = /^trade:(\w+):(t.+)$/.exec(key) ?? []
  const interval = [...BITFINEX_INTERVALS].find(([, name]) => name === wire || (wire === '7D' && name === '1W'))?.[0]
  return { kind: interval === undefined ? 'none' : 'candles', topic, symbol, interval: interval ?? '' }
}

function statusChannel(topic: string, key: string): BitfinexChannel {
  if (key === 'liq:global') return { kind: 'liquidations', topic, symbol: '', interval: '' }
  const symbol = key.replace(/^deriv:/, '')
  return { kind: symbol === key ? 'none' : 'deriv', topic, symbol, interval: '' }
}

/** What names a stream's channel in requests, and no more. */
export function requestOf(stream: Stream): Readonly<Record<string, string>> {
  switch (stream.channel) {
    case 'trade':
    case 'aggTrade':
      return { channel: 'trades', symbol: stream.symbol }
    case 'book':
    case 'book5':
    case 'book10':
    case 'book20':
      return { channel: 'book', symbol: stream.symbol }
    case 'quote':
    case 'ticker':
      return { channel: 'ticker', symbol: stream.symbol }
    case 'candle': {
      const interval = BITFINEX_INTERVALS.get(stream.interval ?? '') ?? stream.interval ?? ''
      return { channel: 'candles', key: `trade:${interval}:${stream.symbol}` }
    }
    case 'funding':
    case 'openInterest':
      return { channel: 'status', key: `deriv:${stream.symbol}` }
    case 'liquidation':
      return { channel: 'status', key: 'liq:global' }
  }
}

export function bitfinexTopic(stream: Stream): string {
  const { channel = '', symbol, key } = requestOf(stream)
  return `${channel}:${symbol ?? key ?? ''}`
}

const MOST_CHANNELS = 10_000

/**
 * The numbers by which Bitfinex calls channels, as seen in acknowledgements. Unsubscribing needs the number, and an
 * exchange in a box must know whose a message is; nothing that is decoded depends on it.
 */
class ChannelNumbers {
  private readonly topics = new Map<string, string>()

  learn(number: string, topic: string): void {
    if (this.topics.size >= MOST_CHANNELS) this.topics.clear()
    this.topics.delete(number)
    this.topics.set(number, topic)
  }

  forget(number: string): void {
    this.topics.delete(number)
  }

  topicOf(number: string): string | undefined {
    return this.topics.get(number)
  }

  /** All numbers of a topic: with two lines open it has two. */
  of(topic: string): string[] {
    return [...this.topics].flatMap(([number, name]) => (name === topic ? [number] : []))
  }
}

export const channelNumbers = new ChannelNumbers()
