/** Where the third-party recordings and oracle cases lie, if this machine has them. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('../..', import.meta.url))

export const sharedDirectory = process.env['GENESIS_SHARED'] ?? join(root, '..', 'shared')

/** True when `path` (relative to the shared folder) exists; says so once on stderr when it does not. */
export function hasShared(path: string): boolean {
  const present = existsSync(join(sharedDirectory, path))
  if (!present) process.stderr.write(`shared data absent, cases left out: ${path}\n`)
  return present
}

export function readShared(path: string): Buffer {
  const bytes = readFileSync(join(sharedDirectory, path))
  return path.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: 1 << 30 }) : bytes
}

/** The non-empty lines of a shared file, unzipped where its name ends in `.gz`. */
export function sharedLines(path: string): string[] {
  return readShared(path)
    .toString('utf8')
    .split('\n')
    .filter(line => line !== '')
}
