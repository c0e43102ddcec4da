import { describe, expect, it } from 'vitest'
import { watchStreams } from '../../src/cli/presentation.js'
import { resolveStream } from '../../src/exchanges/registry.js'
import type { LinkFrame } from '../../src/model/frame.js'
import { Session } from '../../src/session/session.js'
import { StreamStats } from '../../src/session/stream-stats.js'

const T0 = 1_732_400_000_000_000
const streams = [resolveStream('btcusdt@trade', 'binance')]
const link = (state: LinkFrame['state'], at: number): LinkFrame => {
  return { kind: 'link', receivedAt: T0 + at, exchange: 'binance', line: 0, state, streams: ['btcusdt@trade'], detail: 'reset' } // prettier-ignore
}

describe('the live table', () => {
  it('hears of a lost connection however loaded the bus is, and is spared of everything else', () => {
    const session = new Session({ command: 'test', streams, feed: null, keepDeadLetter: () => undefined, filter: null })
    const stats = new StreamStats(streams)
    watchStreams(session, stats)
    session.deliver(link('connected', 0))
    session.bus.observeLag(5_000)
    session.deliver({ kind: 'data', receivedAt: T0 + 1, exchange: 'binance', line: 0, binary: false, data: Buffer.from('{"stream":"btcusdt@trade","data":{"e":"trade","E":1732400000000,"s":"BTCUSDT","t":1,"p":"97000.10","q":"0.5","T":1732400000000,"m":false,"M":true}}') }) // prettier-ignore
    session.deliver(link('disconnected', 2))
    expect(stats.rows()).toMatchObject([{ state: 'disconnected', events: 0 }])
    session.deliver(link('connected', 3))
    expect(stats.rows()).toMatchObject([{ state: 'connected', reconnects: 1 }])
  })
})
