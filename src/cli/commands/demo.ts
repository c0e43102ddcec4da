/** `genesis demo`: the whole path on one machine, ended by its proof: the tape, run again, gives the same digest. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveStream } from '../../exchanges/registry.js'
import { EXIT, GenesisError, type ExitCode } from '../../model/errors.js'
import { MICROS_PER_SECOND } from '../../model/time.js'
import { SIMULATED } from '../../session/live.js'
import { rerun } from '../../session/rerun.js'
import type { Session } from '../../session/session.js'
import { planTrading, type TradingPlan } from '../../session/trading.js'
import type { CommandInput } from '../command.js'
import { runLivePaper } from '../live-paper.js'
import { tradingOptions } from '../trading-options.js'
import { strategyText } from '../trading-run.js'

const STREAMS = ['btcusdt@trade', 'btcusdt@bookTicker', 'ethusdt@trade']
const DURATION = 20 * MICROS_PER_SECOND

export async function run(input: CommandInput): Promise<ExitCode> {
  const options = {
    ...input.options,
    duration: input.options.duration ?? DURATION,
    strategy: ['sma'],
    param: ['fast=10', 'slow=40'],
  }
  const trading = await planTrading(tradingOptions(options))
  return runLivePaper(
    { ...input, options },
    {
      command: 'demo',
      streams: STREAMS.map(text => resolveStream(text, SIMULATED)),
      directory: options.session ?? mkdtempSync(join(tmpdir(), 'genesis-demo-')),
      title: `genesis demo · embedded exchange · ${strategyText(trading)}`,
      trading,
      afterwards: (session, tape, digest) => prove(session, tape, digest, trading),
    },
  )
}

/** @throws GenesisError where the tape gives another digest: the product's promise would be broken. */
async function prove(session: Session, tape: string, digest: string, trading: TradingPlan): Promise<void> {
  const again = await rerun(tape, trading)
  session.sections.set('rerun', () => ({ tape, digest: again.digest, same: again.digest === digest }))
  if (again.digest !== digest) {
    throw new GenesisError('digest', `the tape ${tape} gave another digest when run again`, EXIT.verification, {
      hint: 'keep the tape and report it',
    })
  }
}
