/** Where genesis keeps what the user gave no place for. */
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { messageOf, UsageError } from '../model/errors.js'
import type { Micros } from '../model/time.js'
import type { CommandInput } from './command.js'

/** `--dead-letters`, or a file of its own under the user's state directory (XDG Base Directory Specification). */
export function deadLetterPath({ options, io }: CommandInput, now: Micros): string {
  if (options.deadLetters !== undefined) return options.deadLetters
  const directory = join(stateDirectory(io.env), 'dead-letters')
  makeDirectory(directory, 'name a file with --dead-letters, or set XDG_STATE_HOME to a writable directory')
  return join(directory, `${new Date(now / 1000).toISOString().replace(/[:.]/g, '-')}-${process.pid}.jsonl`)
}

export function stateDirectory(env: CommandInput['io']['env']): string {
  const base = env['XDG_STATE_HOME']
  return join(base === undefined || base === '' ? join(homedir(), '.local', 'state') : base, 'genesis')
}

/** Where runs of one user tell each other which hosts want to be left alone, and until when. */
export function penaltyDirectory(env: CommandInput['io']['env']): string {
  return join(stateDirectory(env), 'penalties')
}

/** Makes a directory with its parents. @throws UsageError where that is not possible. */
function makeDirectory(directory: string, hint: string): string {
  try {
    mkdirSync(directory, { recursive: true })
  } catch (error) {
    throw new UsageError('directory', `${directory}: ${messageOf(error)}`, { hint })
  }
  return directory
}
