/** Two collectors of one book: the snapshot of the later one must not turn the book back. */
import type { FeedEvent } from '../../model/event.js'

/** Numbers grow until a collector loses its connection; after that the exchange may count anew. */
export class OlderBooks {
  private readonly last = new Map<string, Map<string, bigint>>()

  isOlder(event: FeedEvent): boolean {
    if (event.type === 'status') {
      if (event.state !== 'connected') this.last.delete(event.exchange)
      return false
    }
    if (event.type !== 'book' || !/^\d{1,30}$/.test(event.sequence)) return false
    const sequence = BigInt(event.sequence)
    const symbols = this.last.get(event.exchange) ?? new Map<string, bigint>()
    this.last.set(event.exchange, symbols)
    const last = symbols.get(event.symbol)
    if (event.snapshot && last !== undefined && sequence < last) return true
    symbols.set(event.symbol, sequence)
    return false
  }
}
