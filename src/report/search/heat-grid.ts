/** A search laid out over two of its parameters: what each pair of values gave at best. */
import type { Axis } from '../../session/search/parameter-space.js'
import type { RankedCandidate } from '../../session/search/search.js'

/** Neighbouring values of an axis that share a row or a column. */
export interface Bin {
  readonly label: string
  readonly values: readonly string[]
}

export interface HeatCell {
  /** The best one tried here, scored or not; null where nothing was tried. */
  readonly best: RankedCandidate | null
  readonly tried: number
}

export interface HeatGrid {
  readonly across: Axis
  /** Null where only one parameter varies. */
  readonly up: Axis | null
  readonly columns: readonly Bin[]
  readonly rows: readonly Bin[]
  /** By row, then by column. */
  readonly cells: readonly (readonly HeatCell[])[]
}

/** More rows or columns than this are put together; of draws at random, so many that a cell holds about two. */
const MOST_BINS = 40
const LEAST_BINS = 4
const DRAWS_IN_A_CELL = 2
/** Pairs of parameters that are drawn; five parameters have ten. */
const MOST_GRIDS = 10

/** One grid for each pair of the parameters that vary, in the order in which they were named. */
export function heatGrids(
  axes: readonly Axis[],
  ranked: readonly RankedCandidate[],
  method: 'grid' | 'random',
): HeatGrid[] {
  const drawn = Math.max(LEAST_BINS, Math.ceil(Math.sqrt(ranked.length / DRAWS_IN_A_CELL)))
  const most = method === 'grid' ? MOST_BINS : Math.min(MOST_BINS, drawn)
  const varied = axes.filter(({ values }) => values.length > 1)
  const [only] = varied
  if (only === undefined) return []
  if (varied.length === 1) return [gridOf(only, null, ranked, most)]
  const pairs = varied.flatMap((across, at) => varied.slice(at + 1).map(up => [across, up] as const))
  return pairs.slice(0, MOST_GRIDS).map(([across, up]) => gridOf(across, up, ranked, most))
}

function gridOf(across: Axis, up: Axis | null, ranked: readonly RankedCandidate[], most: number): HeatGrid {
  const columns = binsOf(across, most)
  const rows = up === null ? [{ label: '', values: [] }] : binsOf(up, most)
  const columnOf = placesOf(columns)
  const rowOf = placesOf(rows)
  const cells = rows.map(() => columns.map((): HeatCell => ({ best: null, tried: 0 })))
  // Best first, so that whoever comes first stays.
  for (const candidate of ranked) {
    const column = columnOf.get(candidate.point[across.name] ?? '')
    const row = up === null ? 0 : rowOf.get(candidate.point[up.name] ?? '')
    const cell = row === undefined || column === undefined ? undefined : cells[row]?.[column]
    if (row === undefined || column === undefined || cell === undefined) continue
    cells[row]?.splice(column, 1, { best: cell.best ?? candidate, tried: cell.tried + 1 })
  }
  return { across, up, columns, rows, cells }
}

function binsOf({ values }: Axis, most: number): Bin[] {
  const size = Math.ceil(values.length / most)
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) => {
    const own = values.slice(at * size, (at + 1) * size)
    const [first = '', last = ''] = [own[0], own.at(-1)]
    return { label: first === last ? first : `${first}…${last}`, values: own }
  })
}

function placesOf(bins: readonly Bin[]): Map<string, number> {
  return new Map(bins.flatMap(({ values }, at) => values.map(value => [value, at] as const)))
}
