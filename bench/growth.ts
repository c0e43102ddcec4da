/** What the cost of a message grows with: not with how many came before, and little with how many streams there are. */
import { Session } from '../src/session/session.js'
import type { DataFrame } from '../src/model/frame.js'
import type { Bench, Contender } from './bench.js'
import { FIRST_MS, makeFrames } from './frames.js'
import { Digest } from './harness.js'

const FEW = 50_000
const MANY = 4 * FEW
const STREAMS = 1_000

export const growthBench: Bench = {
  name: 'growth',
  about:
    'Binance trades through a session to a subscriber of the bus; the cost of one message as there are more of them.',
  cases: () => [
    {
      name: 'messages',
      unit: 'messages',
      rounds: 7,
      open: () => [fold(`genesis, ${MANY}`, framesOf(1, MANY)), fold(`genesis, ${FEW}`, framesOf(1, FEW))],
      targets: { [`genesis, ${FEW}`]: 0.9 },
    },
    {
      name: 'streams',
      unit: 'messages',
      rounds: 7,
      open: () => [
        fold(`genesis, ${STREAMS} streams`, framesOf(STREAMS, 2 * MANY)),
        fold('genesis, one stream', framesOf(1, 2 * MANY)),
      ],
      targets: { 'genesis, one stream': 0.5 },
    },
  ],
}

/** Trades of so many symbols in turn, each symbol's ids without a gap. */
function framesOf(streams: number, count: number): DataFrame[] {
  const texts = makeFrames('binance trade', Math.ceil(count / streams)).map(frame => frame.toString())
  return Array.from({ length: count }, (_, index) => {
    const symbol = streams === 1 ? 'BTC' : `C${String(index % streams).padStart(4, '0')}`
    const text = texts[Math.floor(index / streams)] ?? ''
    const data = Buffer.from(text.replace('btcusdt', `${symbol.toLowerCase()}usdt`).replace('BTCUSDT', `${symbol}USDT`))
    return { kind: 'data', receivedAt: FIRST_MS * 1000 + index, exchange: 'binance', line: 0, data, binary: false }
  })
}

function fold(name: string, frames: readonly DataFrame[]): Contender {
  const run = (): { heard: number; size: number } => {
    const session = new Session({
      command: 'bench',
      streams: [],
      feed: null,
      filter: null,
      keepDeadLetter: () => undefined,
    })
    const found = { heard: 0, size: 0 }
    session.bus.subscribe('trade', trade => {
      found.heard++
      found.size += trade.size
    })
    for (const frame of frames) session.deliver(frame)
    return found
  }
  return {
    name,
    run: () => run().heard,
    digest: () => {
      const digest = new Digest()
      digest.add(run())
      return digest.hex()
    },
  }
}
