import { Chalk } from 'chalk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gridLines, textWidth, type Column } from '../../src/cli/grid.js'

interface Row {
  readonly name: string
  readonly price: string
  readonly note: string
}

const palette = new Chalk({ level: 0 })
const columns: readonly Column<Row>[] = [
  { title: 'name', align: 'left', drop: 0, text: row => row.name },
  { title: 'price', align: 'right', drop: 0, text: row => row.price },
  { title: 'note', align: 'left', drop: 1, text: row => row.note },
]

describe('gridLines', () => {
  it('aligns columns', () => {
    const rows = [
      { name: 'BTCUSDT', price: '97123.45', note: 'x' },
      { name: 'ETH', price: '1.2', note: 'longer' },
    ]
    expect(gridLines(columns, rows, 80, palette)).toEqual([
      'name        price  note  ',
      'BTCUSDT  97123.45  x',
      'ETH           1.2  longer',
    ])
  })

  it('leaves out the least important column where it is narrow', () => {
    const [header] = gridLines(columns, [{ name: 'BTCUSDT', price: '1', note: 'x'.repeat(50) }], 30, palette)
    expect(header).not.toContain('note')
  })

  it('never lets text from outside steer the terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), name => {
        const lines = gridLines(columns, [{ name, price: '1', note: '' }], 200, palette)
        expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/)
      }),
    )
  })
})

describe('textWidth', () => {
  it.each([
    ['abc', 3],
    ['币安', 4],
    ['e\u0301', 1],
    ['🚀', 2],
    ['▁▂▃', 3],
  ])('%s takes %d columns', (text, width) => expect(textWidth(text)).toBe(width))
})
