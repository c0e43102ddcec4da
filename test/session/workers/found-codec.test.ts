/** What travels between threads arrives as it was sent, to the last bit and key. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findExchange } from '../../../src/exchanges/registry.js'
import type { Decoded } from '../../../src/model/event.js'
import { eventLine } from '../../../src/model/event-line.js'
import type { Frame } from '../../../src/model/frame.js'
import { FrameDecoding } from '../../../src/session/workers/frame-decoding.js'
import { readFinding, writeFinding, type Finding } from '../../../src/session/workers/found-codec.js'
import { readFrame, writeFrame } from '../../../src/session/workers/frame-codec.js'
import { PackReader, PackWriter } from '../../../src/session/workers/pack.js'
import { BOX_RECORDINGS, STARTED_MS } from '../../journeys/box-recordings.js'

/** As another thread gets it. */
function passed(writer: PackWriter): PackReader {
  return new PackReader(structuredClone(writer.take()))
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer())
const micros = fc.integer({ min: 0, max: 2 ** 52 })
const head = {
  exchange: fc.constantFrom('binance', 'kraken'),
  symbol: text,
  pair: text,
  time: micros,
  received: micros,
}
const levels = fc.array(fc.tuple(number, number), { maxLength: 6 })
const id = fc.option(fc.integer({ min: 0 }))

const trade = fc
  .record({ ...head, id: text, price: number, size: number, side: fc.constantFrom('buy', 'sell', 'unknown'), notes: fc.nat(3) })
  .map(({ notes, exchange, symbol, pair, id, price, size, side, time, received }) => ({
    type: 'trade', exchange, symbol, pair, id, price, size, side, time, received,
    ...((notes & 1) === 0 ? {} : { aggregated: true }), ...((notes & 2) === 0 ? {} : { fetched: true }),
  })) // prettier-ignore
const quote = fc
  .record({ ...head, bid: number, bidSize: number, ask: number, askSize: number })
  .map(({ time, received, bid, bidSize, ask, askSize, ...rest }) => ({ type: 'quote', ...rest, bid, bidSize, ask, askSize, time, received })) // prettier-ignore
const book = fc
  .record({ ...head, kind: fc.constantFrom('snapshot', 'delta', 'partial'), first: id, last: id, previous: id, checksum: id, bids: levels, asks: levels, digits: fc.boolean() })
  .map(({ exchange, symbol, pair, time, received, digits, ...rest }) => ({
    type: 'bookUpdate', exchange, symbol, pair, ...rest, texts: digits ? { bids: [['1.0', '2']], asks: [] } : null, time, received,
  })) // prettier-ignore
const notice = fc.constantFrom({ type: 'heartbeat' }, { type: 'ack', request: null, streams: ['a@trade'] })
const found = fc.oneof(trade, quote, book, notice) as fc.Arbitrary<Decoded>
const finding: fc.Arbitrary<Finding> = fc.oneof(
  fc.array(found, { maxLength: 5 }),
  fc.record({ code: fc.constantFrom('json' as const, 'internal' as const), message: text }),
  fc.constant(null),
)

describe('a finding', () => {
  it('arrives as it was sent: the same values, the same printed line, in the same order', () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 8 }), findings => {
        const writer = new PackWriter()
        for (const one of findings) writeFinding(one, writer)
        const reader = passed(writer)
        const arrived = findings.map(() => readFinding(reader))
        expect(arrived).toEqual(findings)
        expect(arrived.map(one => eventLine([one]))).toEqual(findings.map(one => eventLine([one])))
        expect(reader.isAtEnd).toBe(true)
      }),
    )
  })

  it('of any exchange arrives with everything that its decoder said', () => {
    for (const [name, { frames }] of BOX_RECORDINGS) {
      const decoding = new FrameDecoding(exchange => findExchange(exchange).decoder())
      for (const text of frames) {
        const data = Buffer.from(text)
        const { finding } = decoding.decode({ kind: 'data', receivedAt: STARTED_MS * 1_000, exchange: name, line: 0, data, binary: false }) // prettier-ignore
        const writer = new PackWriter()
        writeFinding(finding, writer)
        expect(readFinding(passed(writer)), name).toStrictEqual(finding)
      }
    }
  })

  it('that is cut off is an error, never an invented value', () => {
    expect(() => readFinding(passed(new PackWriter()))).toThrow(RangeError)
  })
})

describe('a frame', () => {
  it('arrives with its bytes', () => {
    const data = fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes))
    const frame = fc.record({
      kind: fc.constant('data' as const),
      receivedAt: micros,
      exchange: text,
      line: fc.nat(9),
      data,
      binary: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), frames => {
        const link: Frame = { kind: 'link', receivedAt: 1, exchange: 'x', line: 0, state: 'connected', streams: ['s'], detail: 'd' }
        const sent: Frame[] = [...frames, link]
        const writer = new PackWriter()
        for (const one of sent) writeFrame(one, writer)
        const reader = passed(writer)
        expect(sent.map(() => readFrame(reader))).toEqual(sent)
      }),
    ) // prettier-ignore
  })
})

describe('a writer', () => {
  it('begins again after each pack', () => {
    const writer = new PackWriter()
    for (const round of [1, 2, 3]) {
      writer.name('same')
      writer.data(Buffer.from([round]))
      const reader = passed(writer)
      expect([reader.text(), [...reader.data()], reader.isAtEnd, writer.isEmpty]).toEqual(['same', [round], true, true])
    }
  })
})
