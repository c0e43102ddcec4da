import { describe, expect, it } from 'vitest'
import { resolveStream } from '../../src/exchanges/registry.js'
import type { Question } from '../../src/feed/rest-client.js'
import { findRules, tellsRules, unknownText } from '../../src/session/instrument-rules.js'

const streams = (...names: readonly string[]) => names.map(name => resolveStream(name, 'binance'))

/** Answers by the path that is asked for, and remembers what was. */
function rest(answers: Readonly<Record<string, string>>) {
  const asked: string[] = []
  return {
    asked,
    ask: ({ url, body: sent = '' }: Question) => {
      const address = `${url('http://x') ?? ''}${sent}`
      asked.push(address)
      const body = answers[address.slice('http://x'.length)]
      return Promise.resolve(body === undefined ? { why: 'HTTP 451' } : { body })
    },
  }
}

const listed = (symbol: string, tickSize: string): object => ({
  symbol,
  filters: [{ filterType: 'PRICE_FILTER', tickSize }],
})

describe('findRules', () => {
  it('asks once for each instrument, and once where one answer holds them all', async () => {
    const spot = rest({
      '/api/v3/exchangeInfo?symbol=BTCUSDT': JSON.stringify({ symbols: [listed('BTCUSDT', '0.01')] }),
    })
    const found = await findRules(
      spot,
      streams('btcusdt@trade', 'btcusdt@depth', 'ethusdt@trade', 'ccxt:mexc:BTC/USDT@trade'),
    )
    expect(found.rules).toEqual({ 'binance:BTCUSDT': { tickSize: '0.01' } })
    expect(found.unknown).toEqual([{ instrument: 'binance:ETHUSDT', why: 'HTTP 451' }])
    expect(spot.asked).toHaveLength(2)
    const futures = rest({
      '/fapi/v1/exchangeInfo': JSON.stringify({ symbols: [listed('BTCUSDT', '0.10'), listed('ETHUSDT', '0.01')] }),
    })
    const all = await findRules(futures, streams('binance-futures:btcusdt@trade', 'binance-futures:ethusdt@trade'))
    expect(Object.keys(all.rules)).toEqual(['binance-futures:BTCUSDT', 'binance-futures:ETHUSDT'])
    expect([futures.asked.length, unknownText(all)]).toEqual([1, undefined])
  })

  it('asks one address for each thing that it wants to be told', async () => {
    const one = rest({
      '/info{"type":"meta"}': '{"universe":[{"name":"BTC","szDecimals":5},{"name":"ETH","szDecimals":4}]}',
      '/info{"type":"spotMeta"}':
        '{"tokens":[{"name":"HYPE","szDecimals":2,"index":150}],"universe":[{"name":"@107","tokens":[150,0]}]}',
    })
    const found = await findRules(
      one,
      streams('hyperliquid:BTC@trade', 'hyperliquid:ETH@trade', 'hyperliquid:HYPE/USDC@trade'),
    )
    expect(found.rules).toEqual({
      'hyperliquid:BTC': { tickSize: '0.1', stepSize: '0.00001' },
      'hyperliquid:ETH': { tickSize: '0.01', stepSize: '0.0001' },
      'hyperliquid:@107': { tickSize: '0.000001', stepSize: '0.01' },
    })
    expect(one.asked).toHaveLength(2)
  })

  it('tells why there are none, whatever the answer is', async () => {
    const path = '/api/v3/exchangeInfo?symbol=BTCUSDT'
    for (const body of [
      '<html>',
      '{}',
      JSON.stringify({ symbols: [listed('BTCUSDT', 'free')] }),
      '{"symbols":"__proto__"}',
    ]) {
      const found = await findRules(rest({ [path]: body }), streams('btcusdt@trade'))
      expect(found.rules).toEqual({})
      expect(unknownText(found)).toMatch(/^the rules of binance:BTCUSDT are not known \(.+\); the recording goes on/)
    }
  })

  it('knows who tells none', () => {
    expect([tellsRules(streams('ccxt:mexc:BTC/USDT@trade')), tellsRules(streams('btcusdt@trade'))]).toEqual([
      false,
      true,
    ])
  })
})
