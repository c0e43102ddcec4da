/** An exchange with the plainest protocol there can be, for tests of the feed. */
import { DecodeError } from '../../src/model/errors.js'
import type { Decoded } from '../../src/model/event.js'
import type { Channel, Stream } from '../../src/model/stream.js'
import type { Decoder, Exchange, Limits, Outgoing } from '../../src/exchanges/exchange.js'

const LIMITS: Limits = {
  streamsPerConnection: 100,
  messages: { count: 1_000, perMs: 1_000 },
  connects: { count: 1_000, perMs: 1_000 },
  streamsPerFrame: 100,
  connectionLifeMs: null,
}

/** Requests are `{"op":"sub","id":1,"streams":["BTC@trade"]}`; {@link PlainDecoder} lists what the server may say. */
export function plainExchange(changes: Partial<Exchange> = {}): Exchange {
  const request = (op: string, streams: readonly Stream[], id: number): readonly Outgoing[] => [
    {
      text: JSON.stringify({ op, id, streams: streams.map(stream => stream.name) }),
      request: String(id),
      streams,
    },
  ]
  return {
    name: 'plain',
    title: 'Plain',
    documentation: 'https://example.org',
    endpoints: ['wss://plain.invalid'],
    channels: {},
    tradeIds: 'contiguous',
    limits: LIMITS,
    heartbeat: { send: null, silenceMs: 15_000 },
    book: {
      snapshot: 'rest',
      depth: null,
      bridge: () => 'next',
      follow: () => 'next',
      request: {
        url: (symbol, base) => `${base ?? 'https://plain.invalid'}/depth/${symbol}`,
        wrap: (symbol, body) => `{"snapshot":"${symbol}","body":${body}}`,
      },
    },
    intervals: [],
    instrument: text => ({ symbol: text, pair: text }),
    address: (_stream, base) => base,
    subscribe: (streams, id) => request('sub', streams, id),
    unsubscribe: (streams, id) => request('unsub', streams, id),
    decoder: () => new PlainDecoder(),
    dialect: {
      read: () => undefined,
      welcome: () => [],
      accept: () => [],
      refuse: () => [],
      topics: () => [],
      topic: stream => stream.name,
      heartbeat: null,
    },
    ...changes,
  }
}

export const LIMITS_WITH = (changes: Partial<Limits>): Limits => ({ ...LIMITS, ...changes })

export function plainStream(name: string): Stream {
  const [symbol = '', channel = 'trade'] = name.split('@')
  return { exchange: 'plain', symbol, pair: symbol, channel: channel as Channel, interval: null, name }
}

class PlainDecoder implements Decoder {
  decode(data: Buffer, received: number, out: Decoded[]): void {
    const message = read(data)
    const symbol = String(message.symbol)
    const head = { exchange: 'plain', symbol, pair: symbol, time: received, received }
    if ('trade' in message)
      out.push({ type: 'trade', ...head, id: String(message.trade), price: 1, size: 1, side: 'buy' })
    else if ('ack' in message) {
      const request = typeof message.ack === 'number' ? String(message.ack) : null
      const only = Array.isArray(message.only) ? message.only.map(String) : null
      if (only === null) out.push({ type: 'ack', request, streams: [] })
      else out.push({ type: 'ack', request, streams: only, rest: 'refused' })
    } else if ('refuseStreams' in message)
      out.push({
        type: 'refused',
        request: null,
        streams: (message.refuseStreams as unknown[]).map(String),
        reason: String(message.reason),
      })
    else if ('refuse' in message)
      out.push({ type: 'refused', request: String(message.refuse), streams: [], reason: String(message.reason) })
    else if ('beat' in message) out.push({ type: 'heartbeat' })
    else if ('ask' in message) out.push({ type: 'answer', text: String(message.ask) })
    else if ('renew' in message) out.push({ type: 'renew', reason: String(message.renew) })
    else if ('snapshot' in message) out.push({ type: 'ignored', what: 'snapshot' })
    else throw new DecodeError('unknown', 'unknown message')
  }
}

function read(data: Buffer): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(data.toString())
  } catch {
    throw new DecodeError('json', 'not JSON')
  }
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  throw new DecodeError('shape', 'no object')
}
