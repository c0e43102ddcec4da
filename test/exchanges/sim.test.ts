/** The embedded exchange against the table test: it is a spot exchange of the Binance family without a home. */
import { describe, expect, it } from 'vitest'
import { sim } from '../../src/exchanges/sim.js'
import { spotCases } from './binance-cases.js'
import { conformance, streamOf } from './conformance.js'

conformance({ ...spotCases(sim, undefined), recordings: [] })

describe('the embedded exchange', () => {
  it('has no address but the one it is given', () => {
    expect(sim.endpoints).toEqual([])
    expect(sim.address(streamOf(sim, 'btcusdt@trade'), 'ws://127.0.0.1:4711')).toBe('ws://127.0.0.1:4711/stream')
    const url = 'http://127.0.0.1:4711/api/v3/depth?symbol=BTCUSDT&limit=5000'
    expect(sim.book?.request?.url('BTCUSDT', 'http://127.0.0.1:4711')).toBe(url)
  })
})
