/** A paper run once more from its own tape: the product's promise is that nothing comes out different. */
import type { Summary } from './summary.js'
import { runTape } from './tape-run.js'
import { Trading, type TradingPlan } from './trading.js'

export interface Rerun {
  readonly digest: string
  readonly summary: Summary
}

/** Folds the tape with the same strategies and parameters, as fast as it can be read, showing and keeping nothing. */
export async function rerun(tape: string, plan: TradingPlan): Promise<Rerun> {
  let trading: Trading | undefined
  const summary = await runTape(
    { paths: [tape], exchange: 'binance', onCorrupt: 'stop' },
    'rerun',
    (session, setup) => {
      const desks = (trading = new Trading(session, plan, { recordedRules: setup.rules }))
      return { finish: () => desks.finish(), guard: desks.guard() }
    },
  )
  return { digest: trading?.digest() ?? '', summary }
}
