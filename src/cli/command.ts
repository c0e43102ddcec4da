/** What a command is: a description as data, and a function loaded only when the command runs. */
import type { ExitCode } from '../model/errors.js'
import type { Io } from './io.js'
import type { GlobalOption, OptionName, Options } from './options.js'

export interface CommandSpec {
  readonly name: string
  /** As in the usage line: `<stream...>`, `[file]`. */
  readonly arguments: string
  readonly summary: string
  /** Beyond the global ones; no others are accepted. */
  readonly options: readonly OptionName[]
  /** The global options that mean something here and are listed in help; the others are accepted all the same. */
  readonly globals: readonly GlobalOption[]
  /** What options mean here, where the general text does not say it or not all of it is true. */
  readonly wording?: Readonly<Partial<Record<OptionName, string>>>
  /** Complete commands a reader can paste. */
  readonly examples: readonly string[]
  readonly load: () => Promise<{ readonly run: CommandRun }>
}

export type CommandRun = (input: CommandInput) => Promise<ExitCode>

export interface CommandInput {
  readonly args: readonly string[]
  readonly options: Options
  readonly io: Io
  /** All commands, for those that tell about the others. */
  readonly commands: readonly CommandSpec[]
}
