import { describe, expect, it } from 'vitest'
import { Atr, TrueRange, type Bar } from '../../src/strategies/indicators/atr.js'
import { Bollinger } from '../../src/strategies/indicators/bollinger.js'
import { Ema, Wilder } from '../../src/strategies/indicators/ema.js'
import { Cci, Roc } from '../../src/strategies/indicators/momentum.js'
import { Psar } from '../../src/strategies/indicators/psar.js'
import { Rsi } from '../../src/strategies/indicators/rsi.js'
import { Sma } from '../../src/strategies/indicators/sma.js'
import { Obv, Vwap } from '../../src/strategies/indicators/volume.js'
import { hasShared } from '../support/shared.js'
import { expectWithin, oracleCases, type OracleCase } from './cases.js'

interface Series {
  readonly close: number[]
  readonly high: number[]
  readonly low: number[]
  readonly volume: number[]
  readonly n: number
  readonly k: number
  readonly step: number
  readonly max: number
}

/** Some cases need no close. */
const bars = ({ high, low, close = [] }: Partial<Series>): Bar[] =>
  high!.map((value, index) => ({ high: value, low: low![index]!, close: close[index] ?? 0 }))

const values = (given: Series, indicator: { update(value: number): number }) =>
  given.close.map(value => orNull(indicator.update(value)))

const overBars = (given: Series, indicator: { update(bar: Bar): number }) =>
  bars(given).map(bar => orNull(indicator.update(bar)))

/** One entry for each kind of series that the suite expects. */
const COMPUTE: Readonly<Record<string, (given: Series, id: string) => unknown[]>> = {
  sma: given => values(given, new Sma(given.n)),
  ema: given => values(given, new Ema(given.n)),
  rma: given => values(given, new Wilder(given.n)),
  rsi: given => values(given, new Rsi(given.n)),
  roc: given => values(given, new Roc(given.n)),
  tr: given => overBars(given, new TrueRange()),
  atr: (given, id) => overBars(given, new Atr(given.n, id.includes('talib') ? 'skip-first' : 'first-bar')),
  cci: given => overBars(given, new Cci(given.n)),
  psar: given => overBars(given, new Psar(given.step, given.max)),
  obv: given => {
    const obv = new Obv()
    return given.close.map((close, index) => obv.update(close, given.volume[index]!))
  },
  vwap: given => {
    const vwap = new Vwap()
    return bars(given).map((bar, index) => vwap.update(bar, given.volume[index]!))
  },
  lower_middle_upper: given => {
    const bands = new Bollinger(given.n, given.k)
    return given.close.map(value => {
      bands.update(value)
      return Number.isNaN(bands.middle) ? null : [bands.lower, bands.middle, bands.upper]
    })
  },
}

if (hasShared('oracles/indicators.json')) {
  describe('indicator oracles', () => {
    const cases: OracleCase[] = oracleCases('indicators')

    it.each(cases.map(oracle => [oracle.id, oracle] as const))('%s', (id, oracle) => {
      const [[kind, expected]] = Object.entries(oracle.expect) as unknown as [[string, unknown[]]]
      const compute = COMPUTE[kind]
      expect(compute, `no indicator for ${kind}`).toBeDefined()
      expectWithin(compute!(oracle.given as unknown as Series, id), expected, oracle.tolerance, id)
    })
  })
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}
