/** Binance spot against the table test, its book rule, and what other projects expect of the same messages. */
import { describe, expect, it } from 'vitest'
import { binance } from '../../src/exchanges/binance.js'
import type { Decoder } from '../../src/exchanges/exchange.js'
import type { BookUpdate, Decoded } from '../../src/model/event.js'
import type { Stream } from '../../src/model/stream.js'
import { hasShared } from '../support/shared.js'
import { spotCases } from './binance-cases.js'
import { syncedBooks } from './binance-books.js'
import { conformance, decodeLast, RECEIVED, streamOf } from './conformance.js'
import { recordedFrames } from './recordings.js'
import { cryptoMsgParserAssertions, tardisSteps } from './third-party.js'

conformance({ ...spotCases(binance, 'wss://stream.binance.com:9443/stream'), recordings: ['binance'] })

/** A bare REST snapshot does not name its symbol; the tests of crypto-msg-parser are told it, so this decoder is too. */
function namingDecoder(): Decoder {
  const decoder = binance.decoder()
  return {
    decode(data, receivedAt, out) {
      const text = data.toString()
      const named = /^\{"lastUpdateId":\d+,(?!.*"symbol")/.test(text)
        ? binance.book?.request?.wrap('BTCUSDT', text)
        : text
      decoder.decode(Buffer.from(named ?? text), receivedAt, out)
    },
  }
}

function update(first: number, last: number, kind: BookUpdate['kind'] = 'delta'): BookUpdate {
  const frame = `{"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":1732353600123,"s":"BTCUSDT","U":${String(first)},"u":${String(last)},"b":[],"a":[]}}`
  return { ...(decodeLast(binance, [frame])[0] as BookUpdate), kind }
}

describe('the spot book', () => {
  const rule = binance.book!
  const { request } = rule

  it.each([
    [90, 100, 'old'],
    [95, 101, 'next'],
    [100, 105, 'next'],
    [101, 105, 'next'],
    [102, 105, 'gap'],
  ])('places U=%i u=%i after a snapshot of 100 as %s', (first, last, place) => {
    expect(rule.bridge(update(100, 100, 'snapshot'), update(first, last))).toBe(place)
    expect(rule.follow(update(90, 100), update(first, last))).toBe(place)
  })

  it('asks for snapshots at home or at the custom origin', () => {
    expect(request?.url('BTCUSDT', null)).toBe('https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=5000')
    const custom = 'http://127.0.0.1:9000/api/v3/depth?symbol=BTCUSDT&limit=5000'
    expect(request?.url('BTCUSDT', 'http://127.0.0.1:9000')).toBe(custom)
    expect(request?.url('BTCUSDT', 'ws://127.0.0.1:9000/stream')).toBe(custom)
    expect(request?.url('币安人生USDT', null)).toContain('symbol=%E5%B8%81')
  })

  it('wraps an answer without touching it', () => {
    const body = '{"lastUpdateId":1,  "bids":[["0.10","1.0"]],"asks":[]}'
    expect(request?.wrap('BTCUSDT', body)).toBe(`{"stream":"btcusdt@depthSnapshot","generated":true,"data":${body}}`)
  })

  it('gives a refused snapshot to the book stream', () => {
    const refused = decodeLast(binance, [request?.wrap('FOOBAR', '{"code":-1121,"msg":"Invalid symbol."}') ?? ''])
    expect(refused).toEqual([
      { type: 'refused', request: null, streams: ['foobar@depth'], reason: 'Invalid symbol. (code -1121)' },
    ])
  })
})

describe('addresses that subscribe by themselves', () => {
  const { dialect } = binance
  const combined = '{"stream":"btcusdt@trade","data":{"e":"trade","p":"0.10"}}'

  it.each([
    ['/stream?streams=btcusdt@trade/ethusdt@depth@100ms', ['btcusdt@trade', 'ethusdt@depth']],
    ['/ws/btcusdt@trade/ethusdt@bookTicker', ['btcusdt@trade', 'ethusdt@bookTicker']],
    ['/ws/BTCUSDT%40trade?timeUnit=microsecond', ['btcusdt@trade']],
    ['/stream?timeUnit=microsecond', []],
    ['/ws/0', []],
    ['/stream', []],
    ['/ws/%E0%A4%A@x', ['%e0%a4%a@x']],
  ])('%s asks for %j', (path, topics) => {
    expect(dialect.addressed?.(path)).toEqual(topics)
  })

  it('get raw messages where they say so, to the letter', () => {
    const raw = '{"e":"trade","p":"0.10"}'
    for (const path of ['/ws', '/ws/btcusdt@trade', '/public/ws', '/market/ws/x', '/ws?timeUnit=microsecond']) {
      expect(dialect.deliver?.(combined, { path, sent: 0, topic: '' })).toBe(raw)
      expect(dialect.deliver?.(raw, { path, sent: 0, topic: '' })).toBe(raw)
    }
    for (const path of ['/stream', '/', '/public/stream?streams=a@trade', '/wsx']) {
      expect(dialect.deliver?.(combined, { path, sent: 0, topic: '' })).toBe(combined)
    }
  })
})

describe('requests', () => {
  it('are split into frames that are numbered on', () => {
    const streams = Array.from({ length: 450 }, (_, index): Stream => streamOf(binance, `A${String(index)}USDT@trade`))
    const frames = binance.subscribe(streams, 5)
    expect(frames.map(({ request, streams: part }) => [request, part.length])).toEqual([
      ['5', 200],
      ['6', 200],
      ['7', 50],
    ])
    for (const { text } of frames) expect(text.length).toBeLessThan(4096 * 2)
  })

  it('name a stream once, however often it is asked for', () => {
    const stream = streamOf(binance, 'btcusdt@trade')
    expect(JSON.parse(binance.subscribe([stream, stream], 1)[0]!.text)).toMatchObject({ params: ['btcusdt@trade'] })
  })

  it('are answered under the id they had', () => {
    expect(decodeLast(binance, ['{"result":null,"id":12}'])).toEqual([{ type: 'ack', request: '12', streams: [] }])
    expect(decodeLast(binance, ['{"result":["BTCUSDT@depth@100ms"],"id":null}'])).toEqual([
      { type: 'ack', request: null, streams: ['btcusdt@depth'] },
    ])
    expect(decodeLast(binance, ['{"code":2,"msg":"Invalid request","id":12}'])).toEqual([
      { type: 'refused', request: '12', streams: [], reason: 'Invalid request (code 2)' },
    ])
  })
})

if (hasShared('recorded/binance') && hasShared('recorded/_expected')) {
  it('finds every trade and quote of a recorded session', () => {
    const decoder = binance.decoder()
    const decoded: Decoded[] = []
    for (const frame of recordedFrames(binance, 'recorded/binance', '_session.hft-btcusdt-20240808.jsonl.gz')) {
      decoder.decode(Buffer.from(frame), RECEIVED, decoded)
    }
    const ids = decoded.filter(event => event.type === 'trade').map(({ id }) => Number(id))
    expect(ids).toHaveLength(9757)
    expect(ids.at(-1)! - ids[0]!).toBe(9756)
    expect(decoded.filter(event => event.type === 'quote')).toHaveLength(28_040)
  })

  describe('beside other projects', () => {
    it.each(tardisSteps(binance, 'binance'))('agrees with tardis-node: $test, message $index', step => {
      expect(step.actual).toEqual(step.expected)
    })

    const asserted = cryptoMsgParserAssertions({ ...binance, decoder: namingDecoder }, 'binance')
    it('finds assertions to compare', () => expect(asserted.length).toBeGreaterThan(50))
    it.each(asserted)('agrees with crypto-msg-parser: $test $path', ({ actual, expected }) => {
      expect(actual).toEqual(expected)
    })

    it.each(syncedBooks(binance, 'binance'))(
      'keeps the recorded book of $symbol in $session',
      ({ actual, expected }) => {
        expect(actual()).toEqual(expected)
      },
    )
  })
}
