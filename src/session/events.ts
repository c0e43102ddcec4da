/** What travels on a session's bus, by name. */
import type { DeadLetter } from '../engine/boundary.js'
import type { Book, Candle, Funding, Liquidation, OpenInterest, Quote, Status, Ticker, Trade } from '../model/event.js'
import type { ControlFrame } from '../model/frame.js'
import type { Equity, Fill, Halt, Order, Position, Refusal, Signal } from '../model/trading.js'

export interface SessionEvents {
  trade: Trade
  quote: Quote
  book: Book
  candle: Candle
  ticker: Ticker
  liquidation: Liquidation
  funding: Funding
  openInterest: OpenInterest
  status: Status
  deadLetter: DeadLetter
  control: ControlFrame
  signal: Signal
  order: Order
  fill: Fill
  position: Position
  equity: Equity
  refusal: Refusal
  halt: Halt
}

/** Events of section 2 of the contract that describe the market, in the order in which help lists them. */
export const FEED_EVENTS = [
  'trade',
  'quote',
  'book',
  'candle',
  'ticker',
  'liquidation',
  'funding',
  'openInterest',
  'status',
] as const satisfies readonly (keyof SessionEvents)[]

export const TRADING_EVENTS = [
  'signal',
  'order',
  'fill',
  'position',
  'equity',
  'refusal',
  'halt',
] as const satisfies readonly (keyof SessionEvents)[]
