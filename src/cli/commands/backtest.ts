/** `genesis backtest`: a strategy over recordings, as fast as they can be read. */
import type { ExitCode } from '../../model/errors.js'
import { CONTEXTS } from '../../session/context.js'
import { planTrading } from '../../session/trading.js'
import type { CommandInput } from '../command.js'
import { refuseIdleLeverage } from '../leverage.js'
import { resolveStreams, runCommand } from '../run-command.js'
import { strategyText, TRADING_PRINTS, tradingOptions } from '../trading-options.js'

export async function run(input: CommandInput): Promise<ExitCode> {
  const { args, options } = input
  const streams = resolveStreams(options.stream ?? [], input)
  const trading = await planTrading(tradingOptions(options))
  await refuseIdleLeverage(options, streams, args)
  return runCommand(input, {
    command: 'backtest',
    context: CONTEXTS.backtest,
    title: `genesis backtest · ${strategyText(trading)} · ${args.join(' ')}`,
    streams,
    paths: args,
    prints: TRADING_PRINTS,
    trading,
  })
}
