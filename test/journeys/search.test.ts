import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tradeMessages } from '../support/binance-server.js'
import { genesis, temporaryDirectory, type Finished } from '../support/genesis.js'

const library = new URL('../../dist/index.js', import.meta.url).href
const directory = temporaryDirectory('search')
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

const candidates = ({ events }: Finished): Finished['events'] => events.filter(event => event['type'] === 'candidate')

describe('optimize', () => {
  const search = ['optimize', tape, '--strategy', 'sma', '--param', 'fast=3..9:3', '--param', 'slow=5,20,40', '--objective', 'return'] // prettier-ignore

  it('ranks every combination, and its winning line gives the digest it says', async () => {
    const found = await genesis([...search, '--walk-forward', '2', '--capital', '5000', '--max-order-value', '4900', '--json']) // prettier-ignore
    expect(found.code).toBe(0)
    // fast=6 and fast=9 are not below slow=5.
    expect(candidates(found)).toHaveLength(7)
    expect(found.summary).toMatchObject({ command: 'optimize', tried: 7, refused: 2, combinations: 9, hung: [] })
    expect(found.summary['frames']).toBe(found.summary['decoded'] + found.summary['control'] + found.summary['deadLettered']) // prettier-ignore
    const scores = candidates(found).map(candidate => candidate['score'] as number)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
    const line = found.summary['best'].line as string
    expect(line).toMatch(/^genesis backtest .* --strategy sma .*--capital 5000 .*--max-order-value 4900/)
    const again = await genesis([...line.split(' ').slice(1), '--json'])
    expect(again.summary['digest']).toBe(found.summary['digest'])
    expect(again.events.filter(event => event['type'] === 'fill').length).toBeGreaterThan(5)
    const folds = found.events.filter(event => event['type'] === 'fold')
    expect(folds).toHaveLength(2)
    expect(folds[0]!['outOfSample'].from).toBe(folds[1]!['inSample'].from)
    expect(found.summary['walkForward']).toMatchObject({ folds: 2, outReturn: expect.any(Number) as number })
  }, 120_000)

  it('draws a heat map into one file, and refuses a place for it before it begins', async () => {
    const report = join(directory, 'search.html')
    const { code, stderr } = await genesis([...search, '--report', report])
    expect([code, stderr]).toEqual([0, expect.stringContaining(`report ${report}`)])
    const page = readFileSync(report, 'utf8')
    expect(page.match(/<rect class="cell (?:s|d)-?\d"/g)).toHaveLength(7)
    expect(page).toContain('fast 6, slow 5: not tried, or refused by the strategy')
    const nowhere = await genesis([...search, '--report', join(directory, 'missing', 'search.html')])
    expect([nowhere.code, nowhere.stdout]).toEqual([2, ''])
  })

  it('gives the same numbers whatever the threads, and draws the same at random for a seed', async () => {
    const numbers = async (...args: string[]): Promise<unknown[]> => {
      const found = await genesis([...search, '--method', 'random', '--samples', '4', ...args, '--json'])
      return candidates(found).map(({ rank, parameters, digest }) => ({ rank, parameters, digest }))
    }
    const one = await numbers('--threads', '1', '--seed', '3')
    expect(one.length).toBeGreaterThan(0)
    expect(await numbers('--threads', '3', '--seed', '3')).toEqual(one)
  }, 120_000)

  it('goes on where one candidate does not return, and names it', async () => {
    const strategy = strategyFile(
      'sometimes',
      `export default defineStrategy({
  name: 'sometimes', description: 'Hangs for 3', params: z.object({ n: z.int() }),
  create: ({ parameters }) => ({ onTrade() { if (parameters.n === 3) for (;;); return null } }),
})`,
    )
    const found = await genesis(['optimize', tape, '--strategy', strategy, '--param', 'n=1..4', '--watchdog', '1s', '--threads', '1', '--json']) // prettier-ignore
    expect(found.code).toBe(0)
    expect(found.summary).toMatchObject({ tried: 3, hung: [{ n: '3' }] })
  })

  it.each([
    [['--param', 'fats=1..5'], /fats.*did you mean fast/],
    [['--param', 'fast=5..1'], /goes up/],
    [[], /no parameter was named/],
    [['--param', 'fast=5', '--objective', 'luck'], /there is no objective "luck"/],
  ])('refuses %j with the way out', async (args, message) => {
    const { code, stderr } = await genesis(['optimize', tape, '--strategy', 'sma', ...args])
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect([1, 2]).toContain(code)
  })
})
