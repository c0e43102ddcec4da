import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tradeMessages } from '../support/binance-server.js'
import { genesis, temporaryDirectory, type Finished } from '../support/genesis.js'

/** A check runs its strategy many times over; a busy machine takes long. */
const LONG = 120_000
const library = new URL('../../dist/index.js', import.meta.url).href
const directory = temporaryDirectory('lookahead')
const tape = join(directory, 'tape.jsonl')
writeFileSync(tape, `${tradeMessages(1_500).join('\n')}\n`)

function strategyFile(name: string, body: string): string {
  const path = join(directory, `${name}.mjs`)
  writeFileSync(
    path,
    `import { readFileSync } from 'node:fs'
import { defineStrategy, z } from '${library}'
${body}
`,
  )
  return path
}

describe('lookahead', () => {
  const check = (strategy: string, ...args: string[]): Promise<Finished> =>
    genesis(['lookahead', strategy, tape, '--cuts', '3', '--json', ...args], { env: { TAPE: tape }, timeoutMs: LONG })

  it(
    'finds nothing in honest strategies, built in or by file',
    async () => {
      const sma = await check('sma', '--param', 'fast=3', '--param', 'slow=8')
      expect(sma).toMatchObject({ code: 0, summary: { clean: true, findings: 0 } })
      expect(sma.summary['decisions']).toBeGreaterThan(20)
      const own = strategyFile(
        'honest',
        `export default defineStrategy({
  name: 'honest', description: 'Follows the last move', params: z.object({}),
  create() {
    let last = 0
    return { onTrade({ price }) { const up = price > last; last = price; return { type: 'signal', direction: up ? 'long' : 'flat' } } }
  },
})`,
      )
      expect(await check(own)).toMatchObject({ code: 0, summary: { clean: true } })
    },
    LONG,
  )

  it(
    'catches one that remembers the future from an earlier run',
    async () => {
      const cheat = strategyFile(
        'remembers',
        `const seen = []
export default defineStrategy({
  name: 'remembers', description: 'Knows what comes', params: z.object({}),
  create() {
    const future = seen.splice(0)
    let at = 0
    return { onTrade({ price }) {
      seen.push(price)
      const next = future[++at] ?? price
      return next === price ? null : { type: 'signal', direction: next > price ? 'long' : 'flat' }
    } }
  },
})`,
      )
      const found = await check(cheat)
      expect(found).toMatchObject({ code: 3, summary: { clean: false } })
      expect(found.events[0]).toMatchObject({ type: 'lookahead', leak: 'memory', difference: { whole: null } })
    },
    LONG,
  )

  it(
    'catches one that reads one step ahead in the recording itself',
    async () => {
      const cheat = strategyFile(
        'reads',
        `const prices = readFileSync(process.env.TAPE, 'utf8').split('\\n').filter(line => line.includes('"p":')).map(line => Number(/"p":"([\\d.]+)"/.exec(line)[1]))
export default defineStrategy({
  name: 'reads', description: 'Knows what comes', params: z.object({}),
  create() {
    let at = 0
    return { onTrade({ price }) {
      const next = prices[++at] ?? price
      return next === price ? null : { type: 'signal', direction: next > price ? 'long' : 'flat' }
    } }
  },
})`,
      )
      const found = await check(cheat)
      expect(found).toMatchObject({ code: 3, summary: { clean: false, openedTape: true } })
      expect(found.events[0]).toMatchObject({ type: 'lookahead', leak: 'file' })
    },
    LONG,
  )

  it(
    'says that a strategy of chance is not repeatable',
    async () => {
      const dice = strategyFile(
        'dice',
        `export default defineStrategy({
  name: 'dice', description: 'Throws dice', params: z.object({}),
  create: () => ({ onTrade: () => (Math.random() < 0.1 ? { type: 'signal', direction: 'long' } : null) }),
})`,
      )
      const found = await check(dice)
      expect(found.code).toBe(3)
      expect(found.events[0]).toMatchObject({ leak: 'chance', cutAfter: null })
    },
    LONG,
  )
})
