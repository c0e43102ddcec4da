import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DecodeError } from '../../src/model/errors.js'
import {
  canonical,
  exactNumber,
  exactNumberWithExponent,
  exactPrice,
  exactSize,
  idText,
  plainDecimal,
  sequenceNumber,
} from '../../src/model/number.js'

const digits = fc.stringMatching(/^[1-9]\d{0,19}$/)
const fraction = fc.stringMatching(/^\d{1,19}$/)

describe('exactNumber', () => {
  it('keeps every decimal exactly or refuses it', () => {
    fc.assert(
      fc.property(digits, fraction, (whole, decimals) => {
        const text = `${whole}.${decimals}`
        let value: number
        try {
          value = exactNumber(text, 'p')
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError)
          return
        }
        expect(plainDecimal(value)).toBe(canonical(text))
      }),
      { numRuns: 3000 },
    )
  })

  it('never refuses a decimal of at most 15 significant digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9]\d{0,6}$/), fc.stringMatching(/^\d{1,8}$/), (whole, decimals) => {
        expect(plainDecimal(exactNumber(`${whole}.${decimals}`, 'p'))).toBe(canonical(`${whole}.${decimals}`))
      }),
    )
  })

  it.each([
    ['97123.45000000', 97123.45],
    ['0.00000012', 0.00000012],
    ['007.10', 7.1],
    ['0', 0],
    ['-0.0', 0],
    ['1760000000000000', 1760000000000000],
  ])('reads %s', (text, value) => expect(exactNumber(text, 'p')).toBe(value))

  it.each(['', ' 1', '1 ', '0x10', '1e5', 'NaN', 'Infinity', '1.', '.5', '+1', '1,5', '--1', '٣', '1'.repeat(41)])(
    'refuses %j as a number',
    text => expect(() => exactNumber(text, 'p')).toThrow(expect.objectContaining({ code: 'number' })),
  )

  it.each([null, undefined, true, [], {}, NaN, Infinity])('refuses %j', value =>
    expect(() => exactNumber(value, 'p')).toThrow(DecodeError),
  )

  it.each(['0.12345678901234567890', '9007199254740993', '123456789.123456789123'])('refuses %s as inexact', text =>
    expect(() => exactNumber(text, 'p')).toThrow(expect.objectContaining({ code: 'inexact' })),
  )
})

describe('prices, sizes, ids and sequences', () => {
  it('wants a price above zero and a size of zero or more', () => {
    expect(() => exactPrice('0', 'p')).toThrow(DecodeError)
    expect(() => exactPrice('-1', 'p')).toThrow(DecodeError)
    expect(exactSize('0.00', 'q')).toBe(0)
    expect(() => exactSize('-0.1', 'q')).toThrow(DecodeError)
  })

  it('reads exponents only where asked', () => {
    expect(exactNumberWithExponent('1.25e-7', 'p')).toBe(0.000000125)
    expect(exactNumberWithExponent('3E+2', 'p')).toBe(300)
    expect(() => exactNumberWithExponent('1e400', 'p')).toThrow(DecodeError)
  })

  it('keeps ids as text and never rounds one', () => {
    expect(idText('9007199254740993', 'id')).toBe('9007199254740993')
    expect(idText(42, 'id')).toBe('42')
    expect(() => idText(2 ** 53, 'id')).toThrow(DecodeError)
    expect(() => idText('', 'id')).toThrow(DecodeError)
  })

  it('refuses sequence numbers that a double cannot hold', () => {
    expect(sequenceNumber('123', 'u')).toBe(123)
    expect(() => sequenceNumber('9007199254740993', 'u')).toThrow(DecodeError)
    expect(() => sequenceNumber(1.5, 'u')).toThrow(DecodeError)
  })
})

describe('plainDecimal', () => {
  it('never writes an exponent and reads back to the same double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), value => {
        const text = plainDecimal(value)
        expect(text).not.toMatch(/e/i)
        expect(Number(text)).toBe(value === 0 ? 0 : value)
      }),
    )
  })
})
