/** A reader that stands still behind a small lane: the newest of every state arrives, and every trade. */
import { TranscendentalEventBus } from '../../../engine/bus.js'
import type { Quote, Trade } from '../../../model/event.js'
import type { Findings } from '../trial.js'
import type { Probe, Use } from '../probe.js'

const SYMBOLS = 8
const UPDATES = 5_000
const TRADES = 50
const CAPACITY = 64

export const conflationProbe: Probe = {
  mechanism: 'conflation',
  promise: 'the newest state of every key always arrives, trades are never merged, and collapsed updates are counted',
  run,
}

async function run(use: Use): Promise<Findings> {
  const bus = new TranscendentalEventBus<{ market: Quote | Trade }>()
  const newest = new Map<string, number>()
  let trades = 0
  let release = (): void => undefined
  const standstill = new Promise<void>(resolve => (release = resolve))
  const read = (event: Quote | Trade): Promise<void> => {
    if (event.type === 'trade') trades++
    else newest.set(event.symbol, event.bid)
    return standstill
  }
  const reader = bus.subscribe('market', read, {
    delivery: use === 'with' ? 'latest' : 'queue',
    capacity: CAPACITY,
    deadlineMs: Infinity,
  })
  bus.start()
  for (let update = 1; update <= UPDATES; update++) {
    void bus.emit('market', quote(update % SYMBOLS, update))
    if (update % (UPDATES / TRADES) === 0) void bus.emit('market', trade(update))
    // The reader takes the first event and stands still with it.
    if (update === 1) await Promise.resolve()
  }
  release()
  await bus.stop()
  const { emitted, delivered, conflated, shed, failed } = reader.stats()
  const current = [...newest].filter(([symbol, bid]) => bid === lastUpdateOf(Number(symbol))).length
  return {
    measured: { states: SYMBOLS, current, trades, conflated, lost: failed + shed, unaccounted: emitted - delivered - conflated - shed - failed },
    required: { current: { equal: SYMBOLS }, trades: { equal: TRADES }, conflated: { atLeast: 1 }, lost: { equal: 0 }, unaccounted: { equal: 0 } },
  } // prettier-ignore
}

function lastUpdateOf(symbol: number): number {
  return UPDATES - ((UPDATES - symbol) % SYMBOLS)
}

const HEAD = { exchange: 'sim', pair: 'A/B', time: 0, received: 0 }

function quote(symbol: number, bid: number): Quote {
  return { type: 'quote', ...HEAD, symbol: String(symbol), bid, bidSize: 1, ask: bid + 1, askSize: 1 }
}

function trade(id: number): Trade {
  return { type: 'trade', ...HEAD, symbol: '0', id: String(id), price: 1, size: 1, side: 'buy' }
}
