/** What paper and backtest share: desks on the session, the account under the table, trading events as lines. */
import type { ExitCode } from '../model/errors.js'
import type { Stream } from '../model/stream.js'
import { TRADING_EVENTS } from '../session/events.js'
import type { Session } from '../session/session.js'
import { Trading, type TradingPlan } from '../session/trading.js'
import { accountLines } from './account.js'
import type { CommandInput } from './command.js'
import { runJournal } from './journal-run.js'
import { present } from './presentation.js'
import { replayFooter, speedText } from './progress.js'
import type { Reporter } from './reporters/reporter.js'

export interface TradingJournalPlan {
  readonly command: string
  readonly paths: readonly string[]
  readonly speed: number
  readonly plan: TradingPlan
}

export function runTradingJournal(input: CommandInput, how: TradingJournalPlan): Promise<ExitCode> {
  let trading: Trading | null = null
  return runJournal(input, {
    ...how,
    attach: (session, source) => {
      trading = new Trading(session, how.plan)
      const progress = replayFooter(session, source)
      return presentTrading(input, session, trading, {
        title: `genesis ${how.command} · ${strategyText(how.plan)} · ${how.paths.join(' ')} · ${speedText(how.speed)}`,
        streams: [],
        progress,
      })
    },
    finish: () => trading?.finish(),
  })
}

export interface TradingPresentation {
  readonly title: string
  readonly streams: readonly Stream[]
  readonly progress?: (width: number) => readonly string[]
}

export function presentTrading(
  input: CommandInput,
  session: Session,
  trading: Trading,
  { title, streams, progress }: TradingPresentation,
): Reporter {
  return present(input, session, {
    title: () => title,
    streams,
    prints: ['status', ...TRADING_EVENTS],
    footer: width => [
      ...accountLines(trading.desks().map(desk => desk.summary())),
      ...(progress === undefined ? [] : ['', ...progress(width)]),
    ],
  })
}

export function strategyText({ chosen }: TradingPlan): string {
  return chosen
    .map(({ strategy, parameters }) => {
      const values = Object.entries(parameters).map(([name, value]) => `${name}=${String(value)}`)
      return `${strategy.name}(${values.join(' ')})`
    })
    .join(' + ')
}
