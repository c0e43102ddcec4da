import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../support/genesis.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = temporaryDirectory('package')
const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Every installed package's folder, scopes opened. */
function packages(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap(entry => {
    const path = join(directory, entry.name)
    if (!entry.isDirectory() || entry.name.startsWith('.')) return []
    if (entry.name.startsWith('@')) return packages(path)
    const nested = join(path, 'node_modules')
    return [path, ...(existsSync(nested) ? packages(nested) : [])]
  })
}

function sizeOf(path: string): number {
  const facts = statSync(path)
  if (!facts.isDirectory()) return facts.size
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

beforeAll(() => {
  // The suite has built `dist/`; building again under the other tests' feet would break them.
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
  )
  run('npm', ['init', '-y'], folder)
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, filename)], folder)
}, 120_000)

describe('the packed package, installed into an empty folder', () => {
  it('brings few packages, little weight and no install scripts', () => {
    const installed = packages(join(folder, 'node_modules'))
    expect(installed.length).toBeLessThanOrEqual(30)
    expect(sizeOf(join(folder, 'node_modules'))).toBeLessThanOrEqual(25_000_000)
    const withScripts = installed.filter(path => {
      const { scripts = {} } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
      return ['preinstall', 'install', 'postinstall'].some(name => name in scripts)
    })
    expect(withScripts).toEqual([])
  })

  it('contains what runs and nothing else', () => {
    const names = readdirSync(join(folder, 'node_modules', 'genesis')).sort()
    expect(names).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'package.json'])
  })

  it('runs from there', () => {
    const bin = join(folder, 'node_modules', '.bin', 'genesis')
    expect(run(bin, ['--version'], folder)).toMatch(/^\d+\.\d+\.\d+\n$/)
    const lines = run(bin, ['demo', '--duration', '2s', '--json'], folder).trimEnd().split('\n')
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ type: 'summary', rerun: { same: true } })
  })

  it('is a library with types', () => {
    const script = `import { TranscendentalEventBus, ExchangeWebSocketHandler, defineStrategy } from 'genesis'
console.log([TranscendentalEventBus, ExchangeWebSocketHandler, defineStrategy].every(part => typeof part === 'function'))`
    expect(run(process.execPath, ['--input-type=module', '-e', script], folder)).toBe('true\n')
  })
})
