/** What a strategy decided, and after which piece of the recording: the thing that must not depend on the future. */
import type { Answer, StrategyHandlers } from '../../model/trading.js'
import type { Strategy } from '../../strategies/strategy.js'

export interface Decision {
  /** Pieces of the recording that had been delivered, this one included. */
  readonly item: number
  /** Which handler decided. */
  readonly handler: string
  /** What it asked for, as JSON. */
  readonly asks: string
}

/** Decisions kept of one run; the first ones are enough to tell two runs apart. */
const MOST_DECISIONS = 100_000

export class DecisionLog {
  readonly decisions: Decision[] = []
  /** Pieces delivered so far. */
  item = 0

  /** The same strategy, with everything its handlers answer written down. */
  watch(strategy: Strategy): Strategy {
    const { name, description, params } = strategy
    return {
      name,
      description,
      params,
      warmup: parameters => strategy.warmup(parameters),
      create: context => this.#watched(strategy.create(context)),
    }
  }

  #watched(handlers: StrategyHandlers): StrategyHandlers {
    const watched: Record<string, unknown> = {}
    const methods = handlers as unknown as Readonly<Record<string, ((...input: unknown[]) => Answer) | undefined>>
    for (const name of HANDLERS) {
      if (methods[name] === undefined) continue
      watched[name] = (...input: unknown[]): Answer => {
        const answer = methods[name]?.(...input)
        this.#keep(name, answer)
        return answer
      }
    }
    return watched
  }

  #keep(handler: string, answer: Answer): void {
    if (answer === null || answer === undefined || (Array.isArray(answer) && answer.length === 0)) return
    if (this.decisions.length >= MOST_DECISIONS) return
    this.decisions.push({ item: this.item, handler, asks: JSON.stringify(answer) })
  }
}

const HANDLERS = [
  'onStart', 'onTrade', 'onQuote', 'onBook', 'onCandle', 'onFunding', 'onFill', 'onOrder', 'onTimer',
] as const satisfies readonly (keyof StrategyHandlers)[] // prettier-ignore

export interface Difference {
  /** Which decision of the run, from 0. */
  readonly at: number
  /** With the whole recording; null where it decided nothing there. */
  readonly whole: Decision | null
  readonly cut: Decision | null
}

/** The first decision in which a run that ended after `items` pieces parts from one over the whole; undefined where none does. */
export function firstDifference(
  whole: readonly Decision[],
  cut: readonly Decision[],
  items: number,
): Difference | undefined {
  const before = whole.filter(({ item }) => item <= items)
  for (let at = 0; at < Math.max(before.length, cut.length); at++) {
    const [left, right] = [before[at], cut[at]]
    if (left?.item === right?.item && left?.handler === right?.handler && left?.asks === right?.asks) continue
    return { at, whole: left ?? null, cut: right ?? null }
  }
  return undefined
}
