/** Trial 4, the integrated system: market to strategy to orders to fills through the storm, and the digest of an undisturbed run at its end. */
import { openJournal } from '../../journal/reader.js'
import { Session } from '../session.js'
import { planTrading, type TradingPlan } from '../trading.js'
import { Accounts } from './accounts.js'
import { framesOf, silencesOf, storyOf, together, told, tradesOf } from './figures.js'
import { isPlayed, runRig } from './rig.js'
import { forTwoLines, type Storm } from './storm.js'
import { TAPE_CHANNELS, type Tape } from './tape.js'
import type { Findings, Ground } from './trial.js'
import { abandoning, Venue } from './venue.js'

/** Trades of the slow average for each message per second, so that the strategy has something to do at every intensity. */
const SLOW_SHARE = 1 / 26
const LEAST_SLOW = 8

export async function tryIntegrated(ground: Ground): Promise<Findings> {
  const storm = forTwoLines(ground.storm)
  const tape = await ground.tape(storm)
  const plan = await planFor(storm)
  const undisturbed = await foldTape(tape, plan)
  const accounts = new Accounts(plan)
  const venue = await Venue.play(tape, storm, 2)
  const report = await runRig({
    urls: [venue.url],
    lines: 2,
    channels: TAPE_CHANNELS,
    seconds: storm.seconds + 0.1,
    isDone: isPlayed,
    prepare: session => trade(session, accounts),
  }).catch(abandoning(venue))
  const stats = await venue.stop()
  const digest = accounts.close()
  return together(storyOf(storm, tape.messages, report), told(silencesOf(storm, report)), framesOf(report, stats), {
    measured: {
      ...tradesOf(tape, report),
      gaps: report.summary.gaps,
      ...accounts.totals(),
      digest,
      undisturbedDigest: undisturbed,
    },
    required: {
      tradesLost: { equal: 0 },
      gaps: { equal: 0 },
      orders: { atLeast: 1 },
      fills: { atLeast: 1 },
      digest: { equal: undisturbed },
    },
  })
}

function planFor({ messagesPerSecond }: Storm): Promise<TradingPlan> {
  const slow = Math.max(LEAST_SLOW, Math.round(messagesPerSecond * SLOW_SHARE))
  return planTrading({
    strategies: ['sma'],
    parameters: [`fast=${Math.round(slow / 4)}`, `slow=${slow}`],
    capital: '10000',
    fees: undefined,
    latencyMs: undefined,
    model: undefined,
    seed: 1,
  })
}

function trade({ bus }: Session, accounts: Accounts): void {
  bus.subscribe('trade', event => accounts.hear(event), {
    componentId: 'accounts',
    priority: 'critical',
    essential: true,
  })
}

/** The tape without sockets, lines or faults. @returns the digest. */
async function foldTape(tape: Tape, plan: TradingPlan): Promise<string> {
  const accounts = new Accounts(plan)
  const session = new Session({
    command: 'undisturbed',
    streams: [],
    feed: null,
    keepDeadLetter: () => undefined,
    filter: null,
  })
  trade(session, accounts)
  const reader = await openJournal(tape.path, { exchange: 'binance', onCorrupt: 'stop' })
  for await (const batch of reader.batches()) {
    for (const item of batch) if (item.kind !== 'event') session.deliver(item)
  }
  await session.bus.stop()
  return accounts.close()
}
