import { describe, expect, it } from 'vitest'
import { conflationKey } from '../../src/engine/conflation-rule.js'
import { TranscendentalEventBus } from '../../src/engine/bus.js'
import type { Trade } from '../../src/model/event.js'
import { shownKey, StreamStats } from '../../src/session/stream-stats.js'

const trade = (id: number): Trade => ({ type: 'trade', exchange: 'sim', symbol: 'BTCUSDT', pair: 'BTC/USDT', id: String(id), price: id, size: 1, side: 'buy', time: id, received: id + 5 }) // prettier-ignore

describe('the figures of a table', () => {
  it('count every event and show the newest, however many were collapsed on the way', async () => {
    const bus = new TranscendentalEventBus<{ trade: Trade }>()
    const stats = new StreamStats([])
    bus.subscribe('trade', event => stats.count(event))
    const lane = bus.subscribe('trade', event => stats.show(event), { delivery: 'latest', key: shownKey })
    bus.start()
    for (let id = 1; id <= 100; id++) void bus.emit('trade', trade(id))
    await bus.stop()
    expect(stats.rows()[0]).toMatchObject({ events: 100, trades: 100, last: 100, received: 105 })
    expect(lane.stats()).toMatchObject({ emitted: 100, delivered: 1, conflated: 99 })
  })

  it('collapse even trades, which the rule for everybody else never does', () => {
    expect(shownKey(trade(1))).toBe(shownKey(trade(2)))
    expect(conflationKey(trade(1))).toBeUndefined()
  })
})
