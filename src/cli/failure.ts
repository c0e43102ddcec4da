/** A failure as the user sees it: one line with what, where and what to do next. */
import { EXIT, GenesisError, messageOf, type ExitCode } from '../model/errors.js'
import type { Io } from './io.js'
import type { Options } from './options.js'
import { safe } from './safe.js'

/** Prints the failure on stderr and returns the exit code it asks for. */
export function reportFailure(thrown: unknown, io: Io, options: Pick<Options, 'json'>): ExitCode {
  const { code, message, hint, exit } = factsOf(thrown)
  const line = options.json
    ? JSON.stringify({
        type: 'error',
        code,
        message: safe(message),
        hint: hint === undefined ? null : safe(hint),
        exit,
      })
    : `error: ${safe(message)}${hint === undefined ? '' : ` — ${safe(hint)}`}`
  io.stderr.write(`${line}\n`)
  if ((io.env['DEBUG'] ?? '').split(',').includes('genesis') && thrown instanceof Error) {
    io.stderr.write(`${thrown.stack ?? ''}\n`)
  }
  return exit
}

type Facts = Pick<GenesisError, 'code' | 'message' | 'hint' | 'exit'>

function factsOf(thrown: unknown): Facts {
  if (thrown instanceof GenesisError) return thrown
  const message = messageOf(thrown)
  // Also the parts of the program itself are files, opened when a command needs them.
  if (/^E[MN]FILE\b/.test(message)) {
    return { code: 'too_many_files', message, hint: 'raise the limit of open files: ulimit -n', exit: EXIT.failed }
  }
  return { code: 'internal', message, hint: undefined, exit: EXIT.failed }
}
