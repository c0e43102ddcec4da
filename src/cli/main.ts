/** The whole program as a function: arguments in, exit code out. */
import { EXIT, type ExitCode } from '../model/errors.js'
import type { Options } from './options.js'
import { reportFailure } from './failure.js'
import type { Io } from './io.js'
import { version } from './software.js'

export { processIo } from './io.js'

/** Runs one command. Never throws: every failure becomes one line on stderr and an exit code of the contract. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  endQuietlyOnClosedPipe(io)
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    io.stdout.write(`${version()}\n`)
    return EXIT.done
  }
  let options: Pick<Options, 'json'> = { json: argv.includes('--json') }
  io.onCrash(error => io.leave(reportFailure(error, io, options)))
  try {
    const { parseCommandLine, refuseUnknownCommand } = await import('./program.js')
    refuseUnknownCommand(argv)
    const parsed = await parseCommandLine(argv, io, version())
    if (parsed === null) return EXIT.done
    const { withConfiguration } = await import('./config.js')
    const configured = withConfiguration(parsed.options, io)
    options = configured
    const { run } = await parsed.command.load()
    return await run({ args: parsed.args, options: configured, io, commands: parsed.commands })
  } catch (error) {
    return reportFailure(error, io, options)
  }
}

/** A reader that went away (`| head`) ends the program without a word. */
function endQuietlyOnClosedPipe(io: Io): void {
  for (const output of [io.stdout, io.stderr]) {
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') io.leave(EXIT.done)
      throw error
    })
  }
}
