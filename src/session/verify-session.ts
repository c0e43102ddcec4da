/** A session run again from its tape: the same digest, or the first things that came out different. */
import { SessionFiles } from './session-files.js'
import { rerunTape } from './rerun.js'
import type { Summary } from './summary.js'
import { planTrading } from './trading-plan.js'

export interface VerifiedSession {
  readonly directory: string
  /** What was folded again. */
  readonly tape: string
  /** True where the run ended in order and its tape gives what it ended with. */
  readonly same: boolean
  /** What the tape gives now. */
  readonly digest: string
  /** What the run ended with; null where it was interrupted and never ended in order, so that there is nothing to compare. */
  readonly expected: string | null
  /** Paths into the summary whose values differ, with both, up to {@link MOST_DIFFERENCES}; of the account, then of the counts. */
  readonly differences: readonly Difference[]
  readonly summary: Summary
}

export interface Difference {
  readonly path: string
  /** As JSON; null where there is no such value. */
  readonly expected: string | null
  readonly found: string | null
}

const MOST_DIFFERENCES = 20
/** Of the summary what the tape alone decides. */
const COMPARED = ['ledger', 'digest', 'frames', 'decoded', 'control', 'deadLettered', 'events', 'gaps', 'duplicates', 'conflicts', 'reconnects'] // prettier-ignore

/** @throws UsageError where the directory holds no session or its strategy cannot be loaded, GenesisError where the tape cannot be read. */
export async function verifySession(directory: string): Promise<VerifiedSession> {
  const files = new SessionFiles(directory)
  const configuration = files.read()
  const tape = files.tapeOf(configuration)
  const plan = await planTrading(configuration.trading)
  const result = files.readResult()
  const { digest, summary } = await rerunTape(tape, plan, files.framesSeen(configuration))
  const expected = typeof result?.['digest'] === 'string' ? result['digest'] : null
  const differences: Difference[] = []
  if (result !== undefined) {
    const found = JSON.parse(JSON.stringify(summary)) as Summary
    // A session of a version that did not count conflicts says nothing of them.
    const compared = COMPARED.filter(name => name !== 'conflicts' || 'conflicts' in result)
    for (const name of compared) compare(result[name], found[name], name, differences)
  }
  return { directory, tape: tape.paths.join(', '), same: expected === digest, digest, expected, differences, summary }
}

/** Walks two JSON values side by side and notes where they part. */
function compare(expected: unknown, found: unknown, path: string, out: Difference[]): void {
  if (out.length >= MOST_DIFFERENCES || expected === found) return
  if (isTree(expected) && isTree(found)) {
    const [left, right] = [new Map(Object.entries(expected)), new Map(Object.entries(found))]
    for (const key of new Set([...left.keys(), ...right.keys()])) {
      compare(left.get(key), right.get(key), `${path}.${key}`, out)
    }
    return
  }
  out.push({ path, expected: textOf(expected), found: textOf(found) })
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function textOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
