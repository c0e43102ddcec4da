/** Any chunking gives the same lines, and no line can grow without bound. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter, type Splitter } from '../../src/journal/splitter.js'
import { ValueSplitter } from '../../src/journal/value-splitter.js'

interface Seen {
  readonly text: string
  readonly offset: number
  readonly length: number
}

type Make = new (...args: ConstructorParameters<typeof LineSplitter>) => Splitter

function split(
  make: Make,
  chunks: readonly Buffer[],
  limit = 1000,
): { lines: Seen[]; long: Seen[]; rest: string | undefined } {
  const lines: Seen[] = []
  const long: Seen[] = []
  const splitter = new make(
    limit,
    (bytes, start, end, offset, length) => lines.push({ text: bytes.toString('latin1', start, end), offset, length }),
    (head, length, offset) => long.push({ text: head.toString('latin1'), offset, length }),
  )
  for (const chunk of chunks) splitter.push(chunk)
  return { lines, long, rest: splitter.rest()?.bytes.toString('latin1') }
}

function cut(whole: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...places].map(place => place % (whole.length + 1)).sort((a, b) => a - b)
  return [...sorted, whole.length].map((end, index) => whole.subarray(sorted[index - 1] ?? 0, end))
}

describe('LineSplitter', () => {
  it('splits at LF alone, whatever the chunks', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\u2028', '\0', 'é') })
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 6 }), (content, places) => {
        const whole = Buffer.from(content)
        const { lines, rest } = split(LineSplitter, cut(whole, places))
        const parts = whole.toString('latin1').split('\n')
        expect(lines.map(line => line.text)).toEqual(parts.slice(0, -1).map(part => part.replace(/\r$/, '')))
        expect(rest ?? '').toBe(parts.at(-1))
        // Offsets and lengths tile the input.
        let at = 0
        for (const { offset, length } of lines) {
          expect(offset).toBe(at)
          at += length
        }
        expect(at + (rest ?? '').length).toBe(whole.length)
      }),
    )
  })

  it('lets lines be taken without looking for their ends, and gives out the others as before, whatever the chunks', () => {
    const line = fc.constantFrom('a', 'bb', 'taken', 'taken\r', '')
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(), { maxLength: 6 }), (content, places) => {
        const whole = Buffer.from(content.join('\n'))
        const taken: Seen[] = []
        let at = 0
        const lines: Seen[] = []
        const splitter = new LineSplitter(
          1000,
          (bytes, start, end, offset, length) => {
            lines.push({ text: bytes.toString('latin1', start, end), offset, length })
            at = offset + length
          },
          () => undefined,
          (bytes, start) => {
            let end = start
            while (bytes.toString('latin1', end, end + 6) === 'taken\n') {
              taken.push({ text: 'taken', offset: at, length: 6 })
              at += 6
              end += 6
            }
            return end
          },
        )
        for (const chunk of cut(whole, places)) splitter.push(chunk)
        const all = [...lines, ...taken].sort((one, other) => one.offset - other.offset)
        const expected = split(LineSplitter, [whole])
        expect(all).toEqual(expected.lines)
        expect(splitter.rest()?.bytes.toString('latin1')).toBe(expected.rest)
        if (places.length === 0) expect(lines.some(({ text, length }) => text === 'taken' && length === 6)).toBe(false)
      }),
    )
  })

  it('drops a line past its limit and goes on behind it, whatever the chunks', () => {
    const whole = Buffer.from(`a\n${'x'.repeat(50)}\nb\n${'y'.repeat(20)}\nc`)
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), places => {
        const { lines, long, rest } = split(LineSplitter, cut(whole, places), 20)
        expect(lines.map(line => line.text)).toEqual(['a', 'b', 'y'.repeat(20)])
        expect(long).toMatchObject([{ offset: 2, length: 51 }])
        expect(rest).toBe('c')
      }),
    )
  })

  it('holds no more than the limit of an endless line', () => {
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const splitter = new LineSplitter(
      1 << 20,
      () => undefined,
      () => undefined,
    )
    const before = process.memoryUsage().arrayBuffers
    for (let many = 0; many < 2000; many++) splitter.push(chunk)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20)
    expect(splitter.rest()?.length).toBe(2000 * 64 * 1024)
  })
})

describe('ValueSplitter', () => {
  const json = fc.array(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), {
    minLength: 1,
  })

  it('gives the elements of an array, whatever the chunks and the spaces', () => {
    fc.assert(
      fc.property(json, fc.array(fc.nat(), { maxLength: 6 }), fc.nat(4), (values, places, indent) => {
        const whole = Buffer.from(`${JSON.stringify(values, null, indent)}\n`)
        const { lines } = split(ValueSplitter, cut(whole, places), 1e6)
        const read = lines.map(line => JSON.parse(Buffer.from(line.text, 'latin1').toString()) as unknown)
        expect(read).toEqual(JSON.parse(JSON.stringify(values)))
      }),
      { numRuns: 200 },
    )
  })

  it('gives values that follow each other', () => {
    const { lines, rest } = split(ValueSplitter, [Buffer.from('{"a":"}"}\n\n{"b":\n[1]} ')])
    expect(lines.map(line => line.text)).toEqual(['{"a":"}"}', '{"b":\n[1]}'])
    expect(rest).toBe(' ')
  })
})
