/** A live paper run: the strategy trades, the tape is kept. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, UsageError, type ExitCode } from '../model/errors.js'
import type { Stream } from '../model/stream.js'
import type { Session } from '../session/session.js'
import { Trading, type TradingPlan } from '../session/trading.js'
import type { CommandInput } from './command.js'
import { runLive } from './live-run.js'
import { openRecorder, recordingLine } from './recording.js'
import { presentTrading } from './trading-run.js'

export interface LivePaperPlan {
  readonly command: string
  readonly streams: readonly Stream[]
  readonly directory: string
  readonly title: string
  readonly trading: TradingPlan
  /** After the strategies' last word and before the account is shown. The tape is complete and closed. */
  readonly afterwards?: (session: Session, tape: string, digest: string) => Promise<void>
}

/** @throws UsageError where the session's directory cannot be made. */
export async function runLivePaper(input: CommandInput, plan: LivePaperPlan): Promise<ExitCode> {
  makeDirectory(plan.directory)
  const tape = join(plan.directory, 'tape.jsonl')
  const { recorder } = await openRecorder(tape, plan.streams, input.options)
  let trading: Trading | null = null
  return runLive(input, {
    command: plan.command,
    streams: plan.streams,
    recorder,
    attach: session => {
      trading = new Trading(session, plan.trading)
      return presentTrading(input, session, trading, {
        title: plan.title,
        streams: plan.streams,
        progress: () => [recordingLine(recorder)],
      })
    },
    finish: async session => {
      trading?.finish()
      if (plan.afterwards === undefined || trading === null) return
      await recorder.close()
      await plan.afterwards(session, tape, trading.digest())
    },
  })
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (error) {
    throw new UsageError('session', `session ${directory}: ${messageOf(error)}`, {
      hint: 'name another with --session',
    })
  }
}
