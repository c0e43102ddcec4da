/** One table test for every adapter: give it the cases of an exchange, get the numbered suite that all exchanges must pass. */
import { describe, expect, it } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.js'
import { DecodeError, type DecodeCode } from '../../src/model/errors.js'
import type { Decoded, Notice } from '../../src/model/event.js'
import { parseChannel, splitStream, type Stream } from '../../src/model/stream.js'
import type { Micros } from '../../src/model/time.js'
import { decodeRecordings } from './recordings.js'

export interface AdapterCases {
  readonly exchange: Exchange
  /** Frames with all that they must decode to, in order. */
  readonly golden: readonly GoldenCase[]
  /** Frames that decode to at least one notice of the type. */
  readonly control: readonly ControlCase[]
  /** Frames that must be refused, and why. */
  readonly broken: readonly BrokenCase[]
  /** What a user may type, the exchange's own id, the unified pair. */
  readonly instruments: readonly (readonly [typed: string, symbol: string, pair: string])[]
  readonly streams: readonly StreamCase[]
  /** Folders under `recorded/` in the shared folder, of which every frame must decode. */
  readonly recordings: readonly string[]
  /** Texts that are no instrument of this exchange. */
  readonly strangers?: readonly string[]
  /** Recorded frames that are rightly refused, with the reason. */
  readonly exceptions?: readonly RecordingException[]
  /** Set where the exchange legitimately writes prices with exponents. */
  readonly exponents?: 'accepted'
}

export interface GoldenCase {
  readonly name: string
  readonly frame: string
  readonly events: readonly Decoded[]
  /** The stream that brings this frame, as typed (`btcusdt@trade`): `topics(frame)` must name its topic. */
  readonly stream?: string
  /** Frames the decoder sees first on the same connection. */
  readonly before?: readonly string[]
}

export interface ControlCase {
  readonly name: string
  readonly frame: string
  readonly type: Notice['type']
  readonly before?: readonly string[]
}

export interface BrokenCase {
  readonly name: string
  readonly frame: string
  readonly code: DecodeCode
  readonly before?: readonly string[]
}

export interface StreamCase {
  /** `btcusdt@trade`; an `exchange:` in front is allowed. */
  readonly typed: string
  /** The subscribe frames for this one stream with request number 1, as parsed JSON (or text where the frame is no JSON). */
  readonly subscribe: readonly unknown[]
  /** The same for unsubscribing; left out, only that something is sent. */
  readonly unsubscribe?: readonly unknown[]
  /** The address on the first endpoint; left out, only that it is a WebSocket address. */
  readonly address?: string
}

export interface RecordingException {
  readonly frame: RegExp
  readonly code: DecodeCode
  readonly reason: string
}

/** When every golden frame is received: 2024-11-23T09:20:00.125871Z. */
export const RECEIVED: Micros = 1_732_353_600_125_871
const CUSTOM = 'ws://127.0.0.1:9000'

/** Declares the suite. At least 25 numbered cases come of it, or the last case fails. */
export function conformance(cases: AdapterCases): void {
  const { exchange } = cases
  let count = 0
  const numbered = (name: string, body: () => void): void => {
    count++
    it(`${String(count).padStart(2, '0')} ${name}`, body)
  }
  describe(`${exchange.name} conforms`, () => {
    declarationCases(cases, numbered)
    instrumentCases(cases, numbered)
    streamCases(cases, numbered)
    goldenCases(cases, numbered)
    refusalCases(cases, numbered)
    hostileCases(cases, numbered)
    dialectCases(cases, numbered)
    recordingCases(cases, numbered)
    it('has at least 25 numbered cases', () => expect(count).toBeGreaterThanOrEqual(25))
  })
}

/** Decodes frames one after the other on one decoder and returns what the last one said. */
export function decodeLast(exchange: Exchange, frames: readonly string[], received: Micros = RECEIVED): Decoded[] {
  const decoder = exchange.decoder()
  let out: Decoded[] = []
  for (const frame of frames) {
    out = []
    decoder.decode(Buffer.from(frame), received, out)
  }
  return out
}

/** A stream as the registry would make it, without the registry. */
export function streamOf(exchange: Exchange, typed: string): Stream {
  const parts = splitStream(typed)
  const channel = parts && parseChannel(parts.channel)
  const instrument = parts && exchange.instrument(parts.symbol)
  if (!parts || !channel || !instrument) throw new Error(`${typed} is no stream of ${exchange.name}`)
  return { exchange: exchange.name, ...instrument, ...channel, name: `${parts.symbol}@${parts.channel}` }
}

type Numbered = (name: string, body: () => void) => void

function declarationCases({ exchange }: AdapterCases, numbered: Numbered): void {
  numbered('declares its channels, limits and heartbeat', () => {
    expect(exchange.name).toMatch(/^[a-z][a-z-]*$/)
    expect(exchange.documentation).toMatch(/^https:\/\//)
    expect(Object.keys(exchange.channels).length).toBeGreaterThan(0)
    for (const support of Object.values(exchange.channels)) expect(support.proof).not.toBe('')
    expect(exchange.limits.streamsPerConnection).toBeGreaterThan(0)
    expect(exchange.limits.streamsPerFrame).toBeGreaterThan(0)
    expect(exchange.heartbeat.silenceMs).toBeGreaterThan(0)
    expect('candle' in exchange.channels).toBe(exchange.intervals.length > 0)
    for (const endpoint of exchange.endpoints) expect(endpoint).toMatch(/^wss:\/\/[^/?]+/)
  })
  numbered('offers every channel that it has deltas for with a book rule', () => {
    if ('book' in exchange.channels) expect(exchange.book).not.toBeNull()
    if (exchange.book?.snapshot === 'rest') expect(exchange.book.request).toBeDefined()
  })
}

function instrumentCases({ exchange, instruments, strangers }: AdapterCases, numbered: Numbered): void {
  for (const [typed, symbol, pair] of instruments) {
    numbered(`reads ${typed} as ${symbol}, ${pair}`, () => {
      expect(exchange.instrument(typed)).toEqual({ symbol, pair })
      expect(exchange.instrument(symbol)).toEqual({ symbol, pair })
      expect(exchange.instrument(pair)).toEqual({ symbol, pair })
    })
  }
  for (const text of ['', '@', '__proto__', 'constructor', '/', ' ', '\u0000', ...(strangers ?? [])]) {
    numbered(`knows no instrument ${JSON.stringify(text)}`, () => expect(exchange.instrument(text)).toBeUndefined())
  }
}

function streamCases({ exchange, streams }: AdapterCases, numbered: Numbered): void {
  for (const { typed, subscribe, unsubscribe, address } of streams) {
    numbered(`subscribes to ${typed}`, () => {
      const stream = streamOf(exchange, typed)
      const outgoing = exchange.subscribe([stream], 1)
      expect(outgoing.map(({ text }) => parsed(text))).toEqual(subscribe)
      expect(outgoing.flatMap(({ streams: named }) => named)).toContain(stream)
    })
    numbered(`unsubscribes from ${typed}`, () => {
      const outgoing = exchange.unsubscribe([streamOf(exchange, typed)], 7)
      if (unsubscribe) expect(outgoing.map(({ text }) => parsed(text))).toEqual(unsubscribe)
      expect(outgoing.length).toBeGreaterThan(0)
    })
    numbered(`finds the address of ${typed}`, () => {
      const stream = streamOf(exchange, typed)
      const [endpoint] = exchange.endpoints
      if (endpoint !== undefined) expect(exchange.address(stream, endpoint)).toMatch(/^wss:\/\//)
      if (endpoint !== undefined && address !== undefined) expect(exchange.address(stream, endpoint)).toBe(address)
      expect(exchange.address(stream, CUSTOM).startsWith(CUSTOM)).toBe(true)
      expect(exchange.address(stream, `${CUSTOM}/own/path`)).toBe(`${CUSTOM}/own/path`)
    })
  }
  numbered('names every stream in the frames of many streams, within the limit of a frame', () => {
    const many = streams.map(({ typed }) => streamOf(exchange, typed))
    const outgoing = exchange.subscribe(many, 1)
    expect(new Set(outgoing.flatMap(frame => frame.streams))).toEqual(new Set(many))
    for (const frame of outgoing) expect(frame.streams.length).toBeLessThanOrEqual(exchange.limits.streamsPerFrame)
    const requests = outgoing.map(({ request }) => request).filter(request => request !== null)
    expect(new Set(requests).size).toBe(requests.length)
  })
}

function goldenCases({ exchange, golden, control }: AdapterCases, numbered: Numbered): void {
  for (const { name, frame, events, stream, before } of golden) {
    numbered(`decodes ${name}`, () => {
      expect(decodeLast(exchange, [...(before ?? []), frame])).toEqual(events)
      if (stream === undefined) return
      expect(exchange.dialect.topics(frame)).toContain(exchange.dialect.topic(streamOf(exchange, stream)))
    })
  }
  for (const { name, frame, type, before } of control) {
    numbered(`knows ${name}`, () => {
      expect(decodeLast(exchange, [...(before ?? []), frame]).map(decoded => decoded.type)).toContain(type)
    })
  }
}

function refusalCases(cases: AdapterCases, numbered: Numbered): void {
  const { exchange, golden, broken } = cases
  for (const { name, frame, code, before } of broken) {
    numbered(`refuses ${name}`, () => {
      const decoder = exchange.decoder()
      for (const earlier of before ?? []) decoder.decode(Buffer.from(earlier), RECEIVED, [])
      expect(codeOf(() => decoder.decode(Buffer.from(frame), RECEIVED, []))).toBe(code)
    })
  }
  const priced = golden.filter(({ events }) => events.some(event => event.type === 'trade'))
  const texts = ['-1', '0', 'NaN', 'Infinity', '', '1,5', '0x10', '1.2.3', ...(cases.exponents ? [] : ['1e5'])]
  for (const text of texts) {
    numbered(`refuses a trade at ${JSON.stringify(text)}`, () => {
      expect(priced.length).toBeGreaterThan(0)
      for (const { frame, events, before } of priced) {
        const changed = withPrice(frame, events, text)
        expect(
          codeOf(() => decodeLast(exchange, [...(before ?? []), changed])),
          changed,
        ).toBeTruthy()
      }
    })
  }
}

function hostileCases({ exchange, golden }: AdapterCases, numbered: Numbered): void {
  for (const text of [
    '',
    ' ',
    '{',
    '[',
    '"',
    'nul',
    '{"a":}',
    '\u0000',
    '\ufffd',
    `${'['.repeat(5000)}${']'.repeat(5000)}`,
  ]) {
    numbered(`refuses ${JSON.stringify(text.slice(0, 12))}`, () => {
      expect(codeOf(() => decodeLast(exchange, [text]))).toBeTruthy()
    })
  }
  numbered('refuses every golden frame that was cut short', () => {
    for (const { frame, before } of golden) {
      const bytes = Buffer.from(frame)
      for (let length = 0; length < bytes.length; length++) {
        const decoder = exchange.decoder()
        for (const earlier of before ?? []) decoder.decode(Buffer.from(earlier), RECEIVED, [])
        expect(codeOf(() => decoder.decode(bytes.subarray(0, length), RECEIVED, []))).toBeTruthy()
      }
    }
  })
  numbered('throws nothing but DecodeError at mutated frames', () => {
    for (const { frame, before } of golden) {
      for (const bytes of mutations(frame)) {
        const decoder = exchange.decoder()
        for (const earlier of before ?? []) decoder.decode(Buffer.from(earlier), RECEIVED, [])
        codeOf(() => decoder.decode(bytes, RECEIVED, []))
      }
    }
  })
  numbered('is not moved by __proto__ keys', () => {
    for (const { frame, events, before } of golden) {
      const hostile = frame.replace(
        /^(\s*)\{/,
        '$1{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},',
      )
      expect(decodeLast(exchange, [...(before ?? []), hostile])).toEqual(events)
    }
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
  numbered('keeps ids longer than a double to the last digit', () => {
    let seen = 0
    for (const { frame, events, before } of golden) {
      const ids = events.flatMap(event => (event.type === 'trade' && /^\d+$/.test(event.id) ? [event.id] : []))
      if (ids.length !== 1 || ids[0] === undefined || frame.split(ids[0]).length !== 2) continue
      const long = decodeLast(exchange, [...(before ?? []), frame.replace(ids[0], '9007199254740993')])
      expect(long).toContainEqual(expect.objectContaining({ type: 'trade', id: '9007199254740993' }))
      seen++
    }
    const numeric = golden.some(({ events }) => events.some(event => event.type === 'trade' && /^\d+$/.test(event.id)))
    expect(seen > 0 || !numeric).toBe(true)
  })
}

function dialectCases({ exchange, streams }: AdapterCases, numbered: Numbered): void {
  const { dialect } = exchange
  numbered('answers its own subscribe frames with acks that name them', () => {
    for (const { typed } of streams) {
      const stream = streamOf(exchange, typed)
      for (const { text, request, streams: named } of exchange.subscribe([stream], 41)) {
        const read = dialect.read(text)
        if (named.length === 0) continue
        expect(read?.kind, text).toBe('subscribe')
        expect(read?.topics).toContain(dialect.topic(stream))
        const answers = read ? dialect.accept(read).flatMap(answer => decodeLast(exchange, [answer])) : []
        const acks = answers.filter(answer => answer.type === 'ack')
        expect(acks.length, text).toBeGreaterThan(0)
        const byRequest = acks.some(ack => request !== null && ack.request === request)
        const byName = acks.some(ack => ack.streams.includes(dialect.topic(stream)))
        expect(byRequest || byName, text).toBe(true)
      }
    }
  })
  numbered('reads its own unsubscribe frames', () => {
    for (const { typed } of streams) {
      const stream = streamOf(exchange, typed)
      const read = exchange.unsubscribe([stream], 41).map(({ text }) => dialect.read(text))
      expect(
        read.some(request => request?.kind === 'unsubscribe' && request.topics.includes(dialect.topic(stream))),
      ).toBe(true)
    }
  })
  numbered('refuses in the own error shape of the exchange', () => {
    for (const { typed } of streams) {
      const [outgoing] = exchange.subscribe([streamOf(exchange, typed)], 41)
      const request = outgoing && dialect.read(outgoing.text)
      const answers = dialect.refuse(request, 'no such symbol').flatMap(answer => decodeLast(exchange, [answer]))
      expect(answers.map(answer => answer.type)).toContain('refused')
    }
    const answers = dialect.refuse(undefined, 'not understood').flatMap(answer => decodeLast(exchange, [answer]))
    expect(answers.map(answer => answer.type)).toContain('refused')
  })
  numbered('takes nonsense from a client without throwing', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '1',
      '"x"',
      '{"__proto__":1}',
      '{"method":1}',
      '{"op":{}}',
      '{"type":[]}',
      '{"params":{}}',
    ]) {
      const read = dialect.read(text)
      if (read) expect(['subscribe', 'unsubscribe', 'ping', 'other']).toContain(read.kind)
    }
    expect(dialect.read('{')).toBeUndefined()
    expect(dialect.topics('{')).toEqual([])
  })
  numbered('welcomes and beats with frames that it decodes itself', () => {
    for (const text of dialect.welcome()) expect(() => decodeLast(exchange, [text])).not.toThrow()
    const beat = dialect.heartbeat?.text(RECEIVED)
    if (beat !== undefined) expect(() => decodeLast(exchange, [beat])).not.toThrow()
  })
  numbered('answers the ping that it asks clients to send', () => {
    const ping = exchange.heartbeat.send
    if (!ping) return
    const read = dialect.read(ping.text)
    expect(read?.kind).toBe('ping')
    const answers = read ? dialect.accept(read) : []
    for (const answer of answers) expect(() => decodeLast(exchange, [answer])).not.toThrow()
  })
}

function recordingCases({ exchange, recordings, exceptions = [] }: AdapterCases, numbered: Numbered): void {
  for (const folder of recordings) {
    decodeRecordings(folder, exchange, (file, failures, frames) => {
      numbered(`decodes every frame of ${folder}/${file}`, () => {
        const unexplained = failures().filter(
          failure => !exceptions.some(({ frame, code }) => code === failure.code && frame.test(failure.frame)),
        )
        expect(unexplained.slice(0, 5)).toEqual([])
        if (!file.startsWith('_rest.')) expect(frames()).toBeGreaterThan(0)
      })
    })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The reason of a DecodeError, undefined where nothing was thrown; anything else that is thrown passes through and fails the test. */
function codeOf(action: () => void): DecodeCode | undefined {
  try {
    action()
  } catch (error) {
    if (error instanceof DecodeError) return error.code
    throw error
  }
  return undefined
}

/** The frame with the price of its first trade replaced, quotes kept as they are. */
function withPrice(frame: string, events: readonly Decoded[], text: string): string {
  const trade = events.find(event => event.type === 'trade')
  if (!trade) throw new Error('no trade')
  const digits = String(trade.price).replace('.', '\\.')
  const zeros = digits.includes('.') ? '0*' : '(?:\\.0+)?'
  const found = new RegExp(`(?<=[:,["\\s])${digits}${zeros}(?=[",\\]}\\s])`).exec(frame)
  if (!found) throw new Error(`price ${String(trade.price)} does not stand in ${frame}`)
  return frame.slice(0, found.index) + text + frame.slice(found.index + found[0].length)
}

/** Some hundred frames that differ in one to three bytes, the same ones on every run. */
function* mutations(frame: string): Generator<Buffer> {
  let state = 0x9e3779b9
  const next = (below: number): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
  const alphabet = Buffer.from('{}[]":,0123456789.-eE\\ntrufalse \u0000\u00ff')
  for (let round = 0; round < 400; round++) {
    const bytes = Buffer.from(frame)
    for (let change = next(3); change >= 0; change--) bytes[next(bytes.length)] = alphabet[next(alphabet.length)] ?? 0
    yield bytes
  }
}
