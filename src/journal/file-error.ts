/** What the system refuses, said so that the reader knows which path, why, and what to do next. */
import { EXIT, GenesisError, UsageError, messageOf } from '../model/errors.js'
import { errnoOf } from './file-system.js'

const TOLD: Readonly<Record<string, readonly [code: string, what: string, hint: string]>> = {
  ENOSPC: ['disk_full', 'no space left on the device', 'free some space or record to another disk with -o'],
  EDQUOT: ['disk_full', 'the disk quota is used up', 'free some space or record to another disk with -o'],
  EFBIG: ['file_too_large', 'the file may not grow further', 'raise the limit (ulimit -f) or use --rotate'],
  EROFS: ['read_only', 'the file system is read-only', 'choose a writable place with -o'],
  EACCES: ['not_allowed', 'permission denied', 'choose a place you may write to, or change its permissions'],
  EPERM: ['not_allowed', 'operation not permitted', 'choose a place you may write to, or change its permissions'],
  ENOENT: ['not_found', 'no such file or directory', 'check the path'],
  ENOTDIR: ['not_found', 'a part of the path is no directory', 'check the path'],
  EISDIR: ['is_directory', 'it is a directory', 'name a file'],
  ELOOP: ['symbolic_link', 'it is a symbolic link', 'name the file itself: genesis does not write through links'],
  EMFILE: ['too_many_files', 'this process has too many open files', 'raise the limit (ulimit -n)'],
  ENFILE: ['too_many_files', 'the system has too many open files', 'close some programs'],
  EIO: ['disk_error', 'the disk reports an error', 'check the disk; what was synced before stands'],
}

/** An error of the file system as one line. */
export function fileError(doing: string, path: string, cause: unknown): GenesisError {
  if (cause instanceof GenesisError) return cause
  const errno = errnoOf(cause)
  const [code, what, hint] = TOLD[errno] ?? ['file_error', messageOf(cause), 'check the path and the disk']
  const message = `${path}: cannot ${doing}: ${what}${errno === '' ? '' : ` (${errno})`}`
  if (code === 'not_found' && doing === 'read it') return new UsageError(code, message, { hint, cause })
  return new GenesisError(code, message, EXIT.failed, { hint, cause })
}
