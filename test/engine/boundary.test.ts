import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ErrorBoundary, type DeadLetter, type FrameDecoder } from '../../src/engine/boundary.js'
import { DecodeError } from '../../src/model/errors.js'
import type { Decoded } from '../../src/model/event.js'
import type { DataFrame } from '../../src/model/frame.js'

const frame = (text: string, exchange = 'binance'): DataFrame => ({
  kind: 'data',
  receivedAt: 1_700_000_000_000_000,
  exchange,
  line: 1,
  data: Buffer.from(text),
  binary: false,
})

const quote: Decoded = {
  type: 'quote',
  exchange: 'binance',
  symbol: 'BTCUSDT',
  pair: 'BTC/USDT',
  bid: 1,
  bidSize: 1,
  ask: 2,
  askSize: 1,
  time: 1,
  received: 1,
}

/** Speaks a language of its own: one word for each thing that can happen. */
const decoder: FrameDecoder = {
  decode(data, _receivedAt, out) {
    for (const word of data.toString().split(' ')) {
      if (word === 'quote') out.push(quote)
      else if (word === 'ack') out.push({ type: 'ack', request: '1', streams: [] })
      else if (word === 'heartbeat') out.push({ type: 'heartbeat' })
      else if (word === 'broken') throw new DecodeError('number', 'price: abc is no number')
      else if (word === 'bug') throw new TypeError('undefined is not a function')
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- decoders of others may throw anything
      else if (word === 'odd') throw 'just text'
    }
  },
}

function open(options: { maxBytes?: number } = {}): { boundary: ErrorBoundary; letters: DeadLetter[] } {
  const letters: DeadLetter[] = []
  return { boundary: new ErrorBoundary({ keep: letter => letters.push(letter), ...options }), letters }
}

describe('ErrorBoundary', () => {
  it('tells market data from what concerns the connection', () => {
    const { boundary } = open()
    const outcome = (text: string): string => boundary.decode(frame(text), decoder, [])
    expect(outcome('quote')).toBe('decoded')
    expect(outcome('ack quote')).toBe('decoded')
    expect(outcome('ack heartbeat')).toBe('control')
    expect(outcome('')).toBe('decoded')
  })

  it('keeps a refused frame whole, with its reason, and nothing of what it had begun to say', () => {
    const { boundary, letters } = open()
    const out: Decoded[] = [{ type: 'heartbeat' }]
    const refused = frame('quote quote broken')
    expect(boundary.decode(refused, decoder, out)).toBe('refused')
    expect(out).toEqual([{ type: 'heartbeat' }])
    expect(letters).toEqual([
      {
        type: 'deadLetter',
        exchange: 'binance',
        line: 1,
        code: 'number',
        stage: 'decode',
        message: 'price: abc is no number',
        time: refused.receivedAt,
        frame: refused,
      },
    ])
  })

  it('survives errors that are no DecodeError and names them internal', () => {
    const { boundary, letters } = open()
    boundary.decode(frame('bug'), decoder, [])
    boundary.decode(frame('odd'), decoder, [])
    expect(letters.map(({ code, message }) => [code, message])).toEqual([
      ['internal', 'undefined is not a function'],
      ['internal', 'just text'],
    ])
  })

  it('refuses an oversized frame before decoding it', () => {
    const { boundary, letters } = open({ maxBytes: 4 })
    expect(boundary.decode(frame('quote'), { decode: () => expect.unreachable() }, [])).toBe('refused')
    expect(letters[0]).toMatchObject({ code: 'too_large', stage: 'size' })
    expect(boundary.decode(frame('abcd'), decoder, [])).toBe('decoded')
  })

  it('goes on where a letter cannot be kept, and says so', () => {
    const boundary = new ErrorBoundary({
      keep: () => {
        throw new Error('disk full')
      },
    })
    expect(boundary.decode(frame('broken'), decoder, [])).toBe('refused')
    expect(boundary.stats()).toMatchObject({ deadLettered: 1, unkept: 1 })
  })

  it('accounts for every frame of any sequence, by exchange and by code', () => {
    const word = fc.constantFrom('quote', 'ack', 'heartbeat', 'broken', 'bug', 'odd', '')
    const message = fc.record({
      text: fc.array(word).map(words => words.join(' ')),
      exchange: fc.constantFrom('a', 'b', '__proto__'),
    })
    fc.assert(
      fc.property(fc.array(message), messages => {
        const { boundary, letters } = open()
        const out: Decoded[] = []
        for (const { text, exchange } of messages) boundary.decode(frame(text, exchange), decoder, out)
        const { frames, decoded, control, deadLettered, byCode, byExchange } = boundary.stats()
        expect(frames).toBe(messages.length)
        expect(frames).toBe(decoded + control + deadLettered)
        expect(deadLettered).toBe(letters.length)
        expect(Object.values(byCode).reduce((sum, count) => sum + count, 0)).toBe(deadLettered)
        for (const [exchange, counts] of byExchange) {
          expect(counts.frames).toBe(messages.filter(each => each.exchange === exchange).length)
          expect(counts.frames).toBe(counts.decoded + counts.control + counts.deadLettered)
        }
      }),
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
