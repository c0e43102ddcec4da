/** Market events: what a frame says, in one shape per type whatever the exchange. Key order is the printed order. */
import type { Micros } from './time.js'

/** The taker's side. */
export type Side = 'buy' | 'sell' | 'unknown'

/** `[price, size]`; a size of 0 in a delta removes the level. */
export type Level = [price: number, size: number]

export interface Trade {
  readonly type: 'trade'
  readonly exchange: string
  /** The exchange's own id, exactly as sent. */
  readonly symbol: string
  /** Unified: `BTC/USDT`, perpetuals `BTC/USDT:USDT`. */
  readonly pair: string
  readonly id: string
  readonly price: number
  readonly size: number
  readonly side: Side
  readonly time: Micros
  readonly received: Micros
  /** Set on trades that an exchange has summed up, whose ids count apart from those of single trades. Never printed. */
  readonly aggregated?: true
  /** Set on trades that were missed on the stream and fetched afterwards: they come late and out of time's order. Never printed. */
  readonly fetched?: true
  /** The exchange's own count of the instrument's trades, where ids do not step by one and it sends a count beside them. Never printed. */
  readonly ordinal?: number
}

/** Where a trade stands in the exchange's count of the instrument's trades; NaN where nothing counts them. */
export function placeOf(trade: Trade): number {
  return trade.ordinal ?? Number(trade.id)
}

export interface Quote {
  readonly type: 'quote'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly bid: number
  readonly bidSize: number
  readonly ask: number
  readonly askSize: number
  readonly time: Micros
  readonly received: Micros
}

export interface Book {
  readonly type: 'book'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly snapshot: boolean
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
  readonly sequence: string
  readonly time: Micros
  readonly received: Micros
}

export interface Candle {
  readonly type: 'candle'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly interval: string
  readonly start: Micros
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly closed: boolean
  readonly time: Micros
  readonly received: Micros
}

export interface Ticker {
  readonly type: 'ticker'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly last: number
  /** 24 hours ago, where the exchange says so; else null. */
  readonly open: number | null
  readonly high: number | null
  readonly low: number | null
  readonly volume: number | null
  readonly time: Micros
  readonly received: Micros
}

export interface Liquidation {
  readonly type: 'liquidation'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly price: number
  readonly size: number
  /** Side of the liquidating order: `sell` closes a long. */
  readonly side: Side
  readonly time: Micros
  readonly received: Micros
}

export interface Funding {
  readonly type: 'funding'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly rate: number
  readonly markPrice: number | null
  readonly nextFunding: Micros | null
  readonly time: Micros
  readonly received: Micros
}

export interface OpenInterest {
  readonly type: 'openInterest'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly openInterest: number
  readonly time: Micros
  readonly received: Micros
}

export type StatusState = 'connected' | 'disconnected' | 'stale' | 'gap' | 'resynced' | 'drift'

/** What happened to a stream, in the stream's own order among its events. */
export interface Status {
  readonly type: 'status'
  readonly exchange: string
  readonly stream: string
  readonly state: StatusState
  readonly detail: string
  readonly time: Micros
}

export type MarketEvent = Trade | Quote | Book | Candle | Ticker | Liquidation | Funding | OpenInterest
export type FeedEvent = MarketEvent | Status

/** A change to an order book with what proves its place; the book synchroniser turns it into `Book` events. */
export interface BookUpdate {
  readonly type: 'bookUpdate'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  /** `snapshot` replaces the book; `delta` changes it; `partial` is a complete picture of the top that needs no synchronising. */
  readonly kind: 'snapshot' | 'delta' | 'partial'
  /** First and last update id covered. Equal where the exchange numbers messages; null where it numbers nothing. */
  readonly first: number | null
  readonly last: number | null
  /** The update id this one follows, where the exchange says so. */
  readonly previous: number | null
  /** As sent, to be compared with the exchange's rule; null where none came. */
  readonly checksum: number | null
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
  /** Levels as text, in step with `bids` and `asks`, where the exchange's checksum needs the digits as sent; else null. */
  readonly texts: BookTexts | null
  readonly time: Micros
  readonly received: Micros
}

export interface BookTexts {
  readonly bids: readonly (readonly [price: string, size: string])[]
  readonly asks: readonly (readonly [price: string, size: string])[]
}

/** What an exchange says about the connection rather than about the market. */
export type Notice =
  | {
      readonly type: 'ack'
      readonly request: string | null
      readonly streams: readonly string[]
      /** Set where whatever else the request asked for was left out. */
      readonly rest?: 'refused'
    }
  | {
      readonly type: 'refused'
      readonly request: string | null
      readonly streams: readonly string[]
      readonly reason: string
    }
  | { readonly type: 'heartbeat' }
  /** The exchange wants `text` back or it closes the connection. */
  | { readonly type: 'answer'; readonly text: string }
  /** The exchange announces that it will close this connection. */
  | { readonly type: 'renew'; readonly reason: string }
  /** A known message that carries nothing genesis reports. */
  | { readonly type: 'ignored'; readonly what: string }

/** All that a decoder can find in one frame. */
export type Decoded = MarketEvent | BookUpdate | Notice
