import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as library from '../src/index.js'
import * as lexicon from '../src/lexicon.js'
import { PROBES } from '../src/session/chaos/probes/registry.js'
import { MECHANISMS } from '../src/session/mechanism-list.js'
import { genesis } from './support/genesis.js'

const root = new URL('../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

describe('the thirteen names', () => {
  const names = MECHANISMS.map(({ name }) => name)

  it('stand for a class or table each in the lexicon, and in the library', () => {
    expect(new Set(names).size).toBe(13)
    expect(Object.keys(lexicon).sort()).toEqual([...names].sort())
    for (const name of names) expect(library[name]).toBe(lexicon[name])
  })

  it('stand, with their terms, in the first line of their files', () => {
    for (const { name, term, file } of MECHANISMS) {
      const [, ownName, ownTerm] = /^\/\*\* (\w+) · ([^:]+): .+ \*\/\n/.exec(read(file)) ?? []
      expect({ file, name: ownName, term: ownTerm }).toEqual({ file, name, term })
    }
  })

  it('stand in docs/mechanisms.md, each with its file, its test and its ablation', () => {
    const sections = read('docs/mechanisms.md').split('\n## ').slice(1, 14)
    expect(sections.map(section => section.split('\n')[0])).toEqual(
      MECHANISMS.map(({ name, term }) => `${name} · ${term}`),
    )
    for (const [index, { key, file }] of MECHANISMS.entries()) {
      const section = sections[index] ?? ''
      expect(section).toContain(`(../${file})`)
      expect(section).toContain(`genesis chaos --without ${key}`)
      for (const part of ['In the paper', 'What it is', 'How it works', 'Limits', 'Parameters', 'Proof']) expect(section).toContain(`**${part}**`) // prettier-ignore
    }
  })

  it('lead to files and tests that exist', () => {
    for (const [, path = ''] of read('docs/mechanisms.md').matchAll(/\]\(\.\.\/([^)]+)\)/g)) {
      expect({ path, exists: existsSync(new URL(path, root)) }).toEqual({ path, exists: true })
    }
  })

  it('are what genesis mechanisms prints', async () => {
    const { code, events } = await genesis(['mechanisms', '--json'], { env: { XDG_RUNTIME_DIR: '' } })
    expect(code).toBe(0)
    expect(events.map(({ name, term, file }) => ({ name, term, file }))).toEqual(MECHANISMS.map(({ name, term, file }) => ({ name, term, file }))) // prettier-ignore
  })

  it('have a probe each', () => {
    expect(PROBES.map(({ mechanism }) => mechanism)).toEqual(MECHANISMS.map(({ key }) => key))
  })
})
