/** Runs cases in interleaved rounds, so that a disturbance of the machine meets all contenders, and takes medians. */
import { createHash } from 'node:crypto'
import type { Case, Contender } from './bench.js'

export interface Row {
  readonly name: string
  /** Units a second: the median of the rounds, and the quartiles around it. */
  readonly rate: number
  readonly low: number
  readonly high: number
  /** How many times the rate of this row genesis reaches. */
  readonly ratio: number
  /** The ratio that the project sets itself, where it does. */
  readonly target: number | null
  readonly digest: string
  readonly note: string
}

export interface Result {
  readonly name: string
  readonly unit: string
  readonly rounds: number
  readonly shows: 'rate' | 'time'
  readonly rows: readonly Row[]
}

export interface Effort {
  /** Measured rounds of each contender. */
  readonly rounds: number
  /** Rounds before those. */
  readonly warmUp: number
}

/** The first contender is genesis; every other row says how many times faster genesis is. */
export async function measure(one: Case, effort: Effort): Promise<Result> {
  const contenders = await one.open()
  const rounds = one.rounds ?? effort.rounds
  const rates = new Map<Contender, number[]>(contenders.map(contender => [contender, []]))
  const digests = new Map<Contender, string>()
  for (const contender of contenders) digests.set(contender, await contender.digest())
  const repeats = new Map<Contender, number>()
  for (let round = 0; round < effort.warmUp + rounds; round++) {
    for (const contender of contenders) {
      const { rate, seconds } = await timed(contender, repeats.get(contender) ?? 1)
      if (round >= effort.warmUp) rates.get(contender)?.push(rate)
      else repeats.set(contender, Math.ceil(ROUND_SECONDS / (seconds / (repeats.get(contender) ?? 1))))
    }
  }
  for (const contender of contenders) await contender.close?.()
  const medians = contenders.map(contender => quantile(rates.get(contender) ?? [], 0.5))
  const rows = contenders.map((contender, index) => {
    const measured = rates.get(contender) ?? []
    return {
      name: contender.name,
      rate: medians[index] ?? Number.NaN,
      low: quantile(measured, 0.25),
      high: quantile(measured, 0.75),
      ratio: (medians[0] ?? Number.NaN) / (medians[index] ?? Number.NaN),
      target: one.targets?.[contender.name] ?? null,
      digest: digests.get(contender) ?? '',
      note: contender.note ?? '',
    }
  })
  return { name: one.name, unit: one.unit, rounds, shows: one.shows ?? 'rate', rows }
}

/** Rounds of all contenders last about as long: on a busy machine short ones would be interrupted less often. */
const ROUND_SECONDS = 0.02

async function timed(contender: Contender, repeats: number): Promise<{ rate: number; seconds: number }> {
  let units = 0
  let told = 0
  const start = process.hrtime.bigint()
  for (let count = 0; count < repeats; count++) {
    const answer = contender.run()
    // Awaiting a number would cost a turn of the loop that the work did not.
    const done = answer instanceof Promise ? await answer : answer
    units += typeof done === 'number' ? done : done.units
    told += typeof done === 'number' ? 0 : done.seconds
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  return { rate: units / (told === 0 ? seconds : told), seconds }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** SHA-256 over items, each as a line of JSON. */
export class Digest {
  readonly #hash = createHash('sha256')
  count = 0

  add(item: unknown): void {
    this.count++
    this.#hash.update(`${JSON.stringify(item)}\n`)
  }

  hex(): string {
    return this.#hash.digest('hex')
  }
}

/** Keeps results from being optimised away; nobody reads it. */
export const sink = { sum: 0 }
