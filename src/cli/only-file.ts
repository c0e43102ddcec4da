/** The one file that a command is about. */
import { UsageError } from '../model/errors.js'
import type { CommandInput } from './command.js'

/** @throws UsageError where more or fewer are named. */
export function onlyFile({ args }: Pick<CommandInput, 'args'>): string {
  const [path] = args
  if (path !== undefined && args.length === 1) return path
  throw new UsageError('one_file', path === undefined ? 'no file was named' : `${args.length} files were named`, {
    hint: 'name one file; many are read as one by the manifest or the directory that holds them together',
  })
}
