import { describe, expect, it } from 'vitest'
import type { LinkState } from '../../../src/model/frame.js'
import { frameOf } from '../../../src/session/chaos/market.js'
import { Outages } from '../../../src/session/chaos/outages.js'

describe('outages', () => {
  const link = (line: number, state: LinkState, receivedAt: number, detail = 'reset_or_fin: cut') =>
    ({ kind: 'link', exchange: 'binance', line, state, receivedAt, detail, streams: ['a'] }) as const

  it('last from the loss to the first data on the line, not to the connection', () => {
    const outages = new Outages()
    outages.see(frameOf('x', 500), 'decoded')
    outages.see(link(0, 'disconnected', 1_000), 'control')
    outages.see(link(0, 'connected', 101_000, 'reconnected'), 'control')
    outages.see(frameOf('ack', 151_000), 'control')
    outages.see(frameOf('other line', 160_000, 1), 'decoded')
    expect(outages.open).toBe(1)
    outages.see(frameOf('x', 201_000), 'decoded')
    outages.see(frameOf('x', 901_000), 'decoded')
    expect(outages.losses).toEqual([200])
    expect(outages.open).toBe(0)
  })

  it('are not what the run itself has ended or replaced', () => {
    const outages = new Outages()
    for (const detail of ['stopped: the trial is over', 'renewed: old', 'stall: silent for 2 s']) {
      outages.see(link(0, 'disconnected', 1_000, detail), 'control')
    }
    expect(outages.open).toBe(0)
  })

  it('of silent connections last from their last data to the moment they were given up', () => {
    const outages = new Outages()
    outages.see(frameOf('x', 500_000), 'decoded')
    outages.see(link(0, 'stale', 2_500_000, 'silent'), 'control')
    expect(outages.silences).toEqual([2_000])
  })
})
