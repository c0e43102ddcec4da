import { describe, expect, it } from 'vitest'
import { resolveStream } from '../../src/exchanges/registry.js'
import { binance } from '../../src/exchanges/binance.js'
import type { DataFrame } from '../../src/model/frame.js'
import { Session } from '../../src/session/session.js'

const T0 = 1_732_400_000_000_000
const stream = resolveStream('btcusdt@trade', 'binance')

function start() {
  const wanted: string[] = []
  const session = new Session({
    command: 'test',
    streams: [stream],
    feed: {
      heard: () => undefined,
      wantSnapshot: () => undefined,
      resubscribeBook: () => undefined,
      wantTrades: (exchange, name, from, to) => wanted.push(`${exchange} ${name} ${from}-${to}`),
    },
    keepDeadLetter: () => undefined,
    filter: null,
  })
  const ids: string[] = []
  session.bus.subscribe('trade', trade => ids.push(trade.id))
  const deliver = (text: string, at: number): void => {
    const frame: DataFrame = {
      kind: 'data',
      receivedAt: T0 + at,
      exchange: 'binance',
      line: 0,
      data: Buffer.from(text),
      binary: false,
    }
    session.deliver(frame)
  }
  return { wanted, session, ids, deliver }
}

const live = (id: number): string =>
  `{"stream":"btcusdt@trade","data":{"e":"trade","E":1732400000000,"s":"BTCUSDT","t":${id},"p":"97000.10","q":"0.5","T":1732400000000,"m":false,"M":true}}`
const row = (id: number): string =>
  `{"id":${id},"price":"97000.10","qty":"0.5","quoteQty":"1","time":1732400000000,"isBuyerMaker":false,"isBestMatch":true}`
const page = (...ids: readonly number[]): string =>
  binance.trades!.wrap(stream, { from: 1, to: 1_000, since: null }, `[${ids.map(row).join(',')}]`)

describe('a hole in the trades', () => {
  it('is asked for by its ids, and what comes is late, once, and in the ledger', () => {
    const { wanted, session, ids, deliver } = start()
    deliver(live(10), 1_000)
    deliver(live(14), 2_000)
    expect(wanted).toEqual(['binance btcusdt@trade 11-13'])
    deliver(page(11, 12), 5_000_000)
    deliver(live(15), 5_001_000)
    deliver(page(12, 13), 6_000_000)
    expect(ids).toEqual(['10', '14', '11', '12', '15', '13'])
    expect(session.gaps.list()).toMatchObject([
      { stream: 'btcusdt@trade', from: '11', to: '13', provable: true, backfilled: 3 },
    ])
    expect(session.gaps.totals()).toMatchObject({ gaps: 1, missing: 3, backfilled: 3 })
    expect(session.summary('end', 1)).toMatchObject({ gaps: 1, duplicates: 1, events: { trade: 6 } })
  })

  it('tells nothing of the line’s latency when it is filled', () => {
    const { session, deliver } = start()
    deliver(live(10), 1_000)
    deliver(live(12), 2_000)
    deliver(page(11), 60_000_000)
    expect(session.summary('end', 1).latency.max).toBeLessThan(10_000)
  })
})
