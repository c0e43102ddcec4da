import { describe, expect, it } from 'vitest'
import type { Frame } from '../../../src/model/frame.js'
import { ToldLosses } from '../../../src/session/proof/loss-rows.js'
import { at, dataFrame } from './support.js'

const link = (seconds: number, line: number, state: 'connected' | 'disconnected', detail = 'stall: silent'): Frame => ({
  kind: 'link', receivedAt: at(seconds), exchange: 'binance', line, state, streams: ['btcusdt@bookTicker', 'btcusdt@trade'], detail,
}) // prettier-ignore
const data = (seconds: number, line: number): Frame => ({ ...dataFrame(seconds, '{}'), line }) as Frame

/** Of the stream whose messages are not numbered: from when to when, and why. */
function holes(...frames: readonly Frame[]): unknown[] {
  const told = new ToldLosses()
  for (const frame of frames) told.see(frame)
  return told.finish().map(({ stream, start, end, detail }) => [stream, start, end, detail])
}

describe('losses that the links tell', () => {
  it('last from the end of a connection to the next one', () => {
    const frames = [link(1, 0, 'connected'), data(2, 0), link(3, 0, 'disconnected'), link(5, 0, 'connected')]
    expect(holes(...frames)).toEqual([['btcusdt@bookTicker', at(3), at(5), 'stall: silent']])
    expect(holes(...frames.slice(0, 3))).toEqual([['btcusdt@bookTicker', at(3), null, 'stall: silent']])
  })

  it('last from when a dead connection was heard to when another took its place', () => {
    const frames = [link(1, 0, 'connected'), data(2, 0), link(9, 1, 'connected'), data(10, 1)]
    expect(holes(...frames, link(11, 0, 'disconnected'))).toEqual([
      ['btcusdt@bookTicker', at(2), at(9), 'stall: silent'],
    ])
    expect(holes(...frames, link(11, 0, 'disconnected', 'renewed: its age'))).toEqual([])
  })

  it('last from what a killed run heard last to the connection of the run that went on', () => {
    const frames = [link(1, 0, 'connected'), data(2, 0), link(5, 0, 'connected'), data(6, 0)]
    expect(holes(...frames)).toEqual([
      ['btcusdt@bookTicker', at(2), at(5), 'the run that had the connection before is over'],
    ])
    expect(holes(...frames.slice(0, 2), link(3, 0, 'disconnected', 'stopped: limit'), ...frames.slice(2))).toEqual([])
  })

  it('are none where another line carried the stream all along, until that one goes, too', () => {
    const frames = [link(1, 0, 'connected'), link(1, 1, 'connected'), data(2, 0), link(3, 0, 'disconnected')]
    expect(holes(...frames, link(5, 0, 'connected'))).toEqual([])
    expect(holes(...frames, link(4, 1, 'disconnected'), link(5, 0, 'connected'))).toEqual([
      ['btcusdt@bookTicker', at(4), at(5), 'stall: silent'],
    ])
  })
})
