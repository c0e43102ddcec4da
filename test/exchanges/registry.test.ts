/** Exchanges by name, and streams as users write them. */
import { existsSync, readFileSync } from 'node:fs'
import ccxt from 'ccxt'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CCXT_IDS } from '../../src/exchanges/family/ccxt-ids.js'
import { EXCHANGES, findExchange, resolveStream, tradeIdsOf } from '../../src/exchanges/registry.js'
import { UsageError } from '../../src/model/errors.js'

function usage(action: () => unknown): UsageError {
  try {
    action()
  } catch (error) {
    if (error instanceof UsageError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('the registry', () => {
  it('holds every exchange under its own name', () => {
    for (const [name, exchange] of EXCHANGES) expect(exchange.name).toBe(name)
    expect([...EXCHANGES.keys()]).toEqual([
      'binance',
      'binance-us',
      'binance-futures',
      'coinbase',
      'coinbase-advanced',
      'kraken',
      'okx',
      'bybit',
      'bitstamp',
      'bitfinex',
      'deribit',
      'gateio',
      'kucoin',
      'gemini',
      'hyperliquid',
      'sim',
    ])
  })

  it.each([...EXCHANGES.keys()])('%s has cases in the table test', name => {
    const file = new URL(`./${name}.test.ts`, import.meta.url)
    expect(existsSync(file), `test/exchanges/${name}.test.ts`).toBe(true)
    expect(readFileSync(file, 'utf8')).toMatch(/^\s*conformance\(/m)
  })

  it('gives each decoder an exchange name that it can be found by', () => {
    for (const exchange of EXCHANGES.values()) expect(findExchange(exchange.name)).toBe(exchange)
    expect(findExchange('BINANCE').name).toBe('binance')
  })

  it('names the valid choices and the nearest one', () => {
    const error = usage(() => findExchange('binanse'))
    expect(error.exit).toBe(2)
    expect(error.code).toBe('unknown_exchange')
    expect(error.message).toContain('"binanse"')
    expect(error.hint).toContain('did you mean "binance"?')
    for (const name of EXCHANGES.keys()) expect(error.hint).toContain(name)
  })

  it.each([
    ['mexc', 'ccxt:mexc'],
    ['MEXC', 'ccxt:mexc'],
    ['ccxt-mexc', 'ccxt:mexc'],
    ['whitebitt', 'ccxt:whitebit'],
    ['gate', 'ccxt:gate'],
    ['gateoi', 'gateio'],
    ['krakne', 'kraken'],
  ])('hints from %s at %s', (typed, meant) => {
    const { hint } = usage(() => findExchange(typed))
    expect(hint).toContain(`did you mean "${meant}"?`)
    expect(hint).toContain('more through ccxt')
  })

  it('knows the ids of ccxt as the library does', () => {
    expect(CCXT_IDS).toEqual(ccxt.exchanges.filter(id => id in ccxt.pro))
  })

  it('is not fooled by the names that every object has', () => {
    for (const name of ['__proto__', 'constructor', 'toString', '']) {
      expect(usage(() => findExchange(name)).code).toBe('unknown_exchange')
    }
  })
})

describe('what proves that a trade is missing', () => {
  it.each([
    ['binance', 'btcusdt@trade', 'contiguous'],
    ['binance', 'btcusdt@aggTrade', 'contiguous'],
    ['okx', 'BTC-USDT@trade', 'ordinal'],
    ['okx', 'BTC-USDT@aggTrade', 'increasing'],
    ['deribit', 'BTC-PERPETUAL@trade', 'ordinal'],
    ['kucoin', 'BTC-USDT@trade', 'opaque'],
  ])('%s %s: %s', (name, stream, kind) => expect(tradeIdsOf(findExchange(name), stream)).toBe(kind))

  it('is said of every exchange, and why its trades cannot be fetched where they would be known', () => {
    for (const { name, tradeIds, ordinals, trades, unfetched } of EXCHANGES.values()) {
      const isProvable = tradeIds === 'contiguous' || ordinals !== undefined
      expect(isProvable, name).toBe(trades !== undefined || unfetched !== undefined)
    }
  })
})

describe('a stream', () => {
  it('is resolved on the default exchange', () => {
    expect(resolveStream('btcusdt@trade', 'binance')).toEqual({
      exchange: 'binance',
      symbol: 'BTCUSDT',
      pair: 'BTC/USDT',
      channel: 'trade',
      interval: null,
      name: 'btcusdt@trade',
    })
  })

  it('may name its exchange, and a unified perpetual', () => {
    expect(resolveStream('coinbase:BTC-USD@book', 'binance')).toMatchObject({
      exchange: 'coinbase',
      symbol: 'BTC-USD',
      name: 'BTC-USD@book',
    })
    expect(resolveStream('binance-futures:BTC/USDT:USDT@funding', 'sim')).toMatchObject({
      exchange: 'binance-futures',
      symbol: 'BTCUSDT',
      channel: 'funding',
    })
    expect(resolveStream('BTC/USDT:USDT@trade', 'binance-futures')).toMatchObject({ pair: 'BTC/USDT:USDT' })
  })

  it.each([
    ['btcusdt@bookTicker', 'quote', null],
    ['btcusdt@depth@100ms', 'book', null],
    ['btcusdt@depth20@100ms', 'book20', null],
    ['btcusdt@kline_1m', 'candle', '1m'],
    ['btcusdt@candle_1M', 'candle', '1M'],
    ['btcusdt@miniTicker', 'ticker', null],
  ])('%s means %s', (text, channel, interval) => {
    expect(resolveStream(text, 'binance')).toMatchObject({ channel, interval, name: text })
  })

  it.each([
    ['btcusdt', 'malformed_stream', 'symbol@channel'],
    ['@trade', 'malformed_stream', 'symbol@channel'],
    ['btcusdt@', 'malformed_stream', 'symbol@channel'],
    ['', 'malformed_stream', 'symbol@channel'],
    ['btc usdt@trade', 'malformed_stream', 'symbol@channel'],
    ['binanse:btcusdt@trade', 'unknown_exchange', 'did you mean "binance"?'],
    ['btcusdt@trad', 'unknown_channel', 'did you mean "trade"?'],
    ['btcusdt@bookTiker', 'unknown_channel', 'did you mean "bookTicker"?'],
    ['btcusdt@kline_1y', 'unknown_channel', 'candle_<interval>'],
    ['btcusdt@books', 'unknown_channel', 'did you mean "book"?'],
    ['btcusdt@funding', 'channel_not_offered', 'trade, aggTrade, quote'],
    ['coinbase:btc-usd@candle_1m', 'channel_not_offered', 'trade, quote, book, ticker'],
    ['btcusdt@candle_7m', 'interval_not_offered', '1m, 3m, 5m'],
    ['coinbase-advanced:btc-usd@candle_1m', 'interval_not_offered', '5m'],
    ['btc@trade', 'unknown_symbol', 'BTC/USDT'],
  ])('%s is refused as %s', (text, code, hint) => {
    const error = usage(() => resolveStream(text, 'binance'))
    expect(error.code).toBe(code)
    expect(error.exit).toBe(2)
    expect(error.hint).toContain(hint)
    expect(`${error.message}${error.hint ?? ''}`).not.toContain('\n')
  })

  it('is refused with a usage error or resolved, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), text => {
        try {
          expect(resolveStream(text, 'binance').exchange).toBeTruthy()
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
    )
  })
})
