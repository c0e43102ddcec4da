import { describe, expect, it } from 'vitest'
import type { JournalItem } from '../../src/journal/item.js'
import type { KnownReader } from '../../src/journal/known-frame.js'
import { LineHeads } from '../../src/journal/line-head.js'
import { LineDecoder } from '../../src/journal/line.js'

const PREFIX = ',"c":"binance","d":'
const TIME = 1_732_400_000_125_871
const lineOf = (time: string, prefix = PREFIX): Buffer => Buffer.from(`{"t":${time}${prefix}{"a":1}}\n`)

function reader(): (line: Buffer) => { from: number; time: number; exchange: string } {
  const heads = new LineHeads()
  heads.learn(PREFIX, { exchange: 'binance', line: 0 })
  heads.learn(',"c":"okx","l":1,"d":', { exchange: 'okx', line: 1 })
  return line => {
    const from = heads.read(line, 0, line.length - 1)
    return { from, time: heads.time, exchange: heads.source.exchange }
  }
}

describe('LineHeads', () => {
  it('reads times of sixteen digits exactly, whatever changes from one to the next', () => {
    const read = reader()
    for (const time of [TIME, TIME + 1, TIME + 99_999_999, TIME + 1e9, 1e15, 8_999_999_999_999_999]) {
      expect(read(lineOf(String(time)))).toEqual({ from: 5 + 16 + PREFIX.length, time, exchange: 'binance' })
    }
  })

  it('tells the sources it has learned apart', () => {
    const read = reader()
    const prefix = ',"c":"okx","l":1,"d":'
    expect(read(lineOf(String(TIME), prefix))).toMatchObject({ from: 5 + 16 + prefix.length, exchange: 'okx' })
    expect(read(lineOf(String(TIME), ',"c":"okx","l":2,"d":')).from).toBe(-1)
  })

  it('reads none but those, wherever a byte is another', () => {
    const read = reader()
    const line = lineOf(String(TIME))
    expect(read(line).from).toBeGreaterThan(0)
    for (let at = 0; at < 5 + 16 + PREFIX.length; at++) {
      for (const byte of [0x00, 0x2f, 0x3a, 0x7f, 0xff]) {
        if (line[at] === byte) continue
        const other = Buffer.from(line)
        other[at] = byte
        expect(read(other).from, `byte ${byte} at ${at}`).toBe(-1)
      }
    }
    for (const time of ['', '1', '173240000012587', '17324000001258710', '0732400000125871', '9732400000125871']) {
      expect(read(lineOf(time)).from, time).toBe(-1)
    }
  })

  it('does not look behind the line', () => {
    const read = reader()
    const line = lineOf(String(TIME))
    const heads = new LineHeads()
    heads.learn(PREFIX, { exchange: 'binance', line: 0 })
    expect(read(line).from).toBe(40)
    for (let end = 0; end < 40; end++) expect(heads.read(line, 0, end), String(end)).toBe(-1)
  })
})

describe('LineDecoder', () => {
  it('reads every line alike, the first of its source and those that follow', () => {
    const decoder = new LineDecoder('checked')
    const decode = (text: string): unknown => {
      const line = Buffer.from(`${text}\n`)
      const frame = decoder.decode(line, 0, line.length - 1)
      return frame?.kind === 'data' ? { ...frame, data: frame.data.toString() } : frame
    }
    const source = { kind: 'data', exchange: 'binance', line: 0, binary: false }
    const text = (time: string, data = '{"a":1}'): string => `{"t":${time}${PREFIX}${data}}`
    for (let count = 0; count < 20; count++) {
      expect(decode(text(String(TIME + count)))).toEqual({ ...source, receivedAt: TIME + count, data: '{"a":1}' })
      expect(decode(text(String(count)))).toEqual({ ...source, receivedAt: count, data: '{"a":1}' })
      expect(decode(text(String(TIME), '{"a":1'))).toBeUndefined()
      expect(decode(text(String(TIME), '{"a" 1}'))).toBeUndefined()
      expect(decode(text(String(TIME), '7'))).toEqual({ ...source, receivedAt: TIME, data: '7' })
    }
  })

  it('asks what a message says before it looks whether it is whole, and believes what it hears', () => {
    const asked: string[] = []
    const decoder = new LineDecoder('checked', knowing('{"a":1}', asked))
    const decode = (data: string): unknown => {
      const line = Buffer.from(`{"t":${TIME}${PREFIX}${data}}\n`)
      return decoder.decode(line, 0, line.length - 1)
    }
    decode('{"a":1}')
    expect(decode('{"a":1}')).toMatchObject({ kind: 'data', known: KNOWN })
    expect(decode('{"a":2}')).toMatchObject({ kind: 'data', known: undefined })
    expect(decode('{"a" 2}')).toBeUndefined()
    expect(asked).toEqual([`binance ${TIME} {"a":1}`, `binance ${TIME} {"a":2}`, `binance ${TIME} {"a" 2}`])
  })

  it('reads lines of known messages one behind another, up to the first other line', () => {
    const texts = (messages: readonly string[]): string[] =>
      messages.map((message, index) => `{"t":${TIME + index}${PREFIX}${message}}`)
    const read = (text: string): unknown => {
      const decoder = new LineDecoder('checked', knowing('{"a":1}'))
      const bytes = Buffer.from(text)
      // The first line teaches the head.
      decoder.decode(bytes, 0, bytes.indexOf('\n'))
      const out: JournalItem[] = []
      const end = decoder.decodeKnown(bytes, 0, out)
      return {
        rest: bytes.toString('latin1', end),
        found: out.map(
          item => item.kind === 'data' && [item.receivedAt, item.exchange, item.line, item.data.toString()],
        ),
      }
    }
    const three = ['{"a":1}', '{"a":1}', '{"a":1}']
    const found = three.map((message, index) => [TIME + index, 'binance', 0, message])
    const whole = `${texts(three).join('\n')}\n`
    expect(read(whole)).toEqual({ rest: '', found })
    for (const other of ['{"t":', '\n', '{"genesis":"recording"}\n', ...texts(['{"a":2}', '{"a":1'])])
      expect(read(whole + other)).toEqual({ rest: other, found })
    for (const end of ['}}\n', '} \n', '}\r\n', ',"x":1}\n', ' }\n', '\n', '}', '']) {
      const rest = `{"t":${TIME}${PREFIX}{"a":1}${end}`
      expect(read(whole + rest), JSON.stringify(end)).toEqual({ rest, found })
    }
  })

  it('makes the view of a known message once, of the bytes of its own', () => {
    const line = Buffer.from(`{"t":${TIME}${PREFIX}{"a":1}}\n`)
    const decoder = new LineDecoder('checked', knowing('{"a":1}'))
    decoder.decode(line, 0, line.length - 1)
    const out: JournalItem[] = []
    expect(decoder.decodeKnown(line, 0, out)).toBe(line.length)
    const [frame] = out
    if (frame?.kind !== 'data') throw new Error('no frame')
    expect(frame.known).toBe(KNOWN)
    expect(frame.data).toBe(frame.data)
    expect(frame.data.buffer).toBe(line.buffer)
  })
})

const KNOWN = { type: 'heartbeat' } as const

/** Knows this message alone, wherever it stands. */
function knowing(message: string, asked: string[] = []): KnownReader {
  const reader = {
    end: 0,
    read: (exchange: string, data: Buffer, receivedAt: number) => {
      asked.push(`${exchange} ${receivedAt} ${data.toString()}`)
      return data.toString() === message ? KNOWN : undefined
    },
    readAt: (_: string, block: Buffer, at: number) => {
      reader.end = at + message.length
      return block.toString('latin1', at, reader.end) === message ? KNOWN : undefined
    },
  }
  return reader
}
