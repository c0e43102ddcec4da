/** The liquidity an instrument displays, and what of it our own orders and the tape have used up already. */
import type { Book, Quote, Trade } from '../model/event.js'
import type { BookView, DisplaySide } from './book-view.js'
import { decimalOf, smaller, ZERO, type Decimal } from './money.js'

/** Where liquidity comes from, the best that has been seen: a book, else quotes, else trades, else bars. */
export type LiquiditySource = 'none' | 'bars' | 'trades' | 'quotes' | 'book'

/** Trades remembered between two displays; more than any display leaves out. */
const MOST_TRADES = 4_096

export class Display {
  source: LiquiditySource = 'none'
  /** True between a reported gap or break and the next good data. */
  stale = false
  private quote: Quote | null = null
  private book: BookView | null = null
  private readonly used = { bids: new Map<number, Decimal>(), asks: new Map<number, Decimal>() }
  /** Trades since the display last changed, which it does not show yet. */
  private readonly tape: Trade[] = []

  /** Whether levels are displayed at all, by a book or by quotes. */
  get showing(): boolean {
    return this.source === 'book' || this.source === 'quotes'
  }

  /** A quote; where a book is kept the book says more. */
  showQuote(quote: Quote): void {
    if (this.source === 'book') return
    const old = this.quote
    this.source = 'quotes'
    this.stale = false
    if (old?.ask !== quote.ask || old.askSize !== quote.askSize) this.used.asks.clear()
    if (old?.bid !== quote.bid || old.bidSize !== quote.bidSize) this.used.bids.clear()
    this.tape.length = 0
    this.quote = quote
  }

  /** The book after `event`. A level that is displayed anew is whole again: the real market did not see our fills. */
  showBook(event: Book, book: BookView): void {
    this.book = book
    this.source = 'book'
    this.stale = !book.synchronised
    if (event.snapshot) {
      this.used.bids.clear()
      this.used.asks.clear()
    }
    for (const [price] of event.bids) this.used.bids.delete(price)
    for (const [price] of event.asks) this.used.asks.delete(price)
    this.tape.length = 0
  }

  /** Displayed levels of a side, best first, until `visit` returns false. */
  walk(side: DisplaySide, visit: (price: number, size: number) => boolean): void {
    if (this.source === 'book') this.book?.walk(side, visit)
    else if (this.source === 'quotes' && this.quote !== null) {
      const { bid, bidSize, ask, askSize } = this.quote
      if (side === 'bids') visit(bid, bidSize)
      else visit(ask, askSize)
    }
  }

  /** NaN where the side is empty. */
  best(side: DisplaySide): number {
    let best = Number.NaN
    this.walk(side, price => {
      best = price
      return false
    })
    return best
  }

  /** Between the best prices; the one there is where a side is empty, NaN where both are. */
  middle(): number {
    const [bid, ask] = [this.best('bids'), this.best('asks')]
    if (Number.isNaN(bid)) return ask
    return Number.isNaN(ask) ? bid : (bid + ask) / 2
  }

  /** The size displayed at a price; null where the display does not reach that far. */
  sizeAt(side: DisplaySide, price: number): Decimal | null {
    if (this.source === 'book') return decimalOf(this.book?.sizeAt(side, price) ?? 0)
    if (this.source !== 'quotes' || this.quote === null) return null
    const best = side === 'bids' ? this.quote.bid : this.quote.ask
    const size = side === 'bids' ? this.quote.bidSize : this.quote.askSize
    if (price === best) return decimalOf(size)
    const betters = side === 'bids' ? price > best : price < best
    return betters ? ZERO : null
  }

  /** What is left of a displayed level. */
  left(side: DisplaySide, price: number, displayed: number): Decimal {
    return decimalOf(displayed).minus(this.used[side].get(price) ?? ZERO)
  }

  use(side: DisplaySide, price: number, size: Decimal): void {
    this.used[side].set(price, (this.used[side].get(price) ?? ZERO).plus(size))
  }

  /** Remembers a trade that the display does not show yet. */
  note(trade: Trade): void {
    if (this.tape.length < MOST_TRADES) this.tape.push(trade)
  }

  /** Takes what has traded since the last change off the display: the tape came first. */
  settleTape(): void {
    for (const trade of this.tape) this.consume(trade)
    this.tape.length = 0
  }

  private consume(trade: Trade): void {
    if (trade.side === 'unknown') return
    const side: DisplaySide = trade.side === 'buy' ? 'asks' : 'bids'
    let rest = decimalOf(trade.size)
    this.walk(side, (price, size) => {
      const within = trade.side === 'buy' ? price <= trade.price : price >= trade.price
      if (!within) return false
      const taken = smaller(this.left(side, price, size), rest)
      if (taken.gt(ZERO)) {
        this.use(side, price, taken)
        rest = rest.minus(taken)
      }
      return rest.gt(ZERO)
    })
  }
}
