import { describe, expect, it } from 'vitest'
import { parseRotation } from '../../src/cli/rotation.js'

describe('parseRotation', () => {
  it.each([
    ['1h', { every: 3_600_000_000 }],
    ['100MB', { bytes: 100_000_000 }],
    ['1.5GiB', { bytes: 1_610_612_736 }],
    ['1h,100mb', { every: 3_600_000_000, bytes: 100_000_000 }],
    ['64KiB', { bytes: 65_536 }],
  ])('%s', (text, rotation) => {
    expect(parseRotation(text)).toEqual(rotation)
  })

  it.each(['', '1', '100', '1ms', '10B', 'soon', '1h,', '1h,soon', '-1h', '1e3MB'])('refuses %j', text => {
    expect(() => parseRotation(text)).toThrow(/--rotate .*expected a time from 1s or a size from 4KiB/)
  })
})
