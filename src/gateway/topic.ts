/** Topics of events, `type.exchange.symbol`, and the patterns in which clients name the ones they want. */

export type Topic = readonly [type: string, exchange: string, symbol: string]

interface EventHead {
  readonly type: string
  readonly exchange?: string
  readonly symbol?: string
  readonly stream?: string
  readonly strategy?: string
}

/** Market and order events by exchange and symbol, status by exchange and stream, equity and halt by strategy. */
export function topicOf(event: EventHead): Topic {
  const { type, exchange, symbol, stream, strategy } = event
  if (exchange === undefined) return [type, strategy ?? '', '']
  return [type, exchange, symbol ?? stream ?? '']
}

export interface Pattern {
  readonly text: string
  readonly parts: readonly Part[]
}

/** Matches text equal to it or, where it ended in `*`, text that begins so. */
interface Part {
  readonly text: string
  readonly isPrefix: boolean
}

const LONGEST = 128

/**
 * Reads `trade.binance.BTCUSDT`, `book.*`, `*.sim`, `trade.*.BTC*`: up to three parts, each a text, a beginning with `*`, or `*`;
 * parts that are left out match everything. Dots after the second belong to the symbol.
 * @returns undefined where the text is no pattern.
 */
export function parsePattern(text: string): Pattern | undefined {
  if (text === '' || text.length > LONGEST) return undefined
  const [type = '', exchange, ...symbol] = text.split('.')
  const texts = [
    type,
    ...(exchange === undefined ? [] : [exchange]),
    ...(symbol.length === 0 ? [] : [symbol.join('.')]),
  ]
  if (texts.some(part => part === '' || part.slice(0, -1).includes('*'))) return undefined
  return { text, parts: texts.map(part => ({ text: part.replace(/\*$/, ''), isPrefix: part.endsWith('*') })) }
}

/** Which topics a client wants. Remembers its answers, since the topics of a run are few and its events many. */
export class TopicFilter {
  readonly #answers = new Map<string, boolean>()

  /** Equal for filters that pass the same. */
  readonly key: string

  constructor(readonly patterns: readonly Pattern[]) {
    this.key = JSON.stringify(patterns.map(({ text }) => text).sort())
  }

  passes(topic: Topic): boolean {
    const key = topic.join('.')
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const passes = this.patterns.some(pattern => covers(pattern, topic))
    if (this.#answers.size < ANSWERS) this.#answers.set(key, passes)
    return passes
  }
}

const ANSWERS = 10_000

function covers({ parts }: Pattern, topic: Topic): boolean {
  return parts.every(({ text, isPrefix }, index) => {
    const found = topic[index] ?? ''
    return isPrefix ? found.startsWith(text) : found === text
  })
}
