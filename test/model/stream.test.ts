import { describe, expect, it } from 'vitest'
import { parseChannel, splitStream } from '../../src/model/stream.js'

describe('splitStream', () => {
  it.each([
    ['btcusdt@trade', null, 'btcusdt', 'trade'],
    ['coinbase:BTC-USD@trade', 'coinbase', 'BTC-USD', 'trade'],
    ['BTC/USDT:USDT@trade', null, 'BTC/USDT:USDT', 'trade'],
    ['binance-futures:BTC/USDT:USDT@funding', 'binance-futures', 'BTC/USDT:USDT', 'funding'],
    ['ccxt:gate:BTC/USDT@trade', 'ccxt:gate', 'BTC/USDT', 'trade'],
    ['btcusdt@depth@100ms', null, 'btcusdt', 'depth@100ms'],
    ['Kraken:XBT/USD@book', 'kraken', 'XBT/USD', 'book'],
  ])('splits %s', (text, exchange, symbol, channel) => expect(splitStream(text)).toEqual({ exchange, symbol, channel }))

  it.each(['', 'btcusdt', '@trade', 'btcusdt@', 'a b@trade', 'btcusdt@tr ade'])('refuses %j', text =>
    expect(splitStream(text)).toBeUndefined(),
  )
})

describe('parseChannel', () => {
  it.each([
    ['trade', 'trade'],
    ['aggTrade', 'aggTrade'],
    ['bookTicker', 'quote'],
    ['depth', 'book'],
    ['depth@100ms', 'book'],
    ['depth20@100ms', 'book20'],
    ['depth5', 'book5'],
    ['book10', 'book10'],
    ['miniTicker', 'ticker'],
    ['forceOrder', 'liquidation'],
    ['markPrice@1s', 'funding'],
    ['openInterest', 'openInterest'],
  ])('reads %s as %s', (text, channel) => expect(parseChannel(text)).toEqual({ channel, interval: null }))

  it.each([
    ['candle_1m', '1m'],
    ['kline_4h', '4h'],
    ['kline_1M', '1M'],
  ])('reads %s as a candle', (text, interval) => expect(parseChannel(text)).toEqual({ channel: 'candle', interval }))

  it.each(['trades', 'depth7', 'kline', 'candle_', 'candle_x', '__proto__', 'constructor'])('refuses %j', text =>
    expect(parseChannel(text)).toBeUndefined(),
  )
})
