/** Spot symbols split into base and quote. */
import { describe, expect, it } from 'vitest'
import { splitSymbol, spotAssets } from '../../../src/exchanges/family/concatenated.js'

describe('splitSymbol', () => {
  it.each([
    ['BTCUSDT', 'BTC', 'USDT'],
    ['BTCFDUSD', 'BTC', 'FDUSD'],
    ['FDUSDUSDT', 'FDUSD', 'USDT'],
    ['BTCTUSD', 'BTC', 'TUSD'],
    ['BTCBUSD', 'BTC', 'BUSD'],
    ['BNBBUSD', 'BNB', 'BUSD'],
    ['BNBUSD', 'BNB', 'USD'],
    ['SHIBUSD', 'SHIB', 'USD'],
    ['DOTUSD', 'DOT', 'USD'],
    ['BATUSD', 'BAT', 'USD'],
    ['USDTUSD', 'USDT', 'USD'],
    ['USDCUSD', 'USDC', 'USD'],
    ['ETHBTC', 'ETH', 'BTC'],
    ['ADAEUR', 'ADA', 'EUR'],
    ['BTCAEUR', 'BTC', 'AEUR'],
    ['EURAEUR', 'EUR', 'AEUR'],
  ])('%s is %s/%s', (symbol, base, quote) => {
    expect(splitSymbol(symbol)).toEqual({ base, quote })
  })

  it.each(['', 'BTC', 'USDT', 'BTCXYZ'])('%s has no quote that is known', symbol => {
    expect(splitSymbol(symbol)).toBeUndefined()
  })
})

describe('spotAssets', () => {
  it.each(['btc-usdt', 'BTC/USDT', 'btc_usdt', 'BtcUsdt'])('reads %s', text => {
    expect(spotAssets(text)).toEqual({ base: 'BTC', quote: 'USDT' })
  })

  it('takes a separator at its word, whatever the assets', () => {
    expect(spotAssets('FOO/BAR')).toEqual({ base: 'FOO', quote: 'BAR' })
  })

  it.each(['BTC/', '/USDT', 'A/B/C', 'BTC USDT', 'BTC/USDT:USDT', '__proto__', `${'A'.repeat(50)}USDT`])(
    'refuses %s',
    text => {
      expect(spotAssets(text)).toBeUndefined()
    },
  )
})
