/** `genesis backtest`: a strategy over recordings, as fast as they can be read. */
import type { ExitCode } from '../../model/errors.js'
import { planTrading } from '../../session/trading.js'
import type { CommandInput } from '../command.js'
import { runTradingJournal } from '../trading-run.js'
import { tradingOptions } from '../trading-options.js'

export async function run(input: CommandInput): Promise<ExitCode> {
  const plan = await planTrading(tradingOptions(input.options))
  return runTradingJournal(input, { command: 'backtest', paths: input.args, speed: Infinity, plan })
}
