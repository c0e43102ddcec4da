/** The trades that an exchange in a box has played, kept for clients that ask its archive for what they missed. */
import type { PastTrades } from '../../exchanges/exchange.js'
import type { Decoded, Trade } from '../../model/event.js'

/** Trades kept of each instrument; the oldest are forgotten first, a tenth at a time. */
const MOST = 100_000

export class TapeTrades implements PastTrades {
  private readonly lists = new Map<string, Trade[]>()

  feed(found: readonly Decoded[]): void {
    for (const item of found) if (item.type === 'trade') this.add(item)
  }

  of(symbol: string, channel: 'trade' | 'aggTrade'): readonly Trade[] {
    return this.lists.get(keyOf(symbol, channel)) ?? []
  }

  private add(trade: Trade): void {
    const key = keyOf(trade.symbol, trade.aggregated === true ? 'aggTrade' : 'trade')
    const list = this.lists.get(key)
    if (list === undefined) this.lists.set(key, [trade])
    else if (list.push(trade) > MOST) list.splice(0, MOST / 10)
  }
}

function keyOf(symbol: string, channel: string): string {
  return `${symbol.toUpperCase()} ${channel}`
}
