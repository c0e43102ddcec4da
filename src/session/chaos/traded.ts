/** A strategy over frames in memory, for probes: what it did, as one digest and as records. */
import type { Frame } from '../../model/frame.js'
import type { TradingEvent } from '../../model/trading.js'
import { TRADING_EVENTS } from '../events.js'
import { Session } from '../session.js'
import { planTrading, Trading } from '../trading.js'

export interface Traded {
  readonly digest: string
  readonly records: readonly TradingEvent[]
  readonly fills: number
}

const STRATEGY = { strategies: ['sma'], parameters: ['fast=5', 'slow=20'], capital: '10000', fees: undefined, latencyMs: undefined, model: undefined, seed: 1 } // prettier-ignore

/** @param pace called before each frame; where it returns a promise it is waited for. */
export async function tradeFrames(
  frames: Iterable<Frame> | AsyncIterable<Frame>,
  pace: (frame: Frame) => Promise<void> | void = () => undefined,
): Promise<Traded> {
  const session = new Session({
    command: 'probe',
    streams: [],
    feed: null,
    keepDeadLetter: () => undefined,
    filter: null,
  })
  const trading = new Trading(session, await planTrading(STRATEGY))
  const records: TradingEvent[] = []
  for (const type of TRADING_EVENTS) session.bus.subscribe(type, (event: TradingEvent) => void records.push(event))
  for await (const frame of frames) {
    await pace(frame)
    session.deliver(frame)
  }
  trading.finish()
  await session.bus.stop()
  return { digest: trading.digest(), records, fills: records.filter(({ type }) => type === 'fill').length }
}
