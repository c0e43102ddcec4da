/** Findings take the place of decoders, frame by frame. */
import { describe, expect, it } from 'vitest'
import { ErrorBoundary, type DeadLetter } from '../../../src/engine/boundary.js'
import { findExchange } from '../../../src/exchanges/registry.js'
import { DecodeError } from '../../../src/model/errors.js'
import type { Decoded } from '../../../src/model/event.js'
import type { DataFrame } from '../../../src/model/frame.js'
import { FrameDecoding } from '../../../src/session/workers/frame-decoding.js'
import { Predecoded } from '../../../src/session/workers/predecoded.js'
import { tradeMessages } from '../../support/binance-server.js'

const MOST_BYTES = 4 * 1024 * 1024

const frameOf = (data: string): DataFrame => ({
  kind: 'data',
  receivedAt: 1_732_400_000_000_000,
  exchange: 'binance',
  line: 0,
  data: Buffer.from(data),
  binary: false,
})

describe('a frame that was decoded elsewhere', () => {
  it('has the outcome, the events and the dead letter of one that was decoded here', () => {
    const texts = [...tradeMessages(3), '{"broken', '{"e":"depthUpdate"}', `{"x":"${'y'.repeat(MOST_BYTES)}"}`, '{"result":null,"id":1}']
    const frames = texts.map(frameOf)
    const fold = (decoderOf: (frame: DataFrame) => { decode: (...args: [Buffer, number, Decoded[]]) => void }) => {
      const letters: DeadLetter[] = []
      const boundary = new ErrorBoundary({ keep: letter => letters.push(letter) })
      const found: Decoded[] = []
      const outcomes = frames.map(frame => boundary.decode(frame, decoderOf(frame), found))
      return { outcomes, found, letters, stats: boundary.stats() }
    }
    const own = findExchange('binance').decoder()
    const here = fold(() => own)

    const decoding = new FrameDecoding(exchange => findExchange(exchange).decoder())
    const predecoded = new Predecoded()
    for (const frame of frames) predecoded.put(frame.data, decoding.decode(frame).finding)
    const never = { decode: () => expect.unreachable('it was decoded before') }
    const elsewhere = fold(frame => predecoded.decoderOf(frame, never))

    expect(elsewhere).toEqual(here)
    expect(here.outcomes).toEqual(['decoded', 'decoded', 'decoded', 'refused', 'refused', 'refused', 'control'])
  }) // prettier-ignore

  it('is decoded here where no worker has seen it', () => {
    const own = { decode: () => undefined }
    expect(new Predecoded().decoderOf(frameOf('{}'), own)).toBe(own)
  })

  it('out of its order is an error', () => {
    const predecoded = new Predecoded()
    predecoded.put(frameOf('{}').data, [])
    expect(() => predecoded.decoderOf(frameOf('{}'), { decode: () => undefined })).toThrow('out of its order')
  })

  it('keeps the reason for which it was refused', () => {
    const predecoded = new Predecoded()
    const [first, second] = [frameOf('a'), frameOf('b')]
    predecoded.put(first.data, { code: 'json', message: 'no JSON' })
    predecoded.put(second.data, { code: 'internal', message: 'a bug' })
    const decode = (frame: DataFrame) => () =>
      predecoded.decoderOf(frame, { decode: () => undefined }).decode(frame.data, 0, [])
    expect(decode(first)).toThrow(DecodeError)
    expect(decode(second)).toThrow('a bug')
  })
})

describe('decoding apart from the fold', () => {
  it('forgets what a connection said when the connection begins anew', () => {
    const made: string[] = []
    const decoding = new FrameDecoding(exchange => {
      made.push(exchange)
      return { decode: () => undefined }
    })
    const frame = frameOf('{}')
    decoding.decode(frame)
    decoding.decode(frame)
    decoding.decode({ kind: 'link', receivedAt: 0, exchange: 'binance', line: 0, state: 'connected', streams: [], detail: '' })
    decoding.decode(frame)
    expect(made).toEqual(['binance', 'binance'])
  }) // prettier-ignore
})
