/** One more value for an indicator that knows the ones before. */
import { Bollinger } from '../src/strategies/indicators/bollinger.js'
import { Ema } from '../src/strategies/indicators/ema.js'
import { Macd } from '../src/strategies/indicators/macd.js'
import { Rsi } from '../src/strategies/indicators/rsi.js'
import { Sma } from '../src/strategies/indicators/sma.js'
import type { Bench, Case, Contender } from './bench.js'
import { bound } from './bound.js'
import { makeFrames } from './frames.js'
import { Digest, sink } from './harness.js'

const VALUES = 20_000
const LIMIT = '50 ns'
const LENGTH = 20

interface Indicator {
  update(value: number): unknown
}

export const indicatorsBench: Bench = {
  name: 'indicators',
  about:
    'One more price for an indicator; beside the mean of its window taken anew, and the bound for the path of a tick.',
  cases: () => [
    oneOf(`SMA ${LENGTH}`, () => new Sma(LENGTH), [contender('the window summed anew', () => new Anew(LENGTH))]),
    oneOf(`EMA ${LENGTH}`, () => new Ema(LENGTH)),
    oneOf('RSI 14', () => new Rsi(14)),
    oneOf('MACD 12 26 9', () => new Macd(12, 26, 9)),
    oneOf(`Bollinger ${LENGTH}`, () => new Bollinger(LENGTH, 2)),
  ],
}

function oneOf(name: string, create: () => Indicator, others: readonly Contender[] = []): Case {
  return {
    name,
    unit: 'values',
    open: () => [contender('genesis', create), ...others, bound(LIMIT, 50e-9)],
    targets: { [LIMIT]: 1 },
  }
}

/** The prices of a wandering market. */
const PRICES = Float64Array.from(makeFrames('binance trade', VALUES), frame => {
  const { data } = JSON.parse(frame.toString()) as { data: { p: string } }
  return Number(data.p)
})

function contender(name: string, create: () => Indicator): Contender {
  return {
    name,
    run: () => {
      const indicator = create()
      for (const price of PRICES) if (indicator.update(price) === undefined) sink.sum++
      return VALUES
    },
    digest: () => {
      const indicator = create()
      const digest = new Digest()
      for (const price of PRICES) {
        const value = indicator.update(price)
        digest.add(typeof value === 'number' ? value.toFixed(6) : value)
      }
      return digest.hex()
    },
  }
}

class Anew implements Indicator {
  private readonly values: number[] = []

  constructor(private readonly length: number) {}

  update(value: number): number {
    this.values.push(value)
    if (this.values.length > this.length) this.values.shift()
    if (this.values.length < this.length) return Number.NaN
    let sum = 0
    for (const one of this.values) sum += one
    return sum / this.length
  }
}
