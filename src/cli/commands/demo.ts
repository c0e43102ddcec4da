/** `genesis demo`: the whole path on one machine, ended by its proof: the tape, run again, gives the same digest. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveStream } from '../../exchanges/registry.js'
import { EXIT, GenesisError, type ExitCode } from '../../model/errors.js'
import { MICROS_PER_SECOND } from '../../model/time.js'
import { CONTEXTS } from '../../session/context.js'
import type { RunningParts } from '../../session/execute.js'
import { SIMULATED } from '../../session/live.js'
import { rerun } from '../../session/rerun.js'
import { SessionFiles } from '../../session/session-files.js'
import { planTrading, type TradingPlan } from '../../session/trading.js'
import type { CommandInput } from '../command.js'
import { configurationOf } from '../kept-session.js'
import { note } from '../reports.js'
import { runCommand } from '../run-command.js'
import { strategyText, TRADING_PRINTS, tradingOptions } from '../trading-options.js'

const STREAMS = ['btcusdt@trade', 'btcusdt@bookTicker', 'ethusdt@trade']
const DURATION = 20 * MICROS_PER_SECOND

export async function run(input: CommandInput): Promise<ExitCode> {
  const directory = mkdtempSync(join(tmpdir(), 'genesis-demo-'))
  const { duration = DURATION, report = join(directory, 'report.html') } = input.options
  const options = { ...input.options, duration, report }
  const wanted = tradingOptions({ ...options, strategy: ['sma'], param: ['fast=5', 'slow=20'] })
  const trading = await planTrading(wanted)
  const streams = STREAMS.map(text => resolveStream(text, SIMULATED))
  const files = new SessionFiles(directory)
  files.create(configurationOf(wanted, streams))
  const code = await runCommand(
    { ...input, options },
    {
      command: 'demo',
      context: CONTEXTS.paper,
      title: `genesis demo · embedded exchange · ${strategyText(trading)}`,
      streams,
      prints: TRADING_PRINTS,
      recording: files.tape,
      trading,
      afterwards: parts => prove(parts, trading),
      onSummary: summary => files.writeResult(summary),
    },
  )
  note(input, `open the report in a browser, or go on with: genesis explain ${directory} sma-1`)
  return code
}

/** @throws GenesisError where the tape gives another digest: the product's promise would be broken. */
async function prove({ session, recorder, trading }: RunningParts, plan: TradingPlan): Promise<void> {
  if (recorder === null || trading === null) return
  const tape = recorder.report().path
  const digest = trading.digest()
  const again = await rerun(tape, plan)
  session.sections.set('rerun', () => ({ tape, digest: again.digest, same: again.digest === digest }))
  if (session.convergence.check('digest of the re-run', digest, again.digest) === true) return
  throw new GenesisError('digest', `the tape ${tape} gave another digest when run again`, EXIT.verification, {
    hint: 'keep the tape and report it',
  })
}
