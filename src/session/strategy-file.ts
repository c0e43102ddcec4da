/** Strategies by name or from a user's own file, in TypeScript or JavaScript. */
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf, UsageError } from '../model/errors.js'
import { strategyNamed } from '../strategies/registry.js'
import { isStrategy, strategyFault, type Strategy } from '../strategies/strategy.js'

/** A word without a dot or slash is a built-in; anything else is a file, and running it is running its code. */
export async function loadStrategy(nameOrFile: string): Promise<Strategy> {
  if (isBuiltIn(nameOrFile)) return strategyNamed(nameOrFile)
  const path = resolve(nameOrFile)
  if (!existsSync(path)) {
    throw new UsageError('strategy_file', `strategy file ${nameOrFile} does not exist`, {
      hint: 'give a path, or a name from: genesis strategies',
    })
  }
  const exported = await importFile(path, nameOrFile)
  if (isStrategy(exported)) return exported
  throw new UsageError('strategy_file', `${nameOrFile}: ${strategyFault(exported) ?? 'use defineStrategy'}`, {
    hint: 'see genesis init strategy, or examples/',
  })
}

/** Whether it names a strategy that comes with genesis, not a file. */
export function isBuiltIn(nameOrFile: string): boolean {
  return /^[a-z0-9][a-z0-9-]*$/i.test(nameOrFile)
}

async function importFile(path: string, named: string): Promise<unknown> {
  try {
    const module = ['.ts', '.mts', '.cts'].includes(extname(path))
      ? await importTypeScript(path)
      : ((await import(pathToFileURL(path).href)) as unknown)
    return defaultOf(module)
  } catch (error) {
    throw new UsageError('strategy_file', `${named}: ${messageOf(error).split('\n')[0] ?? ''}${placeIn(error, path)}`, {
      hint: 'run it alone with node to see more, or set DEBUG=genesis',
      cause: error,
    })
  }
}

/** jiti reads TypeScript alike on every version of Node, enums and parameter properties included. */
async function importTypeScript(path: string): Promise<unknown> {
  const { createJiti } = await import('jiti')
  const library = new URL('../index.js', import.meta.url)
  const cache = cacheDirectory(join(tmpdir(), `genesis-jiti-${process.getuid?.() ?? 0}`))
  const jiti = createJiti(import.meta.url, { fsCache: cache, alias: { genesis: library.pathname } })
  return jiti.import(path)
}

/**
 * What lies in the cache is run as code, and anyone may have made a directory of that name in a place that all share: unless it is
 * ours alone, a fresh one is made.
 */
export function cacheDirectory(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const stats = lstatSync(path)
  const isOurs = process.getuid === undefined || stats.uid === process.getuid()
  const isPrivate = process.platform === 'win32' || (stats.mode & 0o077) === 0
  return stats.isDirectory() && isOurs && isPrivate ? path : mkdtempSync(`${path}-`)
}

/** Which code runs with the user's own rights: where it lies, and the SHA-256 of the file itself. */
export function fingerprint(file: string): { readonly path: string; readonly sha256: string } {
  const path = resolve(file)
  return { path, sha256: createHash('sha256').update(readFileSync(path)).digest('hex') }
}

function defaultOf(module: unknown): unknown {
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
}

/** `:12:5`, the first place of the stack that lies in the user's file. */
function placeIn(error: unknown, path: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const at = stack.indexOf(path)
  const place = at < 0 ? undefined : /^:(\d+):(\d+)/.exec(stack.slice(at + path.length))
  return place === undefined || place === null ? '' : ` (line ${place[1] ?? ''}, column ${place[2] ?? ''})`
}
