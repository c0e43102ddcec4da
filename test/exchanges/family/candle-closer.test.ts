/** Candles that end when the next begins. */
import { describe, expect, it } from 'vitest'
import { CandleCloser } from '../../../src/exchanges/family/candle-closer.js'
import type { Candle, Decoded } from '../../../src/model/event.js'

const candle = (start: number, close: number, symbol = 'A', interval = '1m'): Candle => ({
  ...{ type: 'candle', exchange: 'x', symbol, pair: 'A/B', interval, start, open: 1, high: 9, low: 1 },
  ...{ close, volume: 1, closed: false, time: start + close, received: start + close },
})

const told = (...candles: Candle[]): Decoded[] => {
  const closer = new CandleCloser()
  const out: Decoded[] = []
  for (const entry of candles) closer.add(entry, out)
  return out
}

describe('candle closer', () => {
  it('passes changes of the open candle on as they are', () => {
    expect(told(candle(60, 2), candle(60, 3))).toEqual([candle(60, 2), candle(60, 3)])
  })
  it('closes the last candle as last told, at the time of the next', () => {
    expect(told(candle(60, 2), candle(60, 3), candle(120, 4)).slice(2)).toEqual([
      { ...candle(60, 3), closed: true, time: 124, received: 124 },
      candle(120, 4),
    ])
  })
  it('takes an older candle for a correction of a closed one', () => {
    expect(told(candle(120, 4), candle(60, 5), candle(120, 6)).slice(1)).toEqual([
      { ...candle(60, 5), closed: true },
      candle(120, 6),
    ])
  })
  it('keeps symbols and intervals apart', () => {
    const out = told(candle(60, 2), candle(120, 2, 'B'), candle(120, 2, 'A', '5m'))
    expect(out.map(event => event.type === 'candle' && event.closed)).toEqual([false, false, false])
  })
})
