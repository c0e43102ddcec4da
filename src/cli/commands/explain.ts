/** `genesis explain SESSION ORDER`: the life of one order, step by step, and why it filled or did not. */
import { EXIT, type ExitCode } from '../../model/errors.js'
import { explainOrder } from '../../session/explanation.js'
import type { CommandInput } from '../command.js'
import { explanationLines } from '../explanation-text.js'
import { printsLines } from '../presentation.js'
import { safe } from '../safe.js'

/** @throws UsageError where there is no such session or order. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const { args, io } = input
  const [session = '', order = ''] = args
  const explanation = await explainOrder(session, order)
  if (printsLines(input)) io.stdout.write(`${JSON.stringify(explanation)}\n`)
  else io.stdout.write(`${explanationLines(explanation).map(safe).join('\n')}\n`)
  return EXIT.done
}
