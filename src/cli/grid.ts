/** Columns laid out for a given width: what does not fit is left out by priority, never wrapped. */
import type { Palette } from './palette.js'
import { safe } from './safe.js'

export interface Column<Row> {
  readonly title: string
  readonly align: 'left' | 'right'
  /** Columns of the highest number go first where the terminal is narrow; 0 always stays. */
  readonly drop: number
  readonly text: (row: Row) => string
  /** Colour of the cell; never the only sign of a meaning. */
  readonly paint?: (text: string, row: Row, palette: Palette) => string
}

const GAP = '  '

/** The header line and one line per row, each at most `width` columns. */
export function gridLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  palette: Palette,
): string[] {
  const cells = columns.map(column => rows.map(row => safe(column.text(row))))
  const widths = columns.map((column, index) =>
    Math.max(textWidth(column.title), ...(cells[index] ?? []).map(textWidth)),
  )
  const shown = chooseColumns(columns, widths, width)
  const header = shown.map(index =>
    palette.dim(pad(columns[index]?.title ?? '', widths[index] ?? 0, columns[index]?.align)),
  )
  const lines = rows.map((row, line) =>
    shown
      .map(index => {
        const column = columns[index]
        const text = pad(cells[index]?.[line] ?? '', widths[index] ?? 0, column?.align)
        return column?.paint === undefined ? text : column.paint(text, row, palette)
      })
      .join(GAP)
      .trimEnd(),
  )
  return [header.join(GAP), ...lines]
}

function chooseColumns<Row>(columns: readonly Column<Row>[], widths: readonly number[], width: number): number[] {
  let shown = columns.map((_, index) => index)
  const needed = (): number => shown.reduce((sum, index) => sum + (widths[index] ?? 0), GAP.length * (shown.length - 1))
  while (needed() > width) {
    const last = Math.max(...shown.map(index => columns[index]?.drop ?? 0))
    if (last === 0) break
    shown = shown.filter(index => columns[index]?.drop !== last)
  }
  return shown
}

function pad(text: string, width: number, align: 'left' | 'right' | undefined): string {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)))
  return align === 'right' ? space + text : text + space
}

/** Columns a text takes: East Asian wide and fullwidth forms count two (Unicode Standard Annex 11), combining marks none. */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (/\p{Mark}/u.test(character)) continue
    width += isWide(point) ? 2 : 1
  }
  return width
}

function isWide(point: number): boolean {
  return (
    (point >= 0x1100 && point <= 0x115f) ||
    (point >= 0x2e80 && point <= 0xa4cf) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0xffe0 && point <= 0xffe6) ||
    (point >= 0x1f300 && point <= 0x1faff) ||
    (point >= 0x20000 && point <= 0x3fffd)
  )
}
