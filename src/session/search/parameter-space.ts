/** The combinations of parameters that a search tries: axes as users write them, every point of the grid, or seeded draws. */
import { Random } from '../../engine/random.js'
import { UsageError } from '../../model/errors.js'
import { plainDecimal } from '../../model/number.js'
import { readAmount, textOf, toNumber, type Decimal } from '../../trading/money.js'

export interface Axis {
  readonly name: string
  /** As texts, in order: numbers by size where they were given as a range. */
  readonly values: readonly string[]
}

/** One combination; the texts are those that `--param` takes. */
export type Point = Readonly<Record<string, string>>

/** More combinations than this are refused: a random search says as much of them. */
const MOST_POINTS = 100_000
const MOST_VALUES = 1_000_000

/**
 * Reads `fast=5..50:5` (from, to, step; the step is 1 unless told), `slow=20,50,100` and `size=0.01`.
 * @throws UsageError naming what is wrong.
 */
export function parseAxes(parameters: readonly string[]): Axis[] {
  const axes = parameters.map(parseAxis)
  const twice = axes.find(({ name }, index) => axes.findIndex(axis => axis.name === name) !== index)
  if (twice !== undefined) throw new UsageError('parameter', `--param ${twice.name} is given twice`, { hint: HINT })
  return axes
}

const HINT = 'for example --param fast=5..50:5 --param slow=20,50,100'

function parseAxis(text: string): Axis {
  const at = text.indexOf('=')
  const [name, values] = [text.slice(0, at), text.slice(at + 1)]
  if (at <= 0 || values === '') {
    throw new UsageError('parameter', `--param ${text}: expected name=from..to:step or name=value,value`, {
      hint: HINT,
    })
  }
  const range = /^(-?\d[\d.]*)\.\.(-?\d[\d.]*)(?::(\d[\d.]*))?$/.exec(values)
  if (range === null) return { name, values: listed(text, values) }
  const [low, high, step] = [range[1], range[2], range[3] ?? '1'].map(part => readAmount(part))
  if (low === undefined || high === undefined || step === undefined || step.lte(0) || low.gt(high)) {
    throw new UsageError('parameter', `--param ${text}: a range goes up from its first number in steps above zero`, {
      hint: HINT,
    })
  }
  return { name, values: stepped(text, low, high, step) }
}

function listed(text: string, values: string): string[] {
  const list = [...new Set(values.split(','))]
  if (list.every(value => value !== '')) return list
  throw new UsageError('parameter', `--param ${text}: a value is missing`, { hint: HINT })
}

/** Exact decimals: three steps of 0.1 are 0.3. */
function stepped(text: string, low: Decimal, high: Decimal, step: Decimal): string[] {
  if (toNumber(high.minus(low)) / toNumber(step) > MOST_VALUES) {
    throw new UsageError('parameter', `--param ${text}: more than ${plainDecimal(MOST_VALUES)} values`, { hint: HINT })
  }
  const values: string[] = []
  for (let value = low; value.lte(high); value = value.plus(step)) values.push(textOf(value))
  return values
}

/** Combinations in all. */
export function sizeOf(axes: readonly Axis[]): number {
  return axes.reduce((product, { values }) => product * values.length, 1)
}

/** Every combination, the last axis turning fastest. @throws UsageError where they are too many. */
export function gridOf(axes: readonly Axis[]): Point[] {
  const size = sizeOf(axes)
  if (size > MOST_POINTS) {
    throw new UsageError('parameter', `${plainDecimal(size)} combinations are more than ${MOST_POINTS}`, {
      hint: 'take wider steps, or draw some with --method random --samples 1000',
    })
  }
  return Array.from({ length: size }, (_, index) => pointAt(axes, index))
}

/** Different combinations drawn with a seed, or the whole grid where it holds no more than that. */
export function drawnFrom(axes: readonly Axis[], samples: number, seed: number): Point[] {
  const size = sizeOf(axes)
  if (samples > MOST_POINTS) throw new UsageError('option', `--samples ${samples} is more than ${MOST_POINTS}`)
  if (size <= samples) return gridOf(axes)
  const random = new Random(seed).fork('search')
  const drawn = new Set<number>()
  while (drawn.size < samples) drawn.add(random.int(0, size - 1))
  return [...drawn].map(index => pointAt(axes, index))
}

function pointAt(axes: readonly Axis[], index: number): Point {
  const entries: [string, string][] = []
  let rest = index
  for (const { name, values } of [...axes].reverse()) {
    entries.unshift([name, values[rest % values.length] ?? ''])
    rest = Math.floor(rest / values.length)
  }
  return Object.fromEntries(entries)
}

/** As `--param` takes it. */
export function parametersOf(point: Point): string[] {
  return Object.entries(point).map(([name, value]) => `${name}=${value}`)
}

/** Where a point lies on each axis, from 0 to 1 by the order of the axis' values. */
export function placeOf(axes: readonly Axis[], point: Point): number[] {
  return axes.map(({ name, values }) => values.indexOf(point[name] ?? '') / Math.max(1, values.length - 1))
}
