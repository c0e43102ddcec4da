/** Epoch times in every unit are cut to the microsecond and never rounded. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMicros } from '../../../src/exchanges/family/epoch.js'
import { DecodeError } from '../../../src/model/errors.js'

const micros = fc.integer({ min: 1_230_768_000_000_000, max: Number.MAX_SAFE_INTEGER })

describe('epochMicros', () => {
  it('cuts nanoseconds', () => {
    fc.assert(
      fc.property(micros, fc.integer({ min: 0, max: 999 }), (time, rest) => {
        expect(epochMicros(`${time}${String(rest).padStart(3, '0')}`, 'ns', 't')).toBe(time)
      }),
    )
  })

  it('keeps a fraction of seconds and of milliseconds, and cuts what is finer', () => {
    fc.assert(
      fc.property(micros, fc.stringMatching(/^\d{0,5}$/), (time, finer) => {
        const digits = String(time)
        expect(epochMicros(`${digits.slice(0, -6)}.${digits.slice(-6)}${finer}`, 's', 't')).toBe(time)
        expect(epochMicros(`${digits.slice(0, -3)}.${digits.slice(-3)}${finer}`, 'ms', 't')).toBe(time)
      }),
    )
  })

  it('reads numbers as it reads their digits', () => {
    expect(epochMicros(1_732_353_600_101, 'ms', 't')).toBe(1_732_353_600_101_000)
    expect(epochMicros(1_732_353_600, 's', 't')).toBe(1_732_353_600_000_000)
    expect(epochMicros(1_732_353_600.25, 's', 't')).toBe(1_732_353_600_250_000)
    expect(epochMicros(1_732_353_600_101_000, 'us', 't')).toBe(1_732_353_600_101_000)
  })

  it.each([undefined, null, '', 'x', '1e12', '-1732353600101', '1732353600101 ', 0, -1, NaN, {}, [], true])(
    'refuses %j',
    value => {
      expect(() => epochMicros(value, 'ms', 't')).toThrow(DecodeError)
    },
  )

  it.each([
    [1_732_353_600, 'ms'],
    [1_732_353_600_101, 's'],
    ['1732353600101', 'ns'],
    ['99999999999999999999', 'ns'],
  ] as const)('refuses %s in %s, which is another unit', (value, unit) => {
    expect(() => epochMicros(value, unit, 't')).toThrow(DecodeError)
  })
})
