/** What the interface takes and gives, as schemas: requests are checked by them and the OpenAPI document is made of them. */
import { z } from 'zod'

const micros = z.int().describe('microseconds since 1970, UTC')
const count = z.int().nonnegative()
const figure = z.number().nullable()
const decimal = z.string().describe('exact decimal')
const level = z.tuple([z.number(), z.number()]).describe('price and size')

export const problem = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }),
})

export const health = z.object({ status: z.literal('ok') })
export const readiness = z.object({ ready: z.boolean() })

export const latency = z.object({ p50: figure, p99: figure, max: figure }).describe('microseconds')

export const streams = z.object({
  streams: z.array(
    z.object({
      stream: z.string().describe('exchange:symbol@channel'),
      exchange: z.string(),
      symbol: z.string(),
      pair: z.string(),
      channel: z.string(),
      state: z.string(),
      detail: z.string(),
      since: micros.nullable(),
    }),
  ),
  symbols: z.array(
    z.object({
      exchange: z.string(),
      symbol: z.string(),
      pair: z.string(),
      events: count,
      rate: z.number().describe('events per second'),
      last: figure,
      bid: figure,
      ask: figure,
      latency,
      gaps: count,
      reconnects: count,
      spark: z.array(z.number()),
    }),
  ),
})

export const connections = z.object({
  connections: z.array(
    z.object({
      exchange: z.string(),
      line: count,
      copy: count,
      open: z.boolean(),
      address: z.string(),
      streams: z.array(z.object({ name: z.string(), state: z.string(), health: z.string(), arrivals: count })),
    }),
  ),
})

export const bookSummary = z.object({
  exchange: z.string(),
  symbol: z.string(),
  pair: z.string(),
  isWhole: z.boolean().describe('false from a gap until the next snapshot; the book is not served then'),
  bidLevels: count,
  askLevels: count,
  sequence: z.string(),
  time: micros,
})
export const books = z.object({ books: z.array(bookSummary) })

export const book = z.object({
  type: z.literal('book'),
  exchange: z.string(),
  symbol: z.string(),
  pair: z.string(),
  snapshot: z.literal(true),
  bids: z.array(level),
  asks: z.array(level),
  sequence: z.string(),
  time: micros,
  received: micros,
})

export const candles = z.object({
  candles: z.array(
    z.object({
      type: z.literal('candle'),
      exchange: z.string(),
      symbol: z.string(),
      pair: z.string(),
      interval: z.string(),
      start: micros,
      open: z.number(),
      high: z.number(),
      low: z.number(),
      close: z.number(),
      volume: z.number(),
      closed: z.boolean(),
      time: micros,
      received: micros,
    }),
  ),
})

const order = z.looseObject({
  type: z.literal('order'),
  exchange: z.string(),
  symbol: z.string(),
  strategy: z.string(),
  id: z.string(),
  side: z.enum(['buy', 'sell']),
  kind: z.string(),
  size: decimal,
  price: decimal.nullable(),
  filled: decimal,
  status: z.string(),
  time: micros,
})
const position = z.looseObject({
  type: z.literal('position'),
  exchange: z.string(),
  symbol: z.string(),
  strategy: z.string(),
  size: decimal,
  averagePrice: decimal.nullable(),
  realised: decimal,
  unrealised: decimal.nullable(),
  time: micros,
})
export const orders = z.object({ orders: z.array(order).describe('open orders') })
export const positions = z.object({ positions: z.array(position) })

export const strategies = z.object({
  strategies: z.array(
    z.object({
      strategy: z.string(),
      blocks: z.enum(['none', 'entries', 'all', 'flatten']).describe('what is blocked at the moment'),
      failure: z.string().nullable(),
      equity: z.looseObject({ asset: z.string(), equity: decimal, cash: decimal, realised: decimal, unrealised: decimal, fees: decimal }), // prettier-ignore
      counts: z.record(z.string(), z.number()),
      refusals: z.record(z.string(), z.number()),
      openOrders: count,
    }),
  ),
})

export const mechanisms = z.object({
  mechanisms: z.array(
    z.object({
      name: z.string(),
      term: z.string(),
      key: z.string(),
      file: z.string(),
      protects: z.string(),
      state: z.string(),
      counters: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
      last: z.object({ time: micros, text: z.string() }).nullable(),
    }),
  ),
})

export const gaps = z.object({
  totals: z.object({ gaps: count, open: count, missing: count, backfilled: count, unprovable: count, unlisted: count }),
  gaps: z.array(
    z.object({
      exchange: z.string(),
      stream: z.string(),
      from: z.string().nullable(),
      to: z.string().nullable(),
      start: micros,
      end: micros.nullable(),
      cause: z.string(),
      provable: z.boolean(),
      backfilled: count,
    }),
  ),
})

export const account = z.looseObject({
  type: z.literal('summary'),
  command: z.string(),
  frames: count,
  decoded: count,
  control: count,
  deadLettered: count,
  events: z.record(z.string(), count),
  gaps: count,
  duplicates: count,
  reconnects: count,
  latency,
})

export const clients = z.object({
  clients: z.array(
    z.object({
      id: z.string(),
      policy: z.enum(['lossless', 'latest']),
      topics: z.array(z.string()),
      offered: count,
      delivered: count,
      conflated: count,
      dropped: count,
      waiting: count,
      snapshots: count,
      buffered: count,
    }),
  ),
})

export const recording = z.object({
  id: z.string(),
  path: z.string(),
  began: micros,
  accepted: count,
  written: count,
  bytes: count,
  leftOut: count.describe('frames of connections that had begun before the recording'),
  failure: z.string().nullable(),
})
export const recordings = z.object({ recordings: z.array(recording) })

export const streamCommand = z.strictObject({
  stream: z.string().min(1).max(200).describe('[exchange:]symbol@channel'),
})
export const streamResult = z.object({ stream: z.string(), changed: z.boolean() })

export const recordingCommand = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,79}$/).describe('file name below the directory of recordings; .gz compresses'), // prettier-ignore
})

const blocks = z.enum(['entries', 'all', 'flatten'])
const detail = z.string().max(200).describe('why, for the record')
export const pauseCommand = z.strictObject({ blocks: blocks.default('all'), detail: detail.default('paused') })
export const killCommand = z.strictObject({ blocks: blocks.default('flatten'), detail: detail.default('kill switch') })
export const nothing = z.strictObject({})
export const tradingResult = z.object({ strategies: z.array(z.string()), blocks: z.string() })

/** Whole numbers in a query, read strictly. */
export const wholeNumber = (most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/)
    .transform(Number)
    .refine(value => value >= 1 && value <= most, `expected a whole number from 1 to ${most}`)
