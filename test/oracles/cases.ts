/** Reads a suite of oracle cases and compares what genesis gives with what each case expects, within its own tolerance. */
import { expect } from 'vitest'
import { readShared } from '../support/shared.js'

export interface OracleCase {
  readonly id: string
  readonly title: string
  readonly kind?: string
  // The cases of a suite differ in shape; each test says which shape its own have.
  readonly given: Readonly<Record<string, unknown>>
  readonly expect: Readonly<Record<string, unknown>>
  readonly tolerance: { readonly abs?: number; readonly rel?: number }
}

export function oracleCases(suite: string): OracleCase[] {
  return (JSON.parse(readShared(`oracles/${suite}.json`).toString('utf8')) as { cases: OracleCase[] }).cases
}

/** Asserts that `actual` lies within the case's tolerance of `expected`; texts and nulls must be equal. */
export function expectWithin(actual: unknown, expected: unknown, tolerance: OracleCase['tolerance'], what = ''): void {
  if (Array.isArray(expected)) {
    expect(actual, what).toHaveLength(expected.length)
    expected.forEach((value: unknown, index) =>
      expectWithin((actual as unknown[])[index], value, tolerance, `${what}[${String(index)}]`),
    )
    return
  }
  const wanted = expected === 'NaN' ? null : typeof expected === 'string' ? Number(expected) : expected
  if (typeof wanted !== 'number') {
    expect(actual ?? null, what).toBe(wanted)
    return
  }
  const given = Number(actual)
  const allowed = Math.max(tolerance.abs ?? 0, (tolerance.rel ?? 0) * Math.abs(wanted))
  expect(Math.abs(given - wanted), `${what}: ${String(given)} where ${String(wanted)} is expected`).toBeLessThanOrEqual(
    allowed + Number.EPSILON * Math.abs(wanted),
  )
}
