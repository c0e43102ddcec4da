/** The rules of a recording's instruments, asked of the exchanges while the recording runs: it waits for no answer and fails for none. */
import { RULES } from '../exchanges/rules/rules-registry.js'
import type { AskedInstrument } from '../exchanges/rules/rules-request.js'
import type { Answered, RestClient } from '../feed/rest-client.js'
import { messageOf } from '../model/errors.js'
import type { TradingRules } from '../model/instrument.js'
import type { Stream } from '../model/stream.js'
import { parseRules, rulesRecord } from './trading-rules.js'

/** Topic of the control frame that tells them; its value has the form of a header's `instruments`. */
export const INSTRUMENTS = 'instruments'

/** Key and value in the header of a recording whose rules stand further down. */
export const RULES_FOLLOW = { rules: 'follow' } as const

export interface FoundRules {
  readonly rules: Readonly<Record<string, TradingRules>>
  /** Why there are none of an instrument, for those that have none. */
  readonly unknown: readonly { readonly instrument: string; readonly why: string }[]
}

/** More are not asked for, each being a request. */
const MOST_INSTRUMENTS = 200

/** True where an exchange of these streams tells rules at all. */
export function tellsRules(streams: readonly Stream[]): boolean {
  return streams.some(({ exchange }) => RULES.has(exchange))
}

/** Never rejects. */
export async function findRules(rest: Pick<RestClient, 'ask'>, streams: readonly Stream[]): Promise<FoundRules> {
  const instruments = new Map(streams.map(stream => [`${stream.exchange}:${stream.symbol}`, stream]))
  const asked = [...instruments].filter(([, { exchange }]) => RULES.has(exchange)).slice(0, MOST_INSTRUMENTS)
  const answers = new Map<string, Promise<Answered>>()
  const found = await Promise.all(
    asked.map(async ([name, { exchange, symbol, pair }]): Promise<[string, TradingRules | string]> => {
      return [name, await rulesOf(rest, answers, exchange, { symbol, pair })]
    }),
  )
  return {
    rules: Object.fromEntries(found.flatMap(([name, told]) => (typeof told === 'string' ? [] : [[name, told]]))),
    unknown: found.flatMap(([instrument, told]) => (typeof told === 'string' ? [{ instrument, why: told }] : [])),
  }
}

/** @returns the rules, or why there are none. */
async function rulesOf(
  rest: Pick<RestClient, 'ask'>,
  answers: Map<string, Promise<Answered>>,
  exchange: string,
  instrument: AskedInstrument,
): Promise<TradingRules | string> {
  const request = RULES.get(exchange)
  const address = request?.url(instrument, null)
  if (request === undefined || address === undefined) return 'the exchange does not tell them'
  // One answer may hold all instruments of an exchange.
  const body = request.body?.(instrument)
  const key = `${address}\n${body ?? ''}`
  const question = { exchange, url: (base: string | null) => request.url(instrument, base) }
  const answer = answers.get(key) ?? rest.ask(body === undefined ? question : { ...question, body })
  answers.set(key, answer)
  const told = await answer
  return 'why' in told ? told.why : readRules(() => request.read(told.body, instrument))
}

function readRules(read: () => TradingRules): TradingRules | string {
  try {
    const rules = read()
    const checked = parseRules({ 'x:x': rules })
    if (typeof checked === 'string') return checked
    return Object.keys(rules).length === 0 ? 'they are not in the answer' : (rulesRecord(checked)['x:x'] ?? rules)
  } catch (error) {
    return messageOf(error)
  }
}

/** In a sentence, for whoever watches; undefined where all are known. */
export function unknownText({ unknown }: FoundRules): string | undefined {
  const [first] = unknown
  if (first === undefined) return undefined
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : ''
  return `the rules of ${first.instrument}${more} are not known (${first.why}); the recording goes on without them`
}
