/** A finished run to report on: a seeded walk of the price, traded by a built-in strategy. */
import type { FeedEvent, Trade } from '../../src/model/event.js'
import { RunCollector } from '../../src/session/run-collector.js'
import type { RunRecord } from '../../src/session/run-record.js'
import { Session } from '../../src/session/session.js'
import { planTrading, Trading, type TradingOptions } from '../../src/session/trading.js'

export const BEGIN = 1_700_000_000_000_000
const SECOND = 1_000_000

export const HOSTILE = '</script><img src=x onerror="document.title=1"><!--<script>\u202e'

export interface Named {
  readonly exchange: string
  readonly symbol: string
  readonly pair: string
}

export const BITCOIN: Named = { exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT' }

export function trade(named: Named, second: number, price: number, size = 1): Trade {
  const time = BEGIN + second * SECOND
  return { type: 'trade', ...named, id: String(second), price, size, side: 'buy', time, received: time }
}

/** A slow wave, so that a trend follower has something to do. */
export function wave(named: Named, seconds: number): Trade[] {
  return Array.from({ length: seconds }, (_, second) =>
    trade(named, second, Number((100 + 10 * Math.sin(second / 30) + (second % 7) / 10).toFixed(2))),
  )
}

export interface RunSetup {
  readonly events: readonly FeedEvent[]
  readonly options?: Partial<TradingOptions>
  readonly proof?: RunRecord['proof']
}

export async function finishedRun({ events, options, proof = null }: RunSetup): Promise<RunRecord> {
  const plan = await planTrading({
    strategies: ['sma'], parameters: ['fast=5', 'slow=20'], capital: '10000', fees: undefined, latencyMs: undefined, model: undefined, seed: 7, ...options,
  }) // prettier-ignore
  const session = new Session({ command: 'backtest', streams: [], feed: null, keepDeadLetter: () => undefined, filter: null }) // prettier-ignore
  const trading = new Trading(session, plan)
  const collector = new RunCollector(session, trading)
  for (const event of events) session.deliverEvent(event)
  trading.finish()
  await session.bus.stop()
  const summary = session.summary('end', 12)
  return collector.record({ plan, summary, inputs: ['wave.jsonl'], software: 'genesis 0.0.0', proof })
}
