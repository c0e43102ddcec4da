/**
 * Text from outside meets no expression that can be made to take for ever. On a quarter of a million characters an expression that looks
 * at each a bounded number of times needs milliseconds, one of quadratic cost many seconds: the limit lies far from both.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { EXCHANGES } from '../src/exchanges/registry.js'

const root = fileURLToPath(new URL('../src', import.meta.url))
const LENGTH = 250_000
const HANGS_MS = 5_000

/** Quadratic on long runs of one character; what they are given is cut before. */
const BOUNDED: ReadonlyMap<string, string> = new Map([
  [String.raw`/0+$/`, 'digits of one number, of which no more than a hundred are read'],
  [String.raw`/\.?0+$/`, 'digits of one number, of which no more than a hundred are read'],
  [String.raw`/\B(?=(\d{3})+(?!\d))/g`, 'digits of a number of our own'],
  [String.raw`/\d+$/`, 'the name of a channel'],
  [String.raw`/\/+$/`, 'a path that the user typed'],
  [String.raw`/\{.*\}/`, 'the first 400 characters of a reason'],
  [String.raw`/(\d+(?:\.\d+)?)(us|ms|s|m|h|d|w)/g`, 'a text that another expression has found to be a duration'],
])

function expressions(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(?:ts|js)$/.test(name)) continue
    const file = ts.createSourceFile(name, readFileSync(join(root, name), 'utf8'), ts.ScriptTarget.Latest, true)
    const walk = (node: ts.Node): void => {
      if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) {
        const text = node.getText(file)
        found.set(text, [...(found.get(text) ?? []), name])
      }
      ts.forEachChild(node, walk)
    }
    walk(file)
  }
  return found
}

/** Long runs of the characters an expression is about, behind what it begins with, and an end that it cannot like. */
function hostile(source: string): string[] {
  const literals = source.replace(/\\[a-zA-Z]/g, '')
  const characters = new Set([
    'a',
    'A',
    '0',
    ' ',
    '.',
    '"',
    '\\',
    '{',
    '[',
    ',',
    ':',
    '/',
    ...Array.from(literals.slice(0, 10)),
  ])
  const beginning = /^\^?((?:\\[^a-zA-Z0-9]|[^\\()[\]{}.*+?|^$])*)/.exec(source)?.[1]?.replace(/\\(.)/g, '$1') ?? ''
  return [...characters].flatMap(one =>
    [...new Set(['', beginning])].flatMap(head => ['!', '\u0001'].map(end => head + one.repeat(LENGTH) + end)),
  )
}

function hangs(expression: RegExp, text: string): boolean {
  try {
    runInNewContext('expression.lastIndex = 0; text.replace(expression, "")', { expression, text }, { timeout: HANGS_MS }) // prettier-ignore
    return false
  } catch {
    return true
  }
}

describe('regular expressions', () => {
  const all = expressions()

  it('take a time that grows no faster than the text, or get texts of bounded length', () => {
    expect(all.size).toBeGreaterThan(200)
    const found = [...all].filter(([text]) => {
      if (BOUNDED.has(text)) return false
      const end = text.lastIndexOf('/')
      const expression = new RegExp(text.slice(1, end), text.slice(end + 1))
      return hostile(expression.source).some(one => hangs(expression, one))
    })
    expect(found).toEqual([])
  }, 300_000)

  it('that may be given long texts are not among the exceptions any more once they are gone', () => {
    expect([...BOUNDED.keys()].filter(text => !all.has(text))).toEqual([])
  })
})

describe('an exchange', () => {
  const LONG = 300_000

  it.each([...EXCHANGES.keys()])('%s that sends the same character without end holds nobody up', name => {
    const exchange = EXCHANGES.get(name)
    const shapes = [
      (run: string) => run,
      (run: string) => `"${run}"`,
      (run: string) => `{"e":"trade","s":"${run}","p":"${run}"}`,
      (run: string) => `{"stream":"${run}","data":{}}`,
      (run: string) => `{"channel":"${run}","topic":"${run}","type":"${run}","event":"${run}","message":"${run}"}`,
      (run: string) => `{"channel":"error","data":"${run}","error":{"message":"${run}"},"method":"${run}"}`,
      (run: string) => `[1,"${run}",["${run}"]]`,
    ]
    const decode = (text: string): void => {
      for (const look of [
        () => exchange?.decoder().decode(Buffer.from(text), 1, []),
        () => exchange?.dialect.topics(text),
        () => exchange?.dialect.read(text),
      ]) {
        try {
          look()
        } catch {
          // Refused: all that matters is that it comes to an end.
        }
      }
    }
    for (const character of ['0', 'A', ' ', '{', '[', '.', ':']) {
      for (const shape of shapes) {
        const text = shape(character.repeat(LONG))
        expect(() => runInNewContext('decode(text)', { decode, text }, { timeout: 10_000 }), text.slice(0, 40)).not.toThrow() // prettier-ignore
      }
    }
  }, 300_000) // prettier-ignore
})
