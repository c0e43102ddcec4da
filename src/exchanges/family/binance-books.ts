/** The two recipes for a local order book: spot chains by `U` and `u`, futures by `pu`. */
import type { BookUpdate } from '../../model/event.js'
import type { BookRule, Place, SnapshotRequest } from '../exchange.js'
import { restOrigin } from './address.js'

/** @see https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams#how-to-manage-a-local-order-book-correctly */
export function spotBook(request: SnapshotRequest): BookRule {
  return { snapshot: 'rest', depth: null, request, bridge: placeByRange, follow: placeByRange }
}

/**
 * The first delta covers the snapshot's id, or (seen live) names it as its predecessor; each later one names the last.
 * @see https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams/How-to-manage-a-local-order-book-correctly
 */
export function futuresBook(request: SnapshotRequest): BookRule {
  return { snapshot: 'rest', depth: null, request, bridge: bridgeByPrevious, follow: followByPrevious }
}

/** Where the snapshots lie. A symbol is answered by one frame that names it in its stream, as `btcusdt@depthSnapshot`. */
export function snapshotRequest(host: (symbol: string) => string, path: (symbol: string) => string): SnapshotRequest {
  return {
    url: (symbol, base) =>
      `${restOrigin(base, host(symbol))}${path(symbol)}`.replace('{symbol}', encodeURIComponent(symbol)),
    wrap: (symbol, body) =>
      `{"stream":${JSON.stringify(`${symbol.toLowerCase()}@depthSnapshot`)},"generated":true,"data":${body}}`,
  }
}

function placeByRange(before: BookUpdate, delta: BookUpdate): Place {
  if (before.last === null || delta.first === null || delta.last === null) return 'gap'
  if (delta.last <= before.last) return 'old'
  return delta.first <= before.last + 1 ? 'next' : 'gap'
}

function bridgeByPrevious(snapshot: BookUpdate, delta: BookUpdate): Place {
  if (snapshot.last === null || delta.first === null || delta.last === null) return 'gap'
  if (delta.previous === snapshot.last) return 'next'
  if (delta.last < snapshot.last) return 'old'
  return delta.first <= snapshot.last ? 'next' : 'gap'
}

function followByPrevious(before: BookUpdate, delta: BookUpdate): Place {
  if (delta.previous === null) return placeByRange(before, delta)
  if (delta.previous === before.last) return 'next'
  return before.last !== null && delta.last !== null && delta.last <= before.last ? 'old' : 'gap'
}
