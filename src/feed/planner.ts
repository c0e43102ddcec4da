/** Which streams share a connection: those with one address, no more than the exchange allows on each. */
import type { Exchange } from '../exchanges/exchange.js'
import type { Stream } from '../model/stream.js'

/** Streams of one exchange that one connection carries. */
export interface LinePlan {
  readonly exchange: Exchange
  readonly streams: readonly Stream[]
}

/**
 * Spreads streams over connections, in the order given.
 * @param baseOf the endpoint whose addresses decide which streams may share a connection.
 */
export function planLines(
  streams: readonly Stream[],
  exchangeOf: (stream: Stream) => Exchange,
  baseOf: (exchange: Exchange) => string,
): readonly LinePlan[] {
  const groups = new Map<string, { exchange: Exchange; streams: Stream[] }>()
  for (const stream of streams) {
    const exchange = exchangeOf(stream)
    const key = `${exchange.name} ${exchange.address(stream, baseOf(exchange))}`
    const group = groups.get(key) ?? { exchange, streams: [] }
    groups.set(key, group)
    group.streams.push(stream)
  }
  return [...groups.values()].flatMap(group => split(group))
}

function split(group: LinePlan): readonly LinePlan[] {
  const most = Math.max(1, group.exchange.limits.streamsPerConnection)
  const count = Math.ceil(group.streams.length / most)
  // Even shares: when one connection is lost, no more is lost with it than need be.
  const share = Math.ceil(group.streams.length / count)
  return Array.from({ length: count }, (_, index) => ({
    exchange: group.exchange,
    streams: group.streams.slice(index * share, (index + 1) * share),
  }))
}
