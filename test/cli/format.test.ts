import { describe, expect, it } from 'vitest'
import { bytesText, countText, decimalText, rateText, sparkline, spanText } from '../../src/cli/format.js'
import { safe } from '../../src/cli/safe.js'

describe('numbers for people', () => {
  it.each([
    [decimalText(0.00000012), '0.00000012'],
    [decimalText(null), '–'],
    [countText(1234567), '1,234,567'],
    [rateText(0.44), '0.4/s'],
    [rateText(12345), '12,345/s'],
    [spanText(85), '85µs'],
    [spanText(-1300), '-1.3ms'],
    [spanText(2_400_000), '2.4s'],
    [spanText(185_000_000), '3m05s'],
    [spanText(7_800_000_000), '2h10m'],
    [spanText(null), '–'],
    [bytesText(999), '999 B'],
    [bytesText(12_345_678), '12.3 MB'],
    [sparkline([1, 2, 3]), '▁▅█'],
    [sparkline([5, 5]), '▄▄'],
    [sparkline([]), ''],
  ])('%s', (text, expected) => expect(text).toBe(expected))
})

describe('safe', () => {
  it.each([
    ['\u001b[2J', '\\u{1b}[2J'],
    ['\u009b31m', '\\u{9b}31m'],
    ['a\r\nb', 'a\\u{d}\\u{a}b'],
    ['\u202eevil', '\\u{202e}evil'],
    ['\u001b]8;;http://x\u0007', '\\u{1b}]8;;http://x\\u{7}'],
    ['\ud800', '\\u{d800}'],
    ['\u{e0041}', '\\u{e0041}'],
  ])('makes %j visible', (text, expected) => expect(safe(text)).toBe(expected))

  it('keeps letters of every script and signs that do not steer', () => {
    expect(safe('币安人生 Ωñ 🚀 ▲▼ –')).toBe('币安人生 Ωñ 🚀 ▲▼ –')
  })
})
