/** What the messages of the Binance family that carry the volume say, declared for reading them from their bytes; {@link BinanceDecoder} is the general way. */
import type { BookUpdate, Candle, Decoded, Level, Quote, Trade } from '../../model/event.js'
import type { Instrument } from '../../model/instrument.js'
import { flag, id, integer, list, optional, price, rule, size, text, type Field, type Rule } from '../../wire/field.js'
import { Layouts } from '../../wire/layout.js'
import { sentPair, type Naming } from './binance-symbols.js'

/** The layouts of one exchange, in combined frames (`{"stream","data"}`) and raw ones. */
export function binanceLayouts(exchange: string, instrument: Naming): Layouts {
  const symbolAt = (path: string): Field<Instrument> => text(path, symbol => named(symbol, instrument))
  const combined: Source = { exchange, root: 'data.', symbolAt, kind: optional(text('stream', deltaKind)) }
  const raw: Source = { exchange, root: '', symbolAt, kind: optional(text('-', deltaKind)) }
  return new Layouts([
    ...rules(combined),
    pictureRule(exchange, stream => named(stream.slice(0, stream.indexOf('@')).toUpperCase(), instrument)),
    ...rules(raw),
  ])
}

interface Source {
  readonly exchange: string
  /** Where the message lies in the frame. */
  readonly root: string
  readonly symbolAt: (path: string) => Field<Instrument>
  /** What a depth message is, by its stream. */
  readonly kind: Field<'delta' | 'partial' | undefined>
}

function rules(source: Source): Rule[] {
  return [tradeRule(source), aggTradeRule(source), quoteRule(source), depthRule(source), candleRule(source)]
}

function tradeRule(source: Source): Rule {
  const { exchange, root } = source
  return rule({
    name: 'trade',
    when: { [`${root}e`]: 'trade' },
    // Says whether the trade was made in the book.
    constants: [`${root}X`],
    fields: tradeFields(source, 't'),
    make: (received, out: Decoded[], { symbol, pair }, id, price, size, side, count) => {
      const time = micros(count)
      if (time === undefined) return false
      out.push({ type: 'trade', exchange, symbol, pair, id, price, size, side, time, received } satisfies Trade)
      return true
    },
  })
}

function aggTradeRule(source: Source): Rule {
  const { exchange, root } = source
  const aggregated = true
  return rule({
    name: 'aggTrade',
    when: { [`${root}e`]: 'aggTrade' },
    fields: tradeFields(source, 'a'),
    make: (received, out: Decoded[], { symbol, pair }, id, price, size, side, count) => {
      const time = micros(count)
      if (time === undefined) return false
      out.push({
        type: 'trade',
        exchange,
        symbol,
        pair,
        id,
        price,
        size,
        side,
        time,
        received,
        aggregated,
      } satisfies Trade)
      return true
    },
  })
}

/** `m` says that the buyer was the maker, so the taker sold. */
function tradeFields({ root, symbolAt }: Source, idKey: 't' | 'a') {
  return [
    symbolAt(`${root}s`),
    id(root + idKey),
    price(`${root}p`),
    size(`${root}q`),
    flag(`${root}m`, { true: 'sell', false: 'buy' } as const),
    integer(`${root}T`),
  ] as const
}

/** Spot sends neither event type nor time. */
function quoteRule({ exchange, root, symbolAt }: Source): Rule {
  return rule({
    name: 'bookTicker',
    when: {},
    constants: [`${root}e`],
    fields: [
      symbolAt(`${root}s`),
      price(`${root}b`),
      size(`${root}B`),
      price(`${root}a`),
      size(`${root}A`),
      optional(integer(`${root}E`)),
      optional(integer(`${root}T`)),
    ],
    make: (received, out: Decoded[], { symbol, pair }, bid, bidSize, ask, askSize, sent, made) => {
      const count = sent ?? made
      const time = count === undefined ? received : micros(count)
      if (time === undefined) return false
      out.push({
        type: 'quote',
        exchange,
        symbol,
        pair,
        bid,
        bidSize,
        ask,
        askSize,
        time,
        received,
      } satisfies Quote)
      return true
    },
  })
}

function depthRule({ exchange, root, symbolAt, kind }: Source): Rule {
  return rule({
    name: 'depthUpdate',
    when: { [`${root}e`]: 'depthUpdate' },
    fields: [
      symbolAt(`${root}s`),
      kind,
      integer(`${root}U`),
      integer(`${root}u`),
      optional(integer(`${root}pu`)),
      levels(`${root}b`),
      levels(`${root}a`),
      integer(`${root}E`),
    ],
    make: (received, out: Decoded[], { symbol, pair }, kind, first, last, previous, bids, asks, count) => {
      const time = micros(count)
      if (time === undefined) return false
      out.push({
        type: 'bookUpdate',
        exchange,
        symbol,
        pair,
        kind: kind ?? 'delta',
        first,
        last,
        previous: previous ?? null,
        checksum: null,
        bids,
        asks,
        texts: null,
        time,
        received,
      } satisfies BookUpdate)
      return true
    },
  })
}

/** Partial depth on spot: only the stream says the symbol. */
function pictureRule(exchange: string, symbolOf: (stream: string) => Instrument | undefined): Rule {
  return rule({
    name: 'partial depth',
    when: {},
    without: ['data.e', 'data.symbol', 'data.E', 'data.T'],
    fields: [
      text('stream', stream => (/@depth\d/.test(stream) ? symbolOf(stream) : undefined)),
      integer('data.lastUpdateId'),
      levels('data.bids'),
      levels('data.asks'),
    ],
    make: (received, out: Decoded[], { symbol, pair }, last, bids, asks) => {
      out.push({
        type: 'bookUpdate',
        exchange,
        symbol,
        pair,
        kind: 'partial',
        first: last,
        last,
        previous: null,
        checksum: null,
        bids,
        asks,
        texts: null,
        time: received,
        received,
      } satisfies BookUpdate)
      return true
    },
  })
}

function candleRule({ exchange, root, symbolAt }: Source): Rule {
  const candle = `${root}k.`
  return rule({
    name: 'kline',
    when: { [`${root}e`]: 'kline' },
    fields: [
      symbolAt(`${root}s`),
      text(`${candle}i`, interval => interval),
      integer(`${candle}t`),
      price(`${candle}o`),
      price(`${candle}h`),
      price(`${candle}l`),
      price(`${candle}c`),
      size(`${candle}v`),
      flag(`${candle}x`, { true: true, false: false }),
      integer(`${root}E`),
    ],
    make: (
      received,
      out: Decoded[],
      { symbol, pair },
      interval,
      from,
      open,
      high,
      low,
      close,
      volume,
      closed,
      count,
    ) => {
      const start = micros(from)
      const time = micros(count)
      if (start === undefined || time === undefined) return false
      out.push({
        type: 'candle',
        exchange,
        symbol,
        pair,
        interval,
        start,
        open,
        high,
        low,
        close,
        volume,
        closed,
        time,
        received,
      } satisfies Candle)
      return true
    },
  })
}

function levels(path: string): Field<Level[]> {
  return list(
    path,
    () => [] as Level[],
    [price('0'), size('1')],
    (levels, price, size) => levels.push([price, size]),
  )
}

/** Milliseconds or microseconds, as `binanceTime` tells them apart; undefined where it would refuse. */
function micros(count: number): number | undefined {
  const time = count < 100_000_000_000_000 ? count * 1000 : count
  return count <= 0 || time > Number.MAX_SAFE_INTEGER ? undefined : time
}

/** Undefined for depth that is not reported. */
function deltaKind(stream: string): 'delta' | 'partial' | undefined {
  if (stream.includes('@rpiDepth')) return undefined
  return /@depth\d/.test(stream) ? 'partial' : 'delta'
}

/** Undefined where the text is no symbol. */
function named(symbol: string, instrument: Naming): Instrument | undefined {
  try {
    return { symbol, pair: sentPair(symbol, instrument) }
  } catch {
    return undefined
  }
}
