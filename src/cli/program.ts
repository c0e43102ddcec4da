/** The command line as commander sees it, built from the commands' own descriptions. */
import { Command, CommanderError, Option } from 'commander'
import { UsageError } from '../model/errors.js'
import { nearest } from '../model/symbol.js'
import type { CommandSpec } from './command.js'
import { COMMANDS } from './commands.js'
import type { Io } from './io.js'
import { GLOBAL_OPTIONS, longFlag, OPTIONS, type OptionName, type Options, type OptionSpec } from './options.js'

export interface Parsed {
  readonly command: CommandSpec
  readonly args: readonly string[]
  readonly options: Options
  readonly commands: readonly CommandSpec[]
}

const FIRST_STEPS = `
Start here (no network needed):
  genesis demo                                   market, strategy, paper account and summary in 20 seconds
  genesis stream btcusdt@trade --exchange sim    a live table of the embedded exchange
Then:
  genesis stream btcusdt@trade                   Binance, live
  genesis record btcusdt@trade -o day.jsonl.gz   keep what was received
  genesis replay day.jsonl.gz --speed 10         see it again
  genesis paper --strategy sma                   trade it on paper
`

/** Reads the command line. @returns null where help or the version was asked for and has been printed. @throws UsageError */
export async function parseCommandLine(argv: readonly string[], io: Io, version: string): Promise<Parsed | null> {
  let parsed: Parsed | null = null
  const program = createProgram(io, version)
  for (const spec of COMMANDS) addCommand(program, spec, found => (parsed = found))
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return endOfCommander(error, argv)
    throw error
  }
  return parsed
}

function createProgram(io: Io, version: string): Command {
  const program = new Command('genesis')
    .description('Stream, record, replay and paper-trade crypto market data; every message accounted for.')
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: text => io.stdout.write(text),
      writeErr: () => undefined,
    })
    .addHelpText('after', FIRST_STEPS)
    .showSuggestionAfterError(false)
  for (const name of GLOBAL_OPTIONS) program.addOption(optionOf(name))
  program.action(() => {
    program.outputHelp()
  })
  program.allowExcessArguments(true)
  return program
}

function addCommand(program: Command, spec: CommandSpec, found: (parsed: Parsed) => void): void {
  const command = program.command(`${spec.name} ${spec.arguments}`.trim()).description(spec.summary)
  for (const name of [...spec.options, ...spec.globals]) command.addOption(optionOf(name, spec.wording?.[name]))
  const idle = GLOBAL_OPTIONS.filter(name => !spec.globals.includes(name))
  for (const name of idle) command.addOption(optionOf(name).hideHelp())
  command.addHelpText(
    'after',
    `${idleText(idle)}\nExamples:\n${spec.examples.map(example => `  ${example}`).join('\n')}\n`,
  )
  command.action(() => {
    const options = { ...program.opts<Options>(), ...given(command) }
    if (options.color === true) delete options.color
    found({ command: spec, args: command.args, options, commands: COMMANDS })
  })
}

/** Global options may stand in any command line; which of them change nothing in this one is said. */
function idleText(names: readonly OptionName[]): string {
  return names.length === 0 ? '' : `\nAccepted, without effect here: ${names.map(longFlag).join(' ')}\n`
}

/** What was typed after the command's name; commander's own default for a `--no-…` flag is left out. */
function given(command: Command): Options {
  const options = command.opts<Record<string, unknown>>()
  return Object.fromEntries(Object.entries(options).filter(([key]) => command.getOptionValueSource(key) !== 'default'))
}

function optionOf(name: OptionName, help: string = OPTIONS[name].help): Option {
  const { flags, parse }: OptionSpec = OPTIONS[name]
  const option = new Option(flags, help)
  // Two commands may give one flag two meanings; each meaning has a name of its own.
  option.attributeName = () => name
  return parse === undefined ? option : option.argParser(parse)
}

function endOfCommander(error: CommanderError, argv: readonly string[]): null {
  if (error.exitCode === 0 || error.code === 'commander.help') return null
  const message = error.message.replace(/^error: /, '')
  const owners = error.code === 'commander.unknownOption' ? ownersOf(/'(--[a-z-]+)/.exec(message)?.[1]) : ''
  throw new UsageError('usage', message, { hint: `${owners}${hintFor(argv)}` })
}

/** Which commands have the option that this one has not. */
function ownersOf(flag: string | undefined): string {
  const owners = COMMANDS.filter(({ options }) => options.some(name => longFlag(name) === flag))
  return owners.length === 0 ? '' : `${flag ?? ''} is an option of ${owners.map(({ name }) => name).join(', ')}; `
}

/** @throws UsageError where the first word is no command. */
export function refuseUnknownCommand(argv: readonly string[]): void {
  const word = argv.find(argument => !argument.startsWith('-'))
  if (word === undefined || word === 'help' || COMMANDS.some(command => command.name === word)) return
  if (argv[0] !== word) return
  const near = nearest(
    word,
    COMMANDS.map(command => command.name),
  )
  const hint = near === undefined ? 'see genesis --help' : `did you mean "genesis ${near}"? see genesis --help`
  throw new UsageError('command', `unknown command "${word}"`, { hint })
}

function hintFor(argv: readonly string[]): string {
  const command = COMMANDS.find(spec => argv.includes(spec.name))
  return command === undefined ? 'see genesis --help' : `see genesis ${command.name} --help`
}
