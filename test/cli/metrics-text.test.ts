import { describe, expect, it } from 'vitest'
import { conventionsLines, metricsLines } from '../../src/cli/metrics-text.js'
import type { ConventionsSection, MetricsSection } from '../../src/session/account-sections.js'

const METRICS = [
  {
    strategy: 'sma',
    return: { value: -0.0525, formula: 'end / start - 1', convention: 'mark to market', samples: 1_036 },
    cagr: { value: null, formula: '(end / start)^(365 / days) - 1', convention: '365 days', samples: 36 },
  },
] as unknown as readonly MetricsSection[]

describe('metrics on a terminal', () => {
  it('stand in a table, undefined ones as a dash', () => {
    expect(metricsLines(METRICS, 200)).toEqual([
      '',
      'metrics of sma',
      'metric    value  samples  convention      formula',
      'return  −5.25 %    1,036  mark to market  end / start - 1',
      'CAGR          –       36  365 days        (end / start)^(365 / days) - 1',
    ])
  })

  it('leave out the formula first and the convention next where it is narrow', () => {
    expect(metricsLines(METRICS, 100)[2]).toBe('metric    value  samples  convention')
    expect(metricsLines(METRICS, 60)[2]).toBe('metric    value  samples')
  })

  it('stand side by side by convention', () => {
    const sections = [
      { strategy: 'sma', sharpe: { backtestingPy: -21.02, empyrical: -17.3, freqtrade: null, lean: 1.5 } },
    ] as unknown as readonly ConventionsSection[]
    expect(conventionsLines(sections)).toEqual([
      '',
      'conventions side by side, sma',
      'metric        backtesting.py  empyrical  freqtrade    LEAN',
      'Sharpe ratio        −21.0200   −17.3000          –  1.5000',
    ])
  })
})
