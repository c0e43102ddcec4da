import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../src/engine/random.js'
import { epochMicros } from '../../src/exchanges/family/epoch.js'
import { exactSize, idText, sequenceNumber } from '../../src/model/number.js'
import { parseIsoMicros } from '../../src/model/time.js'
import { id, integer, isoTime, milliseconds, nanoseconds, rule, size, type Field } from '../../src/wire/field.js'
import { integerText } from '../../src/wire/ids.js'
import { compileLayout } from '../../src/wire/layout-code.js'
import { outlineOf } from '../../src/wire/outline.js'
import { load } from '../../src/wire/scanner.js'
import { layoutBy } from '../../src/wire/steps.js'
import { numberText } from './differential.js'

/** Reads the value of `{"v":…}` from its bytes, by the layout of `sample`; undefined where that is left to the general way. */
function readerOf<T>(field: (path: string) => Field<T>, sample: string): (value: string) => T | undefined {
  const one = rule({
    name: 'one',
    when: {},
    fields: [field('v')],
    make: (_, out: T[], value) => {
      out.push(value)
      return true
    },
  })
  const message = `{"v":${sample}}`
  const outline = outlineOf(message)
  const layout = outline && layoutBy(one, message, outline, new Map())
  const read = layout && compileLayout(layout, one)
  if (!read) throw new Error('not learned')
  return value => {
    const bytes = Buffer.from(`{"v":${value}}`)
    const out: T[] = []
    load(bytes)
    return read(bytes.length, 1, out) ? out[0] : undefined
  }
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

describe('numbers read from their bytes', () => {
  it('are the correctly rounded double, or are left to the general way', () => {
    const read = readerOf(size, '"1.5"')
    const random = new Random('decimals')
    let read_ = 0
    for (let count = 0; count < 100_000; count++) {
      const digits = numberText(random)
      const found = read(`"${digits}"`)
      if (found === undefined) continue
      read_++
      expect(found, digits).toBe(attempt(() => exactSize(digits, 'v')))
      expect(found, digits).toBe(Number(digits))
    }
    expect(read_).toBeGreaterThan(50_000)
  })

  it('read every decimal of up to fifteen digits', () => {
    const read = readerOf(size, '"1.5"')
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999_999_999 }),
        fc.integer({ min: 0, max: 15 }),
        (digits, places) => {
          const text = String(digits).padStart(places + 1, '0')
          const decimal = places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`
          expect(read(`"${decimal}"`)).toBe(Number(decimal))
          expect(read(`"${decimal}"`)).toBe(exactSize(decimal, 'v'))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('are read bare only where JSON allows them so', () => {
    const read = readerOf(size, '1.5')
    expect(
      ['0', '0.5', '10', '007', '00', '1.', '.5', '-1', '1e5', '123456789012345', '1234567890123456', '', '+1'].map(
        read,
      ),
    ).toEqual([
      0,
      0.5,
      10,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      123_456_789_012_345,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('are integers up to the greatest that is exact', () => {
    const read = readerOf(integer, '1')
    for (const digits of [
      '0',
      '9007199254740991',
      '9007199254740992',
      '9007199254740993',
      '9999999999999999',
      '10000000000000000',
      '1732400000125871',
      '1.5',
      '-1',
    ]) {
      const found = read(digits)
      if (found !== undefined) expect(found).toBe(sequenceNumber(digits, 'v'))
      expect(found === undefined, digits).toBe(
        !(Number(digits) <= Number.MAX_SAFE_INTEGER && /^\d{1,16}$/.test(digits)),
      )
    }
  })
})

describe('ids read from their bytes', () => {
  it('are the digits or the text as sent', () => {
    const [bare, quoted] = [readerOf(id, '1'), readerOf(id, '"a"')]
    for (const digits of ['0', '7', '999', '1000', '1001', '4839201000', '9007199254740991', '563678000']) {
      expect(bare(digits)).toBe(digits)
      expect(quoted(`"${digits}"`)).toBe(digits)
    }
    for (const text of [
      '0012',
      '123456789012345678901',
      'a714a99e-e437-46dc-890e-a8bc12d3f306',
      '12a',
      'x'.repeat(128),
    ])
      expect(quoted(`"${text}"`)).toBe(idText(text, 'v'))
    for (const text of ['', 'ä', '\\u0041', 'x'.repeat(129)]) expect(quoted(`"${text}"`)).toBeUndefined()
  })

  it('are put together right whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })), numbers => {
        expect(numbers.map(integerText)).toEqual(numbers.map(String))
      }),
    )
  })
})

describe('times read from their bytes', () => {
  it('are those that the general way reads', () => {
    const read = readerOf(isoTime, '"2024-11-24T00:00:00Z"')
    for (const text of [
      '2024-11-24T00:00:00Z',
      '2024-11-24T00:00:59.1Z',
      '2021-04-17T16:43:18.435588Z',
      '2021-04-17T16:43:18.4355889Z',
      '2026-08-24T22:34:13.793075885Z',
      '2026-08-24 22:34:13Z',
      '2026-13-24T22:34:13Z',
      '2026-08-24T22:34:60Z',
    ])
      expect([undefined, parseIsoMicros(text)], text).toContain(read(`"${text}"`))
    expect(read('"2021-04-17T16:43:18.435588Z"')).toBe(1_618_677_798_435_588)
    for (const text of [
      '0001-01-01T00:00:00Z',
      '2024-11-24T00:00:00',
      '2024-11-24T00:00:00+01:00',
      '2024-11-24T00:00:0aZ',
      '2024-11-24T00:00:00.Z',
      '2024-11-24T00:00',
      '',
    ])
      expect(read(`"${text}"`), text).toBeUndefined()
  })

  it('are cut to the microsecond where they come in nanoseconds', () => {
    const read = readerOf(nanoseconds, '1732400000125871999')
    expect(read('1732400000125871999')).toBe(1_732_400_000_125_871)
    expect(
      ['173240000012587199', '17324000001258719990', '0732400000125871999', '1732400000125871a99'].map(read),
    ).toEqual([undefined, undefined, undefined, undefined])
  })

  it('keep a fraction of milliseconds to the microsecond, as text and as numbers', () => {
    const quoted = readerOf(milliseconds, '"1606292218213.4578"')
    const bare = readerOf(milliseconds, '1606292218213.457')
    expect(quoted('"1606292218213.4578"')).toBe(1_606_292_218_213_457)
    expect(quoted('"1606292218213.04"')).toBe(1_606_292_218_213_040)
    expect(bare('1606292218213')).toBe(1_606_292_218_213_000)
    fc.assert(
      fc.property(
        fc.integer({ min: 1_230_768_000_000, max: 9_007_199_254_740 }),
        fc.stringMatching(/^\d{1,12}$/),
        (whole, finer) => {
          const text = `${whole}.${finer}`
          expect(quoted(`"${text}"`)).toBe(epochMicros(text, 'ms', 'v'))
          const surviving = finer.length <= 3 && whole < 2 ** 43
          expect(bare(text)).toBe(surviving ? epochMicros(Number(text), 'ms', 'v') : undefined)
        },
      ),
    )
  })

  it.each([
    '"1606292218213."',
    '"160629221821.3"',
    '"0606292218213.3"',
    '"16062922182133.1"',
    '"1606292218213.1234567890123"',
    '"1606292218213.4e1"',
    '""',
  ])('leave %s, which is no time in milliseconds, to the general way', text => {
    expect(readerOf(milliseconds, '"1606292218213.4578"')(text)).toBeUndefined()
  })
})
