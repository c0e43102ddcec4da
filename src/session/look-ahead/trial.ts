/** What the check says to its workers and hears from them; and one run of a strategy over the beginning of a recording. */
import type { Strategy } from '../../strategies/strategy.js'
import { runTape, type TapeRequest } from '../tape-run.js'
import type { Session } from '../session.js'
import { Trading } from '../trading.js'
import { planLoaded, type TradingOptions } from '../trading-plan.js'
import type { InstrumentRules } from '../trading-rules.js'
import { DecisionLog, type Decision } from './decisions.js'

export interface TrialSetup {
  readonly strategy: string
  /** Its path is a link that nobody else knows. */
  readonly tape: TapeRequest
  /** The recording as the user named it. */
  readonly original: string
  readonly options: TradingOptions
  /** Pieces after which each run ends, one run after the other in the same memory; null for the whole recording. */
  readonly runs: readonly (number | null)[]
  /** What the strategy gets when it opens the recording itself; null for the recording. */
  readonly instead: string | null
}

export type TrialReport =
  | {
      readonly kind: 'done'
      readonly runs: readonly (readonly Decision[])[]
      /** Data files that the strategy opened. */
      readonly opened: readonly string[]
      readonly openedTape: boolean
    }
  | { readonly kind: 'alive' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint: string | null }

/** @param items pieces after which the run ends. */
export async function decide(
  strategy: Strategy,
  { tape, options, strategy: source }: Pick<TrialSetup, 'tape' | 'options' | 'strategy'>,
  items: number | null,
  alive: () => void,
): Promise<readonly Decision[]> {
  const log = new DecisionLog()
  const plan = planLoaded(options, [{ source, strategy: log.watch(strategy) }])
  const join = (session: Session, recordedRules: readonly InstrumentRules[]): Trading =>
    new Trading(session, plan, { recordedRules })
  await runTape(tape, 'lookahead', (session, { rules }) => {
    join(session, rules)
    return {
      before: () => {
        if (items !== null && log.item >= items) return false
        log.item++
        return true
      },
      // The last word comes after the end, and where the end is differs by design.
      finish: () => undefined,
      progress: alive,
    }
  })
  return log.decisions
}
