/** A folder for the files of a bench, removed when the process ends. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined

export function scratchPath(name: string): string {
  folder ??= create()
  return join(folder, name)
}

function create(): string {
  const made = mkdtempSync(join(tmpdir(), 'genesis-bench-'))
  process.on('exit', () => rmSync(made, { recursive: true, force: true }))
  return made
}
