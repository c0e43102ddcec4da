/** `genesis strategies`: what comes built in, and its parameters. */
import { eventLine } from '../../model/event-line.js'
import { EXIT, type ExitCode } from '../../model/errors.js'
import { describeParameters } from '../../strategies/parameters.js'
import { STRATEGIES, strategyNamed } from '../../strategies/registry.js'
import type { CommandInput } from '../command.js'
import { listing } from '../listing.js'
import { createPalette } from '../palette.js'
import { printsLines } from '../presentation.js'

export function run(input: CommandInput): Promise<ExitCode> {
  const { args, options, io } = input
  const [name] = args
  const strategies = name === undefined ? STRATEGIES : [strategyNamed(name)]
  const palette = createPalette(io, io.stdout, { noColor: options.color === false })
  for (const strategy of strategies) {
    const parameters = describeParameters(strategy)
    if (printsLines(input)) {
      io.stdout.write(
        `${eventLine({ type: 'strategy', name: strategy.name, description: strategy.description, parameters })}\n`,
      )
      continue
    }
    const rows = parameters.map(({ name: parameter, range, preset, description }) => [
      `  ${parameter}`,
      preset ?? '–',
      range,
      description,
    ])
    io.stdout.write(`${palette.bold(strategy.name)}  ${strategy.description}\n`)
    if (rows.length > 0) io.stdout.write(`${listing(['  parameter', 'default', 'range', 'meaning'], rows, palette)}\n`)
    io.stdout.write('\n')
  }
  return Promise.resolve(EXIT.done)
}
