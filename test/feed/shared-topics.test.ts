/** Streams that come under one topic of the exchange, as trades and books of Gemini do. */
import { describe, expect, it } from 'vitest'
import { Subscriptions } from '../../src/feed/subscriptions.js'
import { plainExchange, plainStream } from './plain-exchange.js'
import { realTimers } from '../../src/feed/timers.js'

const { dialect } = plainExchange()
const exchange = plainExchange({ dialect: { ...dialect, topic: stream => `all of ${stream.symbol}` } })

describe('streams of one topic', () => {
  it('leave the exchange only with the last of them', () => {
    const sent: string[] = []
    const host = { send: (text: string) => void sent.push(text), changed: () => undefined, hopeless: () => undefined }
    const subscriptions = new Subscriptions(exchange, realTimers, host)
    const streams = ['BTC@trade', 'BTC@book', 'ETH@trade'].map(plainStream)
    subscriptions.add(streams)
    subscriptions.opened()
    for (const stream of streams) subscriptions.remove(stream)
    subscriptions.closed()
    expect(sent.slice(1).map(text => JSON.parse(text) as unknown)).toEqual([
      { op: 'unsub', id: 2, streams: ['BTC@book'] },
      { op: 'unsub', id: 3, streams: ['ETH@trade'] },
    ])
  })
})
