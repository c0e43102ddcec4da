/** One pass over the recording for a batch of candidates: the whole of it, and where asked, stretch by stretch. */
import type { Micros } from '../../model/time.js'
import { DeskOpener } from '../desk-opener.js'
import { runTape, type TapeRequest } from '../tape-run.js'
import type { TradingOptions } from '../trading-plan.js'
import type { Summary } from '../summary.js'
import { Candidates, type Candidate, type Outcome } from './candidates.js'

export interface EvaluationRequest {
  readonly tape: TapeRequest
  readonly options: TradingOptions
  /** Times at which accounts begin anew in the second reading, ascending; null for none. */
  readonly boundaries: readonly Micros[] | null
}

export interface Evaluation {
  readonly whole: readonly Outcome[]
  /** Empty without boundaries. */
  readonly stretches: readonly Outcome[]
  readonly summary: Summary
}

export interface Watch {
  readonly atWork: (index: number) => void
  /** Share of the recording that was read; null where it cannot be told. */
  readonly progress: (share: number | null) => void
}

/** @throws GenesisError where the recording cannot be read. A strategy that fails is an outcome. */
export async function evaluate(
  { tape, options, boundaries }: EvaluationRequest,
  candidates: readonly Candidate[],
  { atWork, progress }: Watch,
): Promise<Evaluation> {
  let whole: readonly Outcome[] = []
  let stretches: readonly Outcome[] = []
  const summary = await runTape(tape, 'optimize', (session, { rules }) => {
    const opener = new DeskOpener(session, options, { recordedRules: rules })
    const parts = { session, opener, seed: options.seed, atWork }
    const wholes = new Candidates(candidates, parts)
    const parted = boundaries === null ? null : new Candidates(candidates, parts)
    const due = [...(boundaries ?? [])]
    return {
      before: receivedAt => {
        while (due[0] !== undefined && receivedAt >= due[0]) {
          due.shift()
          parted?.turn()
        }
        return true
      },
      finish: () => {
        whole = wholes.finish()
        stretches = parted?.finish() ?? []
      },
      progress: (read, total) => progress(total === null || total === 0 ? null : Math.min(1, read / total)),
    }
  })
  return { whole, stretches, summary }
}
