/** Market maker that minds its inventory: quotes both sides, leaning away from what it already holds. */
import { z } from 'zod'
import type { Answer, Order, Request } from '../model/trading.js'
import { orderSize } from './position-size.js'
import { defineStrategy } from './strategy.js'
import { onStep } from './ticks.js'

/** A quote is moved only when it is off by more than this share of the half spread; else it would lose its place in the queue. */
const PATIENCE = 0.5

export const marketMaker = defineStrategy({
  name: 'market-maker',
  description: 'Quotes a bid and an ask around the middle, shifted against its inventory, within a largest position',
  params: z.object({
    spread: z
      .number()
      .positive()
      .max(1_000)
      .default(1)
      .describe('distance of each quote from the middle, basis points'),
    skew: z.number().min(0).max(1_000).default(1).describe('shift at the largest inventory, basis points'),
    size: orderSize.default(0.001),
    inventory: z.number().positive().max(1e12).default(0.005).describe('largest position, base units'),
    tick: z.number().positive().max(1e6).default(0.01).describe('price step of the instrument'),
  }),
  scope: 'instrument',
  create({ parameters, account }) {
    const quotes = { buy: new Quoted('buy'), sell: new Quoted('sell') }
    const requote = (middle: number): Answer => {
      const held = account.position()
      const lean = Math.max(-1, Math.min(1, held / parameters.inventory))
      const fair = middle * (1 - (lean * parameters.skew) / 10_000)
      const half = (middle * parameters.spread) / 10_000
      const { size, inventory, tick } = parameters
      const requests: Request[] = []
      const bids = held + size <= inventory
      const asks = held >= size || account.position() < 0
      quotes.buy.move(bids ? onStep(fair - half, tick, 'down') : null, half * PATIENCE, size, requests)
      quotes.sell.move(asks ? onStep(fair + half, tick, 'up') : null, half * PATIENCE, size, requests)
      return requests
    }
    return {
      onQuote: quote => requote((quote.bid + quote.ask) / 2),
      onTrade: trade => requote(trade.price),
      onOrder: order => {
        quotes[order.side].hear(order)
        return null
      },
    }
  },
})

/** One side's resting order, and whether it is still there. */
class Quoted {
  private price = Number.NaN
  private tag: string | null = null
  private placed = 0

  constructor(private readonly side: 'buy' | 'sell') {}

  /** Asks for what brings the quote to `price`; null takes it away. One request per side is under way at a time. */
  move(price: string | null, patience: number, size: number, requests: Request[]): void {
    if (this.tag === null) {
      if (price !== null) requests.push(this.place(price, size))
    } else if (price === null || Math.abs(Number(price) - this.price) > patience) {
      if (!Number.isNaN(this.price)) requests.push({ type: 'cancel', order: this.tag })
      this.price = Number.NaN
    }
  }

  hear({ tag, status }: Order): void {
    if (
      tag === this.tag &&
      (status === 'filled' || status === 'cancelled' || status === 'rejected' || status === 'expired')
    ) {
      this.tag = null
    }
  }

  private place(price: string, size: number): Request {
    this.price = Number(price)
    this.tag = `${this.side}-${String(++this.placed)}`
    return { type: 'limit', side: this.side, size, price, postOnly: true, tag: this.tag }
  }
}
