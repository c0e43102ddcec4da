/** Sees which files a strategy opens while it runs, and can hand it another file in place of one: only for the worker of the check. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

type Anything = Record<string, unknown>

/** Functions whose first argument is a path that is read. */
const READERS = [
  'readFileSync',
  'readFile',
  'openSync',
  'open',
  'createReadStream',
  'copyFileSync',
  'copyFile',
] as const
const MOST_NOTED = 50
/** Code, and what loading it reads, is no data. */
const CODE = /\.(?:[cm]?[jt]sx?|map)$|node_modules|genesis-jiti-|package\.json$|tsconfig\.json$/

export class FileWatch {
  readonly #opened = new Set<string>()
  #instead: { readonly real: string; readonly other: string } | null = null

  /** @param own the path by which genesis reads the recording itself: not seen, never replaced. */
  constructor(private readonly own: string) {}

  /** From here on every opened file is seen. Names that were imported before see it too. */
  begin(): void {
    for (const name of READERS) this.#wrap(fs, name)
    for (const name of ['readFile', 'open', 'copyFile']) this.#wrap(fs.promises, name)
    syncBuiltinESMExports()
  }

  /** Whoever opens `path` gets `other`. */
  replace(path: string, other: string): void {
    this.#instead = { real: fs.realpathSync(path), other }
  }

  /** Data files that were opened. */
  opened(): string[] {
    return [...this.#opened]
  }

  #wrap(holder: Anything, name: string): void {
    const original = holder[name]
    if (typeof original !== 'function') return
    holder[name] = (path: unknown, ...rest: unknown[]): unknown =>
      original.call(holder, this.#see(path), ...rest) as unknown
  }

  #see(given: unknown): unknown {
    const path = pathOf(given)
    if (path === undefined || path === this.own) return given
    if (!CODE.test(path) && this.#opened.size < MOST_NOTED) this.#opened.add(path)
    return this.#instead !== null && isSame(path, this.#instead.real) ? this.#instead.other : given
  }
}

function pathOf(given: unknown): string | undefined {
  if (typeof given === 'string') return resolve(given)
  if (given instanceof URL && given.protocol === 'file:') return fileURLToPath(given)
  return Buffer.isBuffer(given) ? resolve(given.toString()) : undefined
}

function isSame(path: string, real: string): boolean {
  try {
    return fs.realpathSync(path) === real
  } catch {
    return false
  }
}
