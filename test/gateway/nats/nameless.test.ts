import { describe, expect, it } from 'vitest'
import { parseHearing } from '../../../src/gateway/nats/aligned-copies.js'
import { NamelessEvents } from '../../../src/gateway/nats/nameless.js'
import type { Quote } from '../../../src/model/event.js'

const quote = (bid: number, received: number): Quote => ({
  type: 'quote', exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT', bid, bidSize: 1, ask: 99, askSize: 1, time: received, received,
}) // prettier-ignore

describe('states without number and time', () => {
  it('get a place in their stream, and a mark where one moment says the same again', () => {
    const events = new NamelessEvents()
    const heard = [quote(1, 5), quote(1, 5), quote(2, 5), quote(1, 5), quote(1, 6)].map(event =>
      events.hear(event, 's'),
    )
    expect(heard.map(one => one?.suffix)).toEqual(['', '#2', '', '#3', ''])
    expect(heard.map(one => parseHearing(one?.hearing ?? '')?.place)).toEqual([1, 2, 3, 4, 5])
    expect(parseHearing(events.hear(quote(1, 7), 'other')?.hearing ?? '')?.place).toBe(1)
    const [a, b] = [heard[0]?.hearing, new NamelessEvents().hear(quote(1, 5), 's')?.hearing]
    expect(parseHearing(a ?? '')?.collector).not.toBe(parseHearing(b ?? '')?.collector)
  })
})
