import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../src/cli/commands.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('README', () => {
  it('begins with the two commands that build, run and test everything', () => {
    const [, first = ''] = /```sh\n([^]*?)```/.exec(readme) ?? []
    expect(first.split('\n').map(line => line.split('#')[0]?.trim())).toEqual([
      'npm ci && npm start',
      'npm ci && npm test',
      '',
    ])
  })

  it.each(COMMANDS.map(({ name }) => name))('tells of %s', name => {
    expect(readme).toMatch(new RegExp(`\`genesis ${name}[ \`]`))
  })

  it('names only files that exist', async () => {
    const { existsSync } = await import('node:fs')
    for (const [, path = ''] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      expect(existsSync(new URL(`../${path}`, import.meta.url)), path).toBe(true)
    }
  })
})
