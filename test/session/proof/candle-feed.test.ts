import { describe, expect, it } from 'vitest'
import type { BuiltCandle } from '../../../src/market/candles.js'
import type { Frame } from '../../../src/model/frame.js'
import { CandleFeed, candleInterval } from '../../../src/session/proof/candle-feed.js'
import type { Session } from '../../../src/session/session.js'
import { at, createSession, dataFrame, tradeText } from './support.js'

const MINUTE = 60

function build(
  frames: readonly Frame[],
  lines = 1,
  interval = '1m',
): { candles: BuiltCandle[]; feed: CandleFeed; session: Session } {
  const session = createSession()
  const feed = new CandleFeed(session, candleInterval(interval), lines)
  const candles: BuiltCandle[] = []
  session.bus.subscribe('candle', candle => candles.push(candle as BuiltCandle))
  for (const frame of frames) session.deliver(frame)
  feed.finish()
  return { candles, feed, session }
}

const trade = (seconds: number, id: number, price = '100'): Frame => dataFrame(seconds, tradeText(seconds, id, price))
const link = (seconds: number, state: 'connected' | 'disconnected', detail = 'gone', line = 0): Frame => ({
  kind: 'link', receivedAt: at(seconds), exchange: 'binance', line, state, streams: ['btcusdt@trade'], detail,
}) // prettier-ignore
/** The recording began at 22:13:20; this is the first whole minute. */
const first = 40
const complete = ({ candles }: { candles: readonly BuiltCandle[] }): boolean[] => candles.map(candle => candle.complete)

describe('CandleFeed', () => {
  it('closes each candle on time, the empty ones too, and gives the last as it stands', () => {
    const { candles, feed } = build([
      trade(first, 1, '100'),
      trade(first + 10, 2, '103'),
      trade(first + 20, 3, '99'),
      trade(first + 3 * MINUTE + 5, 4, '98'),
    ])
    expect(
      candles.map(({ start, open, high, low, close, volume, closed }) => [
        start,
        open,
        high,
        low,
        close,
        volume,
        closed,
      ]),
    ).toEqual([
      [at(first), 100, 103, 99, 99, 3, true],
      [at(first + MINUTE), 99, 99, 99, 99, 0, true],
      [at(first + 2 * MINUTE), 99, 99, 99, 99, 0, true],
      [at(first + 3 * MINUTE), 98, 98, 98, 98, 1, false],
    ])
    expect(feed.stats()).toEqual({ interval: '1m', closed: 3, empty: 2, late: 0 })
  })

  it('closes by the clock, a moment after its end, before the frame that moved it is told', () => {
    const session = createSession()
    const feed = new CandleFeed(session, candleInterval('1m'), 1)
    const told: string[] = []
    session.bus.subscribe('candle', candle => told.push(`candle ${candle.received - at(0)}`))
    session.bus.subscribe('trade', ({ id }) => told.push(`trade ${id}`))
    session.deliver(trade(first, 1))
    session.deliver({ kind: 'tick', receivedAt: at(first + 60.2) })
    expect(told).toEqual(['trade 1'])
    session.deliver(trade(first + 61, 2))
    expect(told).toEqual(['trade 1', `candle ${(first + 60.25) * 1e6}`, 'trade 2'])
    feed.finish()
  })

  it('knows that a hole in the ids lies inside', () => {
    const result = build([
      trade(first, 1),
      trade(first + 61, 2),
      trade(first + 90, 5),
      trade(first + 121, 6),
      trade(first + 181, 7),
    ])
    expect(complete(result)).toEqual([true, false, true, false])
  })

  it('marks every candle that a lost connection touches', () => {
    const result = build([
      trade(first, 1),
      link(first + 70, 'disconnected'),
      link(first + 130, 'connected'),
      trade(first + 131, 2),
      trade(first + 181, 3),
      trade(first + 241, 4),
    ])
    expect(complete(result)).toEqual([true, false, false, true, false])
  })

  it('takes no harm where another line still carries the stream, nor from the run’s own end', () => {
    const two = build(
      [trade(first, 1), link(first + 5, 'disconnected'), trade(first + 61, 2), trade(first + 121, 3)],
      2,
    )
    expect(complete(two)).toEqual([true, true, false])
    const ended = build([trade(first, 1), link(first + 5, 'disconnected', 'stopped: end'), trade(first + 61, 2)])
    expect(complete(ended)).toEqual([true, false])
  })

  it('counts frames that the recorder lost', () => {
    const value = { lost: 9, from: at(first + 10), to: at(first + 12) }
    const lost: Frame = { kind: 'control', receivedAt: at(first + 12), topic: 'recording.lost', value }
    expect(complete(build([trade(first, 1), lost, trade(first + 61, 2), trade(first + 121, 3)]))).toEqual([
      false,
      true,
      false,
    ])
  })

  it('refuses what is no interval', () => {
    expect(() => candleInterval('soon')).toThrow(/no interval of candles/)
  })
})
