/** Binance.US against the table test and an independent replay of its recorded books. */
import { describe, expect, it } from 'vitest'
import { binanceUs } from '../../src/exchanges/binance-us.js'
import { hasShared } from '../support/shared.js'
import { syncedBooks } from './binance-books.js'
import { spotCases } from './binance-cases.js'
import { conformance } from './conformance.js'

conformance({ ...spotCases(binanceUs, 'wss://stream.binance.us:9443/stream'), recordings: ['binance_us'] })

describe('the book', () => {
  it('asks for snapshots at home', () => {
    const url = 'https://api.binance.us/api/v3/depth?symbol=BTCUSD&limit=1000'
    expect(binanceUs.book?.request?.url('BTCUSD', null)).toBe(url)
  })

  if (hasShared('recorded/binance_us') && hasShared('recorded/_expected')) {
    it.each(syncedBooks(binanceUs, 'binance_us'))(
      'of $symbol in $session is kept as recorded',
      ({ actual, expected }) => {
        expect(actual()).toEqual(expected)
      },
    )
  }
})
