/** One strategy on many instruments: each gets an instance of its own, so that prices of one never enter the averages of another. */
import type { Answer, Request, StrategyHandlers } from '../model/trading.js'

interface Instance {
  readonly exchange: string
  readonly symbol: string
  readonly handlers: StrategyHandlers
}

interface OfInstrument {
  readonly exchange: string
  readonly symbol: string
}

/** Handlers that make an instance for each instrument on its first event and pass events on to it. */
export function perInstrument(create: () => StrategyHandlers): StrategyHandlers {
  // The first instance is made at once: what it handles, all handle, and its mistakes show at the start.
  let spare: StrategyHandlers | null = create()
  const instances = new Map<string, Instance>()
  let last: Instance | undefined
  const find = (event: OfInstrument): Instance => {
    if (last?.symbol === event.symbol && last.exchange === event.exchange) return last
    const key = `${event.exchange}\n${event.symbol}`
    let instance = instances.get(key)
    if (instance === undefined) {
      instance = { exchange: event.exchange, symbol: event.symbol, handlers: spare ?? create() }
      spare = null
      instances.set(key, instance)
    }
    return (last = instance)
  }
  const first = spare
  const of = (event: OfInstrument): StrategyHandlers => find(event).handlers
  const all = (ask: (handlers: StrategyHandlers) => Answer): readonly Request[] =>
    [...instances.values()].flatMap(({ handlers }) => listOf(ask(handlers)))
  const routed: Required<StrategyHandlers> = {
    onStart: () => first.onStart?.(),
    onTrade: trade => of(trade).onTrade?.(trade),
    onQuote: quote => of(quote).onQuote?.(quote),
    onBook: book => of(book).onBook?.(book),
    onCandle: candle => of(candle).onCandle?.(candle),
    onFunding: funding => of(funding).onFunding?.(funding),
    onFill: fill => of(fill).onFill?.(fill),
    onOrder: order => of(order).onOrder?.(order),
    onTimer: (name, now) => all(handlers => handlers.onTimer?.(name, now)),
    onStop: () => all(handlers => handlers.onStop?.()),
  }
  return Object.fromEntries(
    Object.entries(routed).filter(([name]) => first[name as keyof StrategyHandlers] !== undefined),
  )
}

function listOf(answer: Answer): readonly Request[] {
  if (answer === null || answer === undefined) return []
  return 'type' in answer ? [answer] : answer
}
