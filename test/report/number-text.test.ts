import { describe, expect, it } from 'vitest'
import { metricLabel, metricValue } from '../../src/report/metric-text.js'
import { decimalText, fixedText, percentText, plainText, spanText, timeText } from '../../src/report/number-text.js'

describe('numbers as a report shows them', () => {
  it.each([
    [fixedText(-1234567.891), '−1,234,567.89'],
    [fixedText(-0.001), '0.00'],
    [fixedText(null), '–'],
    [percentText(0.1234), '12.34 %'],
    [percentText(-0.000123), '−0.0123 %'],
    [percentText(57.3), '5,730 %'],
    [plainText(-1935.936), '−1,935.94'],
    [plainText(0.0012345678), '0.0012346'],
    [plainText(Number.NaN), '–'],
    [decimalText('9474.9360481308519'), '9,474.93604813'],
    [decimalText('-0.500'), '−0.5'],
    [spanText(341_271_000), '5 min 41 s'],
    [spanText(86_400_000_000 * 3), '3 d'],
    [timeText(1_700_000_000_999_999), '2023-11-14 22:13:20'],
    [timeText(null), '–'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected)
  })
})

describe('metrics', () => {
  it('have names and units that people know', () => {
    expect(metricLabel('maxDrawdown')).toBe('max drawdown')
    expect(metricLabel('somethingNew')).toBe('something new')
    expect(metricValue('maxDrawdownSeconds', 90)).toBe('1 min 30 s')
    expect(metricValue('winRate', 0.5)).toBe('50.00 %')
    expect(metricValue('sharpe', null)).toBe('–')
  })
})
