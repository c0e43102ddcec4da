/** What the public topics of KuCoin say, one function for each kind of message. */
import type { BookUpdate, Decoded, Level } from '../../model/event.js'
import {
  exactNumber,
  exactNumberWithExponent,
  exactPrice,
  exactSize,
  idText,
  sequenceNumber,
} from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import { asArray, asObject, asString, own, type Json, type JsonObject } from '../../wire/json.js'
import { epochMicros } from './epoch.js'
import { kucoinPair } from './kucoin-names.js'
import { unexpected } from './unexpected.js'
import { ignored, orNull, volumeOrNull } from './wire-fields.js'

export interface KucoinMessage {
  /** What stands after the colon of the topic. */
  readonly name: string
  readonly subject: string
  readonly data: JsonObject
  readonly received: Micros
}

/** What every event begins with. @throws DecodeError `symbol`. */
export function headOf(symbol: string): { exchange: string; symbol: string; pair: string } {
  const pair = kucoinPair(symbol)
  if (pair === undefined) throw unexpected('symbol', symbol, 'symbol')
  return { exchange: 'kucoin', symbol, pair }
}

/** The symbol stands in the data or, where not, in the topic. */
export function namedHead({ name, data }: KucoinMessage): ReturnType<typeof headOf> {
  return headOf(asString(own(data, 'symbol') ?? name, 'symbol'))
}

/** Spot counts nanoseconds as text in `time`, contracts as a number in `ts`; the side is the taker's. Contracts count in lots. */
export function tradeOf(message: KucoinMessage): Decoded {
  const { data, received } = message
  const side = own(data, 'side')
  if (side !== 'buy' && side !== 'sell') throw unexpected('side', side)
  return {
    type: 'trade',
    ...namedHead(message),
    id: idText(own(data, 'tradeId'), 'tradeId'),
    price: exactPrice(own(data, 'price'), 'price'),
    size: exactSize(own(data, 'size'), 'size'),
    side,
    time: epochMicros(own(data, 'time') ?? own(data, 'ts'), 'ns', 'time'),
    received,
  }
}

/** A batch of changes with the numbers it covers. */
export function spotDelta(message: KucoinMessage): BookUpdate {
  const { data, received } = message
  const changes = asObject(own(data, 'changes'), 'changes')
  const time = own(data, 'time')
  return {
    ...bookHead(message),
    kind: 'delta',
    first: sequenceNumber(own(data, 'sequenceStart'), 'sequenceStart'),
    last: sequenceNumber(own(data, 'sequenceEnd'), 'sequenceEnd'),
    bids: changesOf(own(changes, 'bids')),
    asks: changesOf(own(changes, 'asks')),
    time: time === undefined ? received : epochMicros(time, 'ms', 'time'),
    received,
  }
}

/** `[price, size, sequence]`: in order of their numbers the last one of a price wins. A price of 0 only uses up its number. */
function changesOf(side: Json | undefined): Level[] {
  return asArray(side, 'changes')
    .map(entry => {
      const change = asArray(entry, 'change')
      return { level: change, sequence: sequenceNumber(change[2], 'sequence') }
    })
    .sort((left, right) => left.sequence - right.sequence)
    .filter(({ level }) => exactNumber(level[0], 'price') !== 0)
    .map(({ level }) => levelOf(level))
}

/** One change, `price,side,size`. */
export function contractDelta(message: KucoinMessage): BookUpdate {
  const { data, received } = message
  const sequence = sequenceNumber(own(data, 'sequence'), 'sequence')
  const [price, side, size] = asString(own(data, 'change'), 'change').split(',')
  if (side !== 'buy' && side !== 'sell') throw unexpected('side', side)
  const level: Level[] =
    exactNumber(price, 'price') === 0 ? [] : [[exactPrice(price, 'price'), exactSize(size, 'size')]]
  return {
    ...bookHead(message),
    kind: 'delta',
    first: sequence,
    last: sequence,
    bids: side === 'buy' ? level : [],
    asks: side === 'sell' ? level : [],
    time: epochMicros(own(data, 'timestamp'), 'ms', 'timestamp'),
    received,
  }
}

/** The book by REST. */
export function fullBook(message: KucoinMessage): BookUpdate {
  const { data, received } = message
  const sequence = sequenceNumber(own(data, 'sequence'), 'sequence')
  const [spot, contract] = [own(data, 'time'), own(data, 'ts')]
  return {
    ...bookHead(message),
    kind: 'snapshot',
    first: sequence,
    last: sequence,
    ...sidesOf(data),
    time: spot !== undefined ? epochMicros(spot, 'ms', 'time') : epochMicros(contract, 'ns', 'ts'),
    received,
  }
}

/** The best five or fifty levels; contracts number them, spot does not. */
export function partialBook(message: KucoinMessage): BookUpdate {
  const { data, received } = message
  const sequence = orNull(own(data, 'sequence'), value => sequenceNumber(value, 'sequence'))
  const time = epochMicros(own(data, 'timestamp'), 'ms', 'timestamp')
  return { ...bookHead(message), kind: 'partial', first: sequence, last: sequence, ...sidesOf(data), time, received }
}

function bookHead(message: KucoinMessage) {
  return { type: 'bookUpdate', ...namedHead(message), previous: null, checksum: null, texts: null } as const
}

/** A side without levels may come as null. */
function sidesOf(data: JsonObject): { bids: Level[]; asks: Level[] } {
  const levels = (side: string): Level[] =>
    asArray(own(data, side) ?? [], side).map(level => levelOf(asArray(level, side)))
  return { bids: levels('bids'), asks: levels('asks') }
}

function levelOf(level: readonly Json[]): Level {
  return [exactPrice(level[0], 'price'), exactSize(level[1], 'size')]
}

/** Best bid and ask; for all symbols at once the symbol stands in `subject`. An empty side has no price; half a quote is no quote. */
export function quoteOf({ name, subject, data, received }: KucoinMessage): Decoded {
  const head = headOf(name === 'all' ? subject : name)
  const [bid, ask] = [bestOf(data, 'Bid', 'bids'), bestOf(data, 'Ask', 'asks')]
  if (!bid || !ask) return ignored('quote with an empty side')
  const time = own(data, 'time') ?? own(data, 'timestamp')
  return {
    type: 'quote',
    ...head,
    bid: bid[0],
    bidSize: bid[1],
    ask: ask[0],
    askSize: ask[1],
    time: time === undefined ? epochMicros(own(data, 'ts'), 'ns', 'ts') : epochMicros(time, 'ms', 'time'),
    received,
  }
}

/** Spot tickers say `bestBid`, contracts `bestBidPrice`, level 1 a list `bids`. */
function bestOf(data: JsonObject, side: 'Bid' | 'Ask', list: string): Level | undefined {
  const pair = own(data, list)
  const [price, size] = Array.isArray(pair)
    ? pair
    : [own(data, `best${side}`) ?? own(data, `best${side}Price`), own(data, `best${side}Size`)]
  if (price === undefined || price === null || price === '' || exactNumber(price, `best${side}`) === 0) return undefined
  return levelOf([price, size ?? null])
}

/** The last 24 hours. Spot wraps the figures once more, and a market's topic (`BTC`) sends them for each of its symbols. */
export function lastDay(message: KucoinMessage): Decoded {
  const { data, received } = message
  const inner = own(data, 'data')
  const spot = inner === undefined ? undefined : asObject(inner, 'data')
  const figures = spot ?? data
  const head = spot === undefined ? namedHead(message) : headOf(asString(own(spot, 'symbol'), 'symbol'))
  const figure = (key: string): number | null => orNull(own(figures, key), value => exactNumberWithExponent(value, key))
  const last = figure(spot ? 'lastTradedPrice' : 'lastPrice')
  if (last === null) return ignored('ticker without a price')
  return {
    type: 'ticker',
    ...head,
    last,
    open: figure('open'),
    high: figure(spot ? 'high' : 'highPrice'),
    low: figure(spot ? 'low' : 'lowPrice'),
    volume: volumeOrNull(own(figures, spot ? 'vol' : 'volume'), 'volume'),
    time: spot ? epochMicros(own(spot, 'datetime'), 'ms', 'datetime') : epochMicros(own(data, 'ts'), 'ns', 'ts'),
    received,
  }
}

/** A contract's funding rate as it is forming; mark prices come apart from it and are not reported. */
export function fundingRate(message: KucoinMessage): Decoded {
  const { data, received, subject } = message
  if (subject !== 'funding.rate') return ignored(subject)
  return {
    type: 'funding',
    ...namedHead(message),
    rate: exactNumberWithExponent(own(data, 'fundingRate'), 'fundingRate'),
    markPrice: null,
    nextFunding: null,
    time: epochMicros(own(data, 'timestamp'), 'ms', 'timestamp'),
    received,
  }
}
