/** A paper run once more from its own tape: the product's promise is that nothing comes out different. */
import type { Summary } from './summary.js'
import { runTape, type TapeRequest } from './tape-run.js'
import { Trading, type TradingPlan } from './trading.js'

export interface Rerun {
  readonly digest: string
  readonly summary: Summary
}

/** Folds the tape with the same strategies and parameters, as fast as it can be read, showing and keeping nothing. */
export function rerun(tape: string, plan: TradingPlan): Promise<Rerun> {
  return rerunTape({ paths: [tape], exchange: 'binance', onCorrupt: 'stop' }, plan)
}

/** As {@link rerun}, of any recordings. @param items frames and events after which it ends; all where absent. */
export async function rerunTape(tape: TapeRequest, plan: TradingPlan, items = Infinity): Promise<Rerun> {
  let digest = ''
  let left = items
  const summary = await runTape(tape, 'rerun', (session, { rules }) => {
    const trading = new Trading(session, plan, { recordedRules: rules })
    const finish = (): void => {
      trading.finish()
      digest = trading.digest()
    }
    return { before: () => left-- > 0, finish, guard: trading.guard() }
  })
  return { digest, summary }
}
