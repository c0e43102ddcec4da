import { describe, expect, it } from 'vitest'
import { DriftWatch } from '../../src/session/drift-watch.js'
import { frameOf } from '../../src/session/chaos/market.js'

const trade = (id: number, more = ''): string =>
  `{"e":"trade","E":${id},"s":"BTCUSDT","t":${id},"p":"97000.10","q":"0.1","T":${id},"m":true,"M":true${more}}`

describe('the drift watch', () => {
  it('reports a new layout once, with the stream and what is new', () => {
    const watch = new DriftWatch()
    for (let id = 0; id < 150; id++) expect(watch.see(frameOf(trade(id), id))).toBeUndefined()
    expect(watch.see(frameOf(trade(150, ',"X":"MARKET"'), 150))).toEqual({
      type: 'status',
      exchange: 'binance',
      stream: 'btcusdt@trade',
      state: 'drift',
      detail: 'message layout: +X:string',
      time: 150,
    })
    expect(watch.see(frameOf(trade(151, ',"X":"LIMIT"'), 151))).toBeUndefined()
    expect(watch.stats().reports).toBe(1)
  })

  it.each([
    { seen: 600, looked: 512 + 2, every: 32 },
    { seen: 9_300, looked: 512 + 240 + 1, every: 1_024 },
  ])('looks at one message in $every once it has seen $seen, and still finds what stays', ({ seen, looked, every }) => {
    const watch = new DriftWatch()
    for (let id = 0; id < seen; id++) watch.see(frameOf(trade(id), id))
    expect(watch.stats().messages).toBe(looked)
    const reports = Array.from({ length: 2 * every }, (_, id) => watch.see(frameOf(trade(id, ',"X":1'), id)))
    expect(reports.filter(report => report !== undefined)).toHaveLength(1)
  })

  it('passes over what is no JSON document or belongs to no stream', () => {
    const watch = new DriftWatch()
    expect(watch.see(frameOf('pong', 1))).toBeUndefined()
    expect(watch.see(frameOf('{"result":null,"id":1}', 2))).toBeUndefined()
    expect(watch.see({ ...frameOf('\u0001', 3), binary: true })).toBeUndefined()
    expect(watch.stats().messages).toBe(0)
  })
})
