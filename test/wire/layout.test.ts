import { describe, expect, it } from 'vitest'
import { DecodeError } from '../../src/model/errors.js'
import { exactPrice, exactSize, idText } from '../../src/model/number.js'
import { asObject, asString, parseJson } from '../../src/wire/json.js'
import { choice, flag, id, list, optional, price, rule, size, text } from '../../src/wire/field.js'
import { Layouts, type MessageDecoder } from '../../src/wire/layout.js'
import { holdsLinesOf, load, loadLines, LONGEST_SCANNED } from '../../src/wire/scanner.js'

interface Found {
  readonly symbol: string
  readonly id: string
  readonly price: number
  readonly size: number | null
  readonly buys: boolean
}

/** The general way of a small protocol: `{"k":"t","s":…,"i":…,"p":…,"q":…,"b":…}`. */
class General implements MessageDecoder<Found> {
  calls = 0

  decode(data: Buffer, _received: number, out: Found[]): void {
    this.calls++
    const message = asObject(parseJson(data.toString()), 'message')
    if (message['k'] !== 't') throw new DecodeError('unknown', 'no trade')
    if (typeof message['b'] !== 'boolean') throw new DecodeError('field', 'b')
    out.push({
      symbol: asString(message['s'], 's'),
      id: idText(message['i'], 'i'),
      price: exactPrice(message['p'], 'p'),
      size: message['q'] === undefined ? null : exactSize(message['q'], 'q'),
      buys: message['b'],
    })
  }
}

const trades = rule({
  name: 'trade',
  when: { k: 't' },
  fields: [
    text('s', symbol => symbol),
    id('i'),
    price('p'),
    optional(size('q')),
    flag('b', { true: true, false: false }),
  ],
  make: (_, out: Found[], symbol, id, price, size, buys) => {
    out.push({ symbol, id, price, size: size ?? null, buys })
    return true
  },
})

function decoderOf(rules = [trades]) {
  const general = new General()
  const layouts = new Layouts(rules)
  const decoder = layouts.decoder(general)
  const decode = (message: string): Found[] => {
    const out: Found[] = []
    decoder.decode(Buffer.from(message), 1, out)
    return out
  }
  return { general, layouts, decode }
}

const frame = (p: string, rest = ''): string => `{"k":"t","s":"BTC","i":12345678,"p":${p},"q":"0.500","b":true${rest}}`
const FOUND = { symbol: 'BTC', id: '12345678', price: 97_123.45, size: 0.5, buys: true }

describe('Layouts among lines', () => {
  const message = '{"k":"t","s":"BTC","i":12345678,"p":"97123.45","q":"0.500","b":true}'

  function readerOf(sample = message) {
    const layouts = new Layouts([trades])
    const decoder = layouts.decoder(new General())
    for (let count = 0; count < 2; count++) decoder.decode(Buffer.from(sample), 1, [])
    const owner = {}
    return {
      layouts,
      read: (block: Buffer, at: number): { end: number; out: Found[] } => {
        loadLines(owner, block, 0)
        const out: Found[] = []
        return { end: decoder.readAt(at, 1, out), out }
      },
    }
  }

  it('reads a message wherever it stands and says where it ends, whatever follows', () => {
    const { read } = readerOf()
    for (const before of ['', '{"d":', 'x'.repeat(1_000)]) {
      for (const behind of ['', '}\n', '}\n{"d":', message, '\0', '}'.repeat(500)]) {
        const found = read(Buffer.from(before + message + behind), before.length)
        expect(found, `${before.length} ${behind}`).toEqual({ end: before.length + message.length, out: [FOUND] })
      }
    }
  })

  it('reads none that is not of a learned layout, also where its line would make it one', () => {
    const { read } = readerOf()
    for (let length = 0; length < message.length; length++) {
      expect(read(Buffer.from(message.slice(0, length)), 0), String(length)).toEqual({ end: -1, out: [] })
      const cut = `${message.slice(0, length)}}\n${message}}\n`
      // Cut by its last byte alone it ends with what ends its line: the caller sees that something else follows.
      const end = length === message.length - 1 ? message.length : -1
      expect(read(Buffer.from(cut), 0).end, String(length)).toBe(end)
    }
  })

  it('compares both ways at the same distances, and gives up what is not the same', () => {
    const { layouts, read } = readerOf()
    for (let count = 0; count < 100; count++) expect(read(Buffer.from(`${message}}\n`), 0).out).toEqual([FOUND])
    expect(layouts.stats()).toMatchObject({ fast: 100, compared: 7, givenUp: 0 })
    const wrong = rule({
      name: 'wrong',
      when: { k: 't' },
      fields: [price('p')],
      make: (_, out: Found[], found) => {
        out.push({ ...FOUND, price: found })
        return true
      },
    })
    const general = new General()
    const learned = new Layouts([wrong])
    const decoder = learned.decoder(general)
    for (let count = 0; count < 2; count++) decoder.decode(Buffer.from(message), 1, [])
    const other = Buffer.from(message.replace('"i":12345678', '"i":87654321'))
    loadLines({}, other, 0)
    const out: Found[] = []
    expect(decoder.readAt(0, 1, out)).toBe(-1)
    expect(out).toEqual([])
    expect(learned.stats()).toMatchObject({ givenUp: 1, layouts: [] })
  })

  it('leaves alone a layout that goes over several lines', () => {
    const broken = message.replace('{"k"', '{\n"k"')
    const { layouts, read } = readerOf(broken)
    expect(layouts.stats().layouts).toHaveLength(1)
    expect(read(Buffer.from(`${broken}}\n`), 0)).toEqual({ end: -1, out: [] })
  })

  it('reads up to the last byte that there is room for', () => {
    const { read } = readerOf()
    for (const room of [0, 1, 4, 31, 32, 33, 70]) {
      const at = LONGEST_SCANNED - message.length - room
      const block = Buffer.from(' '.repeat(at) + message + '}\n'.repeat(100))
      expect(read(block, at), String(room)).toEqual({ end: at + message.length, out: [FOUND] })
    }
    for (let at = LONGEST_SCANNED - message.length + 1; at <= LONGEST_SCANNED; at++) {
      const block = Buffer.from(' '.repeat(at) + message + '}\n'.repeat(100))
      expect(read(block, at), String(at)).toEqual({ end: -1, out: [] })
    }
  })

  it('knows whose lines are loaded', () => {
    const [one, other] = [{}, {}]
    const block = Buffer.from('x'.repeat(LONGEST_SCANNED + 5))
    expect(loadLines(one, block, 10)).toBe(LONGEST_SCANNED - 5)
    expect(loadLines(one, block, 0)).toBe(LONGEST_SCANNED)
    expect([holdsLinesOf(one), holdsLinesOf(other)]).toEqual([true, false])
    loadLines(other, block, 0)
    expect([holdsLinesOf(one), holdsLinesOf(other)]).toEqual([false, true])
    load(Buffer.from('{}'))
    expect(holdsLinesOf(other)).toBe(false)
  })
})

describe('Layouts', () => {
  it('learns a layout that it sees twice and reads the next ones from their bytes', () => {
    const { general, layouts, decode } = decoderOf()
    for (let count = 0; count < 100; count++) expect(decode(frame('"97123.45"'))).toEqual([FOUND])
    expect(layouts.stats()).toMatchObject({ fast: 98, general: 2, givenUp: 0 })
    // The first two, and those that are compared at growing distances.
    expect(general.calls).toBe(2 + 7)
    expect(layouts.stats().layouts).toEqual([
      {
        rule: 'trade',
        shape: '{"k":"t","s":"<text text>","i":<id>,"p":"<decimal text>","q":"<decimal text>","b":<flag>}',
        messages: 98,
      },
    ])
  })

  it('takes the keys in the order in which they come, each order a layout of its own', () => {
    const { layouts, decode } = decoderOf()
    for (const message of [frame('"97123.45"'), '{"b":true,"q":"0.5","p":97123.45,"i":"12345678","s":"BTC","k":"t"}']) {
      for (let count = 0; count < 3; count++) expect(decode(message)).toEqual([FOUND])
    }
    expect(layouts.stats()).toMatchObject({ fast: 2, general: 4 })
  })

  it('reads values that are not declared as whatever they are, and an optional one that is absent as none', () => {
    const { layouts, decode } = decoderOf()
    const more = [',"x":1,"y":"z","n":null,"f":false', ',"x":-2.5,"y":"a{","n":null,"f":true'].map(rest =>
      frame('"1"', rest),
    )
    for (const message of [...more, ...more]) expect(decode(message)).toHaveLength(1)
    expect(layouts.stats().fast).toBe(2)
    const without = '{"k":"t","s":"BTC","i":1,"p":"1","b":false}'
    for (let count = 0; count < 3; count++)
      expect(decode(without)).toEqual([{ ...FOUND, id: '1', price: 1, size: null, buys: false }])
    expect(layouts.stats().fast).toBe(3)
  })

  it('reads no message from its bytes that is not all ASCII: whether it is UTF-8 nobody has seen', () => {
    const { layouts, decode } = decoderOf()
    for (const text of ['abcdefgh', 'abcdefgh', 'abcdefgh', 'abcdefgä', 'ä'])
      expect(decode(frame('"1"', `,"y":"${text}"`))).toHaveLength(1)
    expect(layouts.stats()).toMatchObject({ fast: 1, general: 4 })
  })

  it('leaves to the general way what it cannot be sure of', () => {
    const { layouts, decode } = decoderOf()
    for (const value of ['"1"', '1', '"1"', '1']) decode(frame(value))
    for (const [value, price] of [
      ['"1234567890.12345678901"', undefined],
      ['1e3', undefined],
      ['"00097123.4500"', 97_123.45],
      ['"0"', undefined],
      ['-1', undefined],
      ['"9007199254740993"', undefined],
      ['"1234567890123450"', 1_234_567_890_123_450],
      ['0.1', 0.1],
    ] as const) {
      if (price === undefined) expect(() => decode(frame(value)), value).toThrow(DecodeError)
      else expect(decode(frame(value)), value).toEqual([{ ...FOUND, price }])
    }
    expect(layouts.stats().givenUp).toBe(0)
    expect(() => decode(frame('01'))).toThrow(DecodeError)
    expect(() => decode(`${frame('1')} x`)).toThrow(DecodeError)
  })

  it('learns nothing from repeated keys, escaped texts and messages too long to be scanned', () => {
    for (const message of [
      '{"k":"t","s":"BTC","i":1,"p":1,"p":2,"b":true}',
      '{"k":"t","s":"\\u0042TC","i":1,"p":1,"b":true}',
      `{"k":"t","s":"BTC","i":1,"p":1,"b":true,"x":"${'x'.repeat(70_000)}"}`,
    ]) {
      const { layouts, decode } = decoderOf()
      const first = decode(message)
      for (let count = 0; count < 3; count++) expect(decode(message)).toEqual(first)
      expect(layouts.stats()).toMatchObject({ fast: 0, general: 4, layouts: [] })
    }
  })

  it('never adopts a rule that does not say what the general way says', () => {
    const wrong = rule({
      name: 'wrong',
      when: { k: 't' },
      fields: [text('s', symbol => symbol)],
      make: (_, out: Found[], symbol) => {
        out.push({ ...FOUND, symbol, price: 1 })
        return true
      },
    })
    const { layouts, decode } = decoderOf([wrong, trades])
    for (let count = 0; count < 4; count++) expect(decode(frame('"97123.45"'))).toEqual([FOUND])
    expect(layouts.stats().layouts.map(layout => layout.rule)).toEqual(['trade'])
  })

  it('gives a layout up at the first message that it reads otherwise', () => {
    const careless = rule({
      name: 'careless',
      when: { k: 't' },
      fields: [text('s', symbol => symbol), id('i'), price('p'), size('q')],
      make: (_, out: Found[], symbol, id, price, size) => {
        out.push({ symbol, id, price, size, buys: true })
        return true
      },
    })
    const { layouts, decode } = decoderOf([careless])
    for (let count = 0; count < 2; count++) decode(frame('"97123.45"'))
    const sold = frame('"97123.45"').replace('true', 'false')
    expect(decode(sold)).toEqual([{ ...FOUND, buys: false }])
    expect(layouts.stats()).toMatchObject({ fast: 0, general: 3, givenUp: 1, layouts: [] })
  })

  it('reads lists of any length once it has seen a row', () => {
    interface Levels {
      readonly levels: (readonly [string, number])[]
    }
    const general: MessageDecoder<Levels> = {
      decode(data, _, out) {
        const { l } = JSON.parse(data.toString()) as { l: [string, string][] }
        out.push({ levels: l.map(([side, price]) => [side === 'b' ? 'bid' : 'ask', Number(price)]) })
      },
    }
    const layouts = new Layouts([
      rule({
        name: 'levels',
        when: {},
        fields: [
          list(
            'l',
            () => [] as [string, number][],
            [choice('0', { b: 'bid', a: 'ask' }), size('1')],
            (levels, side, price) => levels.push([side, price]),
          ),
        ],
        make: (_, out: Levels[], levels) => {
          out.push({ levels })
          return true
        },
      }),
    ])
    const decoder = layouts.decoder(general)
    const decode = (message: string): Levels | undefined => {
      const out: Levels[] = []
      decoder.decode(Buffer.from(message), 1, out)
      return out[0]
    }
    for (let count = 0; count < 3; count++) expect(decode('{"l":[]}')).toEqual({ levels: [] })
    expect(layouts.stats().layouts).toHaveLength(0)
    for (let count = 0; count < 2; count++) decode('{"l":[["b","1.5"]]}')
    expect(decode('{"l":[]}')).toEqual({ levels: [] })
    expect(decode('{"l":[["a","1"],["b","2.25"],["a","0"]]}')).toEqual({
      levels: [
        ['ask', 1],
        ['bid', 2.25],
        ['ask', 0],
      ],
    })
    expect(layouts.stats()).toMatchObject({ fast: 2, general: 5 })
    expect(() => decode('{"l":[["a","1"],]}')).toThrow()
    expect(decode('{"l":[["a","1","more"]]}')).toEqual({ levels: [['ask', 1]] })
  })

  it('is not crowded out by messages that look like no other, nor by layouts of the past', () => {
    const { layouts, decode } = decoderOf()
    for (let extra = 0; extra < 1_000; extra++) decode(frame('"1"', `,"x${extra}":1`))
    expect(layouts.stats().layouts).toEqual([])
    for (let extra = 0; extra < 1_000; extra++) {
      for (let count = 0; count < 3; count++) decode(frame('"1"', `,"y${extra}":1`))
    }
    expect(layouts.stats().layouts.length).toBeLessThanOrEqual(32)
    const { fast } = layouts.stats()
    for (let count = 0; count < 400; count++) decode(frame('"97123.45"'))
    expect(layouts.stats().fast - fast).toBeGreaterThan(200)
  })
})
