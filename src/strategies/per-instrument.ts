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

/** Handlers whose events belong to one instrument. */
const ROUTED = ['onTrade', 'onQuote', 'onBook', 'onCandle', 'onFunding', 'onFill', 'onOrder'] as const
/** Handlers that every instance hears. */
const SHARED = ['onTimer', 'onStop'] as const

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
  const routed: Record<string, unknown> = {}
  for (const name of ROUTED) {
    if (spare[name] !== undefined) routed[name] = (event: OfInstrument) => callWith(find(event).handlers, name, event)
  }
  for (const name of SHARED) {
    if (spare[name] === undefined) continue
    routed[name] = (...input: unknown[]) =>
      [...instances.values()].flatMap(({ handlers }) => listOf(callWith(handlers, name, ...input)))
  }
  const first = spare
  if (first.onStart !== undefined) routed['onStart'] = () => callWith(first, 'onStart')
  return routed
}

function callWith(handlers: StrategyHandlers, name: keyof StrategyHandlers, ...input: unknown[]): Answer {
  return (handlers[name] as ((...input: unknown[]) => Answer) | undefined)?.apply(handlers, input)
}

function listOf(answer: Answer): readonly Request[] {
  if (answer === null || answer === undefined) return []
  return 'type' in answer ? [answer] : answer
}
