/** Trading events and what a strategy may ask for. Money is decimal strings; key order is the printed order. */
import type { Book, Candle, Funding, Quote, Trade } from './event.js'
import type { Micros } from './time.js'

/** A decimal in plain notation, exact. */
export type DecimalText = string

export type OrderSide = 'buy' | 'sell'
export type OrderKind = 'market' | 'limit' | 'stop' | 'stop-limit' | 'trailing-stop' | 'take-profit'
/** Good till cancelled, immediate or cancel, fill or kill, good till a date, until the end of the UTC day. */
export type TimeInForce = 'GTC' | 'IOC' | 'FOK' | 'GTD' | 'day'

/**
 * `submitted` travels to the exchange, `open` waits there, `partial` has filled in part and waits, `triggered` is a stop that
 * has become a market or limit order; the other four are final.
 */
export type OrderStatus =
  'submitted' | 'open' | 'triggered' | 'partial' | 'filled' | 'cancelled' | 'rejected' | 'expired'

/** Why an order was refused before it was sent, or ended without filling whole. */
export type ReasonCode =
  | 'size' // not a positive decimal
  | 'price' // missing, or not a positive decimal
  | 'tick' // price not on the exchange's step
  | 'lot' // size not on the exchange's step, or below its smallest
  | 'notional' // below the exchange's least, or above the limit set for the run
  | 'funds' // not enough free balance or margin
  | 'position' // above the limit set for the run
  | 'rate' // too many orders a second
  | 'band' // too far from the last price
  | 'orders' // too many open orders
  | 'daily-loss' // the day's loss limit is reached
  | 'drawdown' // the kill switch is on
  | 'halted' // the strategy was stopped
  | 'instrument' // nothing is known of this exchange and symbol
  | 'no-price' // no price has been seen yet
  | 'state' // unknown or finished order
  | 'post-only' // would have taken liquidity
  | 'reduce-only' // would have opened or enlarged a position
  | 'liquidity' // nothing (more) to trade against
  | 'fill-or-kill' // could not fill whole at once
  | 'stale-book' // the book has a gap or stood still too long
  | 'oco' // its sibling was filled
  | 'time' // its time was up
  | 'request' // the strategy asked for it
  | 'liquidation' // the exchange closed the position

/** What a strategy wants to hold; sizing and risk make an order of it, or a refusal. */
export interface Signal {
  readonly type: 'signal'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly strategy: string
  readonly direction: 'long' | 'short' | 'flat'
  /** Position wanted in units of the base asset; null leaves it to the run's sizing. */
  readonly size: DecimalText | null
  readonly reason: string
  readonly time: Micros
}

/** The state of an order after a change. */
export interface Order {
  readonly type: 'order'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly strategy: string
  readonly id: string
  /** The strategy's own name for it. */
  readonly tag: string | null
  readonly side: OrderSide
  readonly kind: OrderKind
  readonly size: DecimalText
  readonly price: DecimalText | null
  readonly stopPrice: DecimalText | null
  /** Distance of a trailing stop: a price difference (`25`) or a share (`0.5%`). */
  readonly trailing: string | null
  /** Trailing stops that begin to trail at this price only; absent on all other orders. */
  readonly activation?: DecimalText
  readonly timeInForce: TimeInForce
  /** End of a GTD or day order. */
  readonly expires: Micros | null
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  /** Orders of one group cancel each other when one fills. */
  readonly group: string | null
  readonly filled: DecimalText
  readonly status: OrderStatus
  readonly reason: ReasonCode | null
  readonly time: Micros
}

export interface Fill {
  readonly type: 'fill'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly strategy: string
  readonly id: string
  readonly order: string
  readonly side: OrderSide
  readonly price: DecimalText
  readonly size: DecimalText
  /** Negative where the exchange pays a rebate. */
  readonly fee: DecimalText
  readonly feeAsset: string
  readonly liquidity: 'maker' | 'taker'
  readonly time: Micros
}

export interface Position {
  readonly type: 'position'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly strategy: string
  /** Signed: negative is short. */
  readonly size: DecimalText
  /** What the open position was bought (or sold) for, signed as `size`. */
  readonly cost: DecimalText
  /** `cost / size`, rounded for display; null when flat. */
  readonly averagePrice: DecimalText | null
  readonly realised: DecimalText
  /** Null before the first price. */
  readonly unrealised: DecimalText | null
  readonly time: Micros
}

export interface Equity {
  readonly type: 'equity'
  readonly strategy: string
  readonly asset: string
  readonly cash: DecimalText
  readonly equity: DecimalText
  readonly realised: DecimalText
  readonly unrealised: DecimalText
  readonly fees: DecimalText
  readonly time: Micros
}

/** An order that was never sent, with its reason. */
export interface Refusal {
  readonly type: 'refusal'
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
  readonly strategy: string
  readonly side: OrderSide | null
  readonly kind: OrderKind | 'cancel' | 'modify' | 'signal'
  readonly size: string | null
  readonly price: string | null
  readonly code: ReasonCode
  readonly detail: string
  readonly time: Micros
}

/** Trading is blocked, or free again. */
export interface Halt {
  readonly type: 'halt'
  readonly strategy: string
  /** What is blocked: new exposure, every order, every order after the position was closed; `none` after a resume. */
  readonly blocks: 'none' | 'entries' | 'all' | 'flatten'
  readonly code: 'drawdown' | 'daily-loss' | 'failure' | 'rate' | 'liquidation' | 'command'
  readonly detail: string
  readonly time: Micros
}

export type TradingEvent = Signal | Order | Fill | Position | Equity | Refusal | Halt

/** A number is read by its shortest decimal; write a string where every digit matters. */
export type Amount = number | DecimalText

/** An order as a strategy asks for it. */
export interface OrderRequest {
  readonly type: OrderKind
  readonly side: OrderSide
  readonly size: Amount
  readonly price?: Amount
  readonly stopPrice?: Amount
  /** Trailing stops: a price difference, or a share as `'0.5%'`. */
  readonly trailing?: Amount
  /** Trailing stops: trails only once this price is reached; from the start where absent. */
  readonly activation?: Amount
  readonly timeInForce?: TimeInForce
  /** GTD only. */
  readonly expires?: Micros
  readonly postOnly?: boolean
  readonly reduceOnly?: boolean
  /** One-cancels-other: orders of the same group cancel each other when one fills. */
  readonly oco?: string
  /** Exits that wait at the exchange from each fill of this order on, for its size; they cancel each other. */
  readonly bracket?: BracketRequest
  /** The strategy's own name for the order, to cancel or modify it by. */
  readonly tag?: string
  /** Which instrument; the strategy's own when left out. */
  readonly exchange?: string
  readonly symbol?: string
}

/** Each a price, or a distance from the fill's price as a share of it, such as `'2%'`. */
export interface BracketRequest {
  /** A limit order beyond the entry. */
  readonly takeProfit?: Amount
  /** A stop behind the entry. */
  readonly stopLoss?: Amount
  /** A trailing stop at this distance: a price difference, or a share of the price. */
  readonly trailing?: Amount
  /** Where the trailing stop begins to trail; at the entry where absent. */
  readonly activation?: Amount
}

/** `order` is an id or tag; `'all'` is every open order. */
export interface CancelRequest {
  readonly type: 'cancel'
  readonly order: string
}

/** Loses its place in the queue unless only the size shrinks. */
export interface ModifyRequest {
  readonly type: 'modify'
  readonly order: string
  readonly price?: Amount
  readonly stopPrice?: Amount
  readonly size?: Amount
}

export interface SignalRequest {
  readonly type: 'signal'
  readonly direction: 'long' | 'short' | 'flat'
  readonly size?: Amount
  readonly reason?: string
  readonly exchange?: string
  readonly symbol?: string
}

/** Calls `onTimer` after this long. */
export interface TimerRequest {
  readonly type: 'timer'
  readonly afterMs: number
  readonly name?: string
}

export type Request = OrderRequest | CancelRequest | ModifyRequest | SignalRequest | TimerRequest
/** One request, several, or nothing. */
export type Answer = Request | readonly Request[] | null | undefined

/** What a strategy may know of its account, in numbers made for deciding, not for counting money. */
export interface AccountView {
  /** Signed position in base units; without arguments, in the instrument seen last. */
  position(exchange?: string, symbol?: string): number
  /** Average entry price; null when flat. */
  entryPrice(exchange?: string, symbol?: string): number | null
  /** Free quote balance. */
  cash(): number
  equity(): number
  openOrders(): readonly Order[]
}

export interface StrategyContext<Parameters> {
  readonly parameters: Parameters
  readonly account: AccountView
  /** Engine time. */
  now(): Micros
  /** Uniform in [0, 1), seeded: the same in every run. */
  random(): number
}

/** Market in, requests out. Every handler is synchronous and has no side effects of its own. */
export interface StrategyHandlers {
  onStart?(): Answer
  onTrade?(trade: Trade): Answer
  onQuote?(quote: Quote): Answer
  onBook?(book: Book): Answer
  onCandle?(candle: Candle): Answer
  onFunding?(funding: Funding): Answer
  onFill?(fill: Fill): Answer
  onOrder?(order: Order): Answer
  onTimer?(name: string, time: Micros): Answer
  onStop?(): Answer
}
