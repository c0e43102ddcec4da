/** A failure as the user sees it: one line with what, where and what to do next. */
import { EXIT, GenesisError, messageOf, type ExitCode } from '../model/errors.js'
import type { Io } from './io.js'
import type { Options } from './options.js'
import { safe } from './safe.js'

/** Prints the failure on stderr and returns the exit code it asks for. */
export function reportFailure(thrown: unknown, io: Io, options: Pick<Options, 'json'>): ExitCode {
  const exit = thrown instanceof GenesisError ? thrown.exit : EXIT.failed
  const code = thrown instanceof GenesisError ? thrown.code : 'internal'
  const hint = thrown instanceof GenesisError ? thrown.hint : undefined
  const message = messageOf(thrown)
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
