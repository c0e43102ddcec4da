/** JSON without the losses of `JSON.parse`. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DecodeError } from '../../src/model/errors.js'
import { asArray, asObject, asString, own, parseJson, parseJsonText, type Json } from '../../src/wire/json.js'

function codeOf(action: () => unknown): string | undefined {
  try {
    action()
  } catch (error) {
    if (error instanceof DecodeError) return error.code
    throw error
  }
  return undefined
}

const nested = (levels: number, inner = ''): string => '['.repeat(levels) + inner + ']'.repeat(levels)

describe('parseJson', () => {
  it.each<[string, Json]>([
    ['{"a":1,"b":[true,false,null,"x"]}', { a: 1, b: [true, false, null, 'x'] }],
    [' [ 1 , -2.5 ] ', [1, -2.5]],
    ['{}', {}],
    ['[]', []],
    ['"é\\u00e9\\n"', 'éé\n'],
    ['{"id":9007199254740993}', { id: '9007199254740993' }],
    ['{"id":-9007199254740993}', { id: '-9007199254740993' }],
    ['[9007199254740993]', ['9007199254740993']],
    ['[1,9007199254740993]', [1, '9007199254740993']],
    ['{"p":0.12345678901234567}', { p: '0.12345678901234567' }],
    ['{"p": 1e-7}', { p: '1e-7' }],
    ['{"p":1E5,"q":12.5}', { p: '1E5', q: 12.5 }],
    ['9007199254740993', '9007199254740993'],
    [' -1e400', '-1e400'],
    ['{"id":123456789012345}', { id: 123456789012345 }],
    [
      '{"t":"2024-11-23T09:20:00.123456Z","n":"3dbaddb1-3e15-4511"}',
      { t: '2024-11-23T09:20:00.123456Z', n: '3dbaddb1-3e15-4511' },
    ],
    ['{"s":"a:9007199254740993e1,[1e5"}', { s: 'a:9007199254740993e1,[1e5' }],
  ])('reads %s', (text, value) => {
    expect(parseJson(text)).toEqual(value)
  })

  it.each([
    '', ' ', '{', '}', '[1,]', '[,1]', '{"a"}', '{"a":}', '{"a":1,}', '{a:1}', "{'a':1}", '[01]', '[1.]', '[.5]', '[+1]', '[1e]', '[1e5',
    '[1e5,]', '{"a":1e5,}', '[1e5]x', 'nul', 'tru', 'NaN', '[NaN]', '[Infinity]', '"\u0001"', '["\\x"]', '[1e5,"\\x"]', '[1e5,"\u0001"]', '-',
    '[-]', '[1e5 2]', '{"a":1e5 "b":2}', '{1e5:1}', '[1e5,"a', '{"a":1e5,"b', '\ufeff{}',
  ])('refuses %j', text => {
    expect(codeOf(() => parseJson(text))).toBe('json')
  }) // prettier-ignore

  it('nests 32 levels and no more', () => {
    expect(parseJson(nested(33))).toBeDefined()
    expect(codeOf(() => parseJson(nested(34)))).toBe('too_deep')
    expect(codeOf(() => parseJson(nested(100_000)))).toBe('too_deep')
    expect(codeOf(() => parseJson('{"a":'.repeat(40) + '1' + '}'.repeat(40)))).toBe('too_deep')
    expect(codeOf(() => parseJson('['.repeat(100_000)))).toBe('too_deep')
  })

  it('is not deceived about the depth by brackets in strings', () => {
    expect(codeOf(() => parseJson('["]",'.repeat(40) + '1' + ']'.repeat(40)))).toBe('too_deep')
    expect(codeOf(() => parseJson('["\\"]",'.repeat(40) + '1' + ']'.repeat(40)))).toBe('too_deep')
    expect(parseJson(`["${'['.repeat(100)}"]`)).toEqual(['['.repeat(100)])
    expect(parseJson(`[${'[],'.repeat(100)}1]`)).toHaveLength(101)
  })

  it('leaves prototypes alone on both ways', () => {
    for (const extra of ['', ',"n":1e5']) {
      const value = asObject(parseJson(`{"__proto__":{"polluted":1},"constructor":2${extra}}`), 'value')
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      expect(own(value, '__proto__')).toEqual({ polluted: 1 })
      expect(own(value, 'constructor')).toBe(2)
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('takes the last of two equal keys on both ways', () => {
    expect(parseJson('{"a":1,"a":2}')).toEqual({ a: 2 })
    expect(parseJson('{"a":1,"a":2,"n":1e5}')).toEqual({ a: 2, n: '1e5' })
  })

  it('agrees with JSON.parse wherever a double holds every number', () => {
    const value = fc
      .jsonValue({ maxDepth: 6 })
      .filter(json => !/\d[eE]|[\d.]{16}/.test(JSON.stringify(json).replace(/"(?:[^"\\]|\\.)*"/g, '""')))
    fc.assert(
      fc.property(value, fc.constantFrom('', ' ', '\n\t'), (json, space) => {
        const text = space + JSON.stringify(json, null, space) + space
        expect(parseJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('takes the slow way to the same values', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }).filter(hasNoNumberAsText), json => {
        const text = `[1e5,${JSON.stringify(json)}]`
        expect(numbersAgain(asArray(parseJson(text), 'value')[1] ?? null)).toEqual(JSON.parse(JSON.stringify(json)))
      }),
    )
  })

  it('takes any text or refuses it with a reason', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), text => void codeOf(() => parseJson(text))))
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', 'u', '0', '1', '9', 'e', '-', '.', ' '),
        }),
        text => void codeOf(() => parseJson(text)),
      ),
    )
  })
})

describe('parseJsonText', () => {
  it('keeps every digit as sent', () => {
    expect(parseJsonText('{"price":45285.20,"qty":0.00100000,"n":-0,"e":1e5,"ok":true}')).toEqual({
      price: '45285.20',
      qty: '0.00100000',
      n: '-0',
      e: '1e5',
      ok: true,
    })
  })

  it('refuses what is no JSON and what nests too deep', () => {
    expect(codeOf(() => parseJsonText('[1,]'))).toBe('json')
    expect(codeOf(() => parseJsonText(nested(40, '1')))).toBe('too_deep')
  })
})

describe('the readers of values', () => {
  it('tell what they wanted', () => {
    expect(codeOf(() => asObject([], 'x'))).toBe('shape')
    expect(codeOf(() => asObject(null, 'x'))).toBe('shape')
    expect(codeOf(() => asObject(undefined, 'x'))).toBe('shape')
    expect(codeOf(() => asArray({}, 'x'))).toBe('shape')
    expect(codeOf(() => asString(1, 'x'))).toBe('field')
    expect(() => asString(1, 'the name')).toThrow('the name: expected text')
  })

  it('see own keys only', () => {
    expect(own({}, 'toString')).toBeUndefined()
    expect(own({ a: 1 }, 'a')).toBe(1)
  })
})

const hasNoNumberAsText = (json: unknown): boolean => !/"-?\d/.test(JSON.stringify(json))

/** Numbers that arrived as text because a double might not hold them, as `JSON.parse` would give them. */
function numbersAgain(value: Json): Json {
  if (typeof value === 'string' && value.length > 5 && /^-?\d[\d.]*(?:[eE][+-]?\d+)?$/.test(value)) return Number(value)
  if (Array.isArray(value)) return value.map(numbersAgain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, numbersAgain(entry)]))
}
