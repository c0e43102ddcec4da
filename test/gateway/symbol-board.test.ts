import { describe, expect, it } from 'vitest'
import { resolveStream } from '../../src/exchanges/registry.js'
import { SymbolBoard } from '../../src/gateway/symbol-board.js'
import type { LinkFrame } from '../../src/model/frame.js'
import { Session } from '../../src/session/session.js'

const T0 = 1_732_400_000_000_000
const streams = [resolveStream('btcusdt@trade', 'binance')]
const link = (state: LinkFrame['state'], at: number): LinkFrame => {
  return { kind: 'link', receivedAt: T0 + at, exchange: 'binance', line: 0, state, streams: ['btcusdt@trade'], detail: 'reset' } // prettier-ignore
}

describe('the board of symbols', () => {
  it('hears of a lost connection however loaded the bus is', () => {
    const session = new Session({ command: 'test', streams, feed: null, keepDeadLetter: () => undefined, filter: null })
    const board = new SymbolBoard(session, streams)
    session.deliver(link('connected', 0))
    session.bus.observeLag(5_000)
    session.deliver(link('disconnected', 1))
    session.deliver(link('connected', 2))
    expect(board.rows()).toMatchObject([{ symbol: 'BTCUSDT', state: 'connected', reconnects: 1 }])
    board.close()
  })
})
