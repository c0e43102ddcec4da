/** A paper run once more from its own tape: the product's promise is that nothing comes out different. */
import type { Summary } from './summary.js'
import { JournalSource } from './journal-source.js'
import { unpaced } from './pace.js'
import { run } from './run.js'
import { Session } from './session.js'
import { StreamFilter } from './stream-filter.js'
import { readTapeSetup } from './tape-header.js'
import { Trading, type TradingPlan } from './trading.js'

export interface Rerun {
  readonly digest: string
  readonly summary: Summary
}

/** Folds the tape with the same strategies and parameters, as fast as it can be read, showing and keeping nothing. */
export async function rerun(tape: string, plan: TradingPlan): Promise<Rerun> {
  const { streams, lines } = await readTapeSetup([tape], 'binance')
  const session = new Session({
    command: 'rerun',
    streams,
    lines,
    feed: null,
    keepDeadLetter: () => undefined,
    filter: streams.length === 0 ? null : new StreamFilter(streams),
  })
  const trading = new Trading(session, plan)
  const milliseconds = (): number => performance.now()
  const begun = milliseconds()
  const source = await JournalSource.open({
    paths: [tape],
    exchange: 'binance',
    pace: unpaced(milliseconds),
    onCorrupt: 'stop',
    stdin: emptyInput(),
  })
  const ended = await run({
    session,
    source,
    recorder: null,
    now: null,
    durationMs: undefined,
    refresh: () => undefined,
    onInterrupt: () => () => undefined,
  })
  trading.finish()
  await session.bus.stop()
  return { digest: trading.digest(), summary: session.summary(ended, milliseconds() - begun) }
}

// eslint-disable-next-line @typescript-eslint/require-await -- an empty stream is still a stream
async function* emptyInput(): AsyncGenerator<Uint8Array> {
  yield* []
}
