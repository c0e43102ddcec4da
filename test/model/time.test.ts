import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIsoMicros, parseDuration, parseIsoMicros } from '../../src/model/time.js'

describe('parseIsoMicros', () => {
  it('reads back what formatIsoMicros writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), time => {
        expect(parseIsoMicros(formatIsoMicros(time))).toBe(time)
      }),
    )
  })

  it.each([
    ['2021-04-17T16:43:18.435588Z', 1618677798435588],
    ['2021-04-17T16:43:18Z', 1618677798000000],
    ['2021-04-17T16:43:18.4355889999Z', 1618677798435588],
    ['2021-04-17T18:43:18.435588+02:00', 1618677798435588],
    ['2021-04-17 16:43:18.435588', 1618677798435588],
  ])('reads %s', (text, time) => expect(parseIsoMicros(text)).toBe(time))

  it.each(['', '2021-04-17', 'yesterday', '0001-01-01T00:00:00.000000Z', '2021-04-17T16:43:18,5Z'])(
    'refuses %j',
    text => expect(parseIsoMicros(text)).toBeUndefined(),
  )
})

describe('parseDuration', () => {
  it.each([
    ['250ms', 250_000],
    ['30s', 30_000_000],
    ['1.5h', 5_400_000_000],
    ['1m30s', 90_000_000],
    ['10us', 10],
  ])('reads %s', (text, micros) => expect(parseDuration(text)).toBe(micros))

  it.each(['', '30', 's', '-1s', '1 s', '1y', '1e3s'])('refuses %j', text =>
    expect(parseDuration(text)).toBeUndefined(),
  )
})
