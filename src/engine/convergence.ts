/** OmniConvergenceV4 · convergence check: two accounts of one thing agree, or the first difference is named. */

/** Where two sequences part. `undefined` on one side: that sequence had ended. */
export interface Difference<Item> {
  /** Position of the first differing items, from 0. */
  readonly index: number
  readonly left: Item | undefined
  readonly right: Item | undefined
  /** The path to the first differing value inside the items: `.price`, `.bids[3][1]`; empty where they differ as a whole. */
  readonly path: string
}

/** Walks both sequences in step. @returns undefined where they are equal in every item and in length. */
export function firstDifference<Item>(left: Iterable<Item>, right: Iterable<Item>): Difference<Item> | undefined {
  const others = right[Symbol.iterator]()
  let index = 0
  for (const item of left) {
    const other = others.next()
    if (other.done === true) return { index, left: item, right: undefined, path: '' }
    const path = pathOfDifference(item, other.value, '')
    if (path !== undefined) return { index, left: item, right: other.value, path }
    index++
  }
  const extra = others.next()
  return extra.done === true ? undefined : { index, left: undefined, right: extra.value, path: '' }
}

/** The path to the first value in which two JSON-safe values differ; undefined where they are equal. NaN equals NaN. */
export function pathOfDifference(left: unknown, right: unknown, path = ''): string | undefined {
  if (Object.is(left, right) || (left === 0 && right === 0)) return undefined
  if (!isCompound(left) || !isCompound(right) || Array.isArray(left) !== Array.isArray(right)) return path
  const rights = new Map(Object.entries(right))
  for (const [key, value] of Object.entries(left)) {
    const at = path + (Array.isArray(left) ? `[${key}]` : `.${key}`)
    if (!rights.has(key)) return at
    const deeper = pathOfDifference(value, rights.get(key), at)
    if (deeper !== undefined) return deeper
    rights.delete(key)
  }
  for (const key of rights.keys()) return path + (Array.isArray(right) ? `[${key}]` : `.${key}`)
  return undefined
}

function isCompound(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

export interface ConvergenceStats {
  readonly checks: number
  readonly agreed: number
  readonly differed: number
  /** Checks that could not be made, because one side gave nothing to compare. */
  readonly absent: number
  readonly first: NamedDifference | null
  readonly last: NamedDifference | null
}

export interface NamedDifference {
  readonly subject: string
  /** The how-manieth check it was, from 1. */
  readonly check: number
  readonly expected: string
  readonly actual: string
}

/** Keeps count of checks and remembers the first and the last difference. `checks = agreed + differed + absent`. */
export class Convergence {
  private readonly counts = { checks: 0, agreed: 0, differed: 0, absent: 0 }
  private first: NamedDifference | null = null
  private last: NamedDifference | null = null

  /**
   * Compares what should be with what is: checksums, digests, sequence numbers.
   * @returns null where one of them is absent and nothing could be checked.
   */
  check<Value extends string | number>(
    subject: string,
    expected: Value | null | undefined,
    actual: Value | null | undefined,
  ): boolean | null {
    this.counts.checks++
    if (expected === null || expected === undefined || actual === null || actual === undefined) {
      this.counts.absent++
      return null
    }
    if (expected === actual) {
      this.counts.agreed++
      return true
    }
    this.note({ subject, check: this.counts.checks, expected: String(expected), actual: String(actual) })
    return false
  }

  /** Compares two runs record by record. @returns the first difference, which is also remembered. */
  compare<Item>(subject: string, left: Iterable<Item>, right: Iterable<Item>): Difference<Item> | undefined {
    this.counts.checks++
    const difference = firstDifference(left, right)
    if (difference === undefined) {
      this.counts.agreed++
      return undefined
    }
    const where = `${subject} at ${difference.index}${difference.path}`
    const { left: expected, right: actual } = difference
    this.note({ subject: where, check: this.counts.checks, expected: textOf(expected), actual: textOf(actual) })
    return difference
  }

  stats(): ConvergenceStats {
    return { ...this.counts, first: this.first, last: this.last }
  }

  private note(difference: NamedDifference): void {
    this.counts.differed++
    this.first ??= difference
    this.last = difference
  }
}

function textOf(item: unknown): string {
  return item === undefined ? 'nothing' : JSON.stringify(item)
}
