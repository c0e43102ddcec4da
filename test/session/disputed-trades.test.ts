/** Copies of a trade that disagree: the first stands, and both are to be found afterwards. */
import { describe, expect, it } from 'vitest'
import type { FeedEvent } from '../../src/model/event.js'
import type { DataFrame } from '../../src/model/frame.js'
import type { KeptLetter } from '../../src/session/disputed-trades.js'
import { Session } from '../../src/session/session.js'
import { findImbalance } from '../../src/session/summary.js'

const T0 = 1_732_400_000_000_000

function folding(keepDeadLetter: (letter: KeptLetter) => void) {
  const session = new Session({ command: 'test', streams: [], feed: null, keepDeadLetter, filter: null, lines: 2 })
  const events: FeedEvent[] = []
  session.observer = event => events.push(event)
  let time = T0 + 1
  const deliver = (text: string, line = 0, exchange = 'binance'): DataFrame => {
    const frame: DataFrame = { kind: 'data', receivedAt: time++, exchange, line, data: Buffer.from(text), binary: false } // prettier-ignore
    session.deliver(frame)
    return frame
  }
  return { session, events, deliver }
}

const trade = (id: number, price: string): string =>
  `{"e":"trade","E":1732400000000,"s":"BTCUSDT","t":${id},"p":"${price}","q":"0.00000001","T":1732400000000,"m":false,"M":true}`

/** Kraken sends several trades in one frame. */
const several = (...trades: readonly (readonly [id: number, price: number])[]): string => {
  const data = trades.map(([trade_id, price]) => ({ symbol: 'BTC/USD', side: 'buy', price, qty: 1, ord_type: 'limit', trade_id, timestamp: '2024-11-24T00:00:00.000000Z' })) // prettier-ignore
  return JSON.stringify({ channel: 'trade', type: 'update', data })
}

const printed = (event: FeedEvent | undefined): string => JSON.stringify(event).replace('1e-8', '0.00000001')

describe('a trade under the id of another', () => {
  it('is held back, and its frame is kept whole beside what both say', () => {
    const letters: KeptLetter[] = []
    const { session, events, deliver } = folding(letter => letters.push(letter))
    deliver(trade(1, '97000.10'))
    deliver(trade(1, '97000.10'))
    const frame = deliver(trade(1, '97000.20'), 1)
    deliver(trade(2, '97000.20'))

    const [first, status, second] = events
    expect(events.map(event => (event.type === 'trade' ? event.price : event.type))).toEqual([97_000.1, 'status', 97_000.2]) // prettier-ignore
    expect(status).toMatchObject({ state: 'drift', detail: 'two different trades with id 1' })
    const held = printed(first)
      .replace('97000.1', '97000.2')
      .replace(`${T0 + 1}`, `${T0 + 3}`)
    expect(second).toMatchObject({ id: '2' })
    expect(letters).toEqual([
      {
        type: 'deadLetter', exchange: 'binance', line: 1, code: 'conflict', stage: 'arbiter', time: T0 + 3, frame,
        message: 'other trades came before with the same id: 1', conflicts: [{ first: printed(first), second: held }],
      },
    ]) // prettier-ignore
    expect(letters[0]?.frame).toBe(frame)

    const summary = session.summary('end', 1)
    expect(summary).toMatchObject({ frames: 4, decoded: 4, control: 0, deadLettered: 0, duplicates: 1, conflicts: 1 })
    expect(findImbalance(summary)).toBeUndefined()
    expect(session.checkAccount()).toBeUndefined()
  })

  it('is kept with its frame once, however many of the frame are disputed; the others are told', () => {
    const letters: KeptLetter[] = []
    const { session, events, deliver } = folding(letter => letters.push(letter))
    deliver(several([1, 10], [2, 20]), 0, 'kraken')
    deliver(several([1, 11], [2, 21], [3, 30]), 0, 'kraken')
    expect(events.flatMap(event => (event.type === 'trade' ? [event.price] : []))).toEqual([10, 20, 30])
    expect(letters).toMatchObject([{ message: 'other trades came before with the same id: 1, 2', conflicts: [{}, {}] }])
    expect(session.summary('end', 1)).toMatchObject({ frames: 2, decoded: 2, deadLettered: 0, conflicts: 2 })
  })

  it('is compared with the first copy for good', () => {
    const letters: KeptLetter[] = []
    const { events, deliver, session } = folding(letter => letters.push(letter))
    for (const price of ['1', '2', '2', '1']) deliver(trade(1, price))
    expect(events.filter(({ type }) => type === 'trade')).toHaveLength(1)
    expect(letters).toHaveLength(2)
    expect(session.summary('end', 1)).toMatchObject({ duplicates: 1, conflicts: 2 })
  })

  it('that cannot be kept does not end the run, and the account says so', () => {
    const { session, events, deliver } = folding(() => {
      throw new Error('full')
    })
    for (const [id, price] of [[1, '1'], [1, '2'], [2, '3']] as const) deliver(trade(id, price)) // prettier-ignore
    expect(events.filter(({ type }) => type === 'trade')).toHaveLength(2)
    expect(session.checkAccount()).toBe('1 dead letters could not be kept')
  })

  it('is neither kept nor counted before the run begins to speak', () => {
    const letters: KeptLetter[] = []
    const { session, deliver } = folding(letter => letters.push(letter))
    session.beSilent()
    for (const price of ['1', '2']) deliver(trade(1, price))
    session.speak()
    deliver(trade(1, '3'))
    expect(letters.map(({ frame }) => frame.data.toString())).toEqual([trade(1, '3')])
    expect(session.summary('end', 1)).toMatchObject({ frames: 1, conflicts: 1 })
  })
})
