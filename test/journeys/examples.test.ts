import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** As the head of each example says; the build is there already. */
async function example(name: string): Promise<string[]> {
  const jiti = fileURLToPath(new URL('../../node_modules/jiti/lib/jiti-cli.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [jiti, `examples/${name}.ts`], {
    cwd: root,
    timeout: 25_000,
  })
  return stdout.trim().split('\n')
}

describe('the examples', () => {
  it('are these three', () => {
    expect(readdirSync(`${root}/examples`).filter(name => name.endsWith('.ts'))).toEqual(['event-bus.ts', 'exchange-handler.ts', 'integrated-system.ts']) // prettier-ignore
  })

  it('event-bus: the cause is heard by all before its effect, and a broken component harms nobody', async () => {
    const lines = await example('event-bus')
    expect(lines.slice(0, 5)).toEqual([
      'display: BTCUSDT at 97000',
      'display: BTCUSDT at 97012.5',
      'signal: buy BTCUSDT',
      'display: BTCUSDT at 97003',
      'answer: 97003',
    ])
    expect(lines).toContain('account: broken was owed 3, got 0, failed 3')
    expect(lines).toContain('account: display was owed 3, got 3, failed 0')
  })

  it('exchange-handler: a cut is seen, named and survived', async () => {
    const lines = await example('exchange-handler')
    expect(lines).toContain('connected to btcusdt@trade')
    expect(lines.some(line => line.startsWith('disconnected: '))).toBe(true)
    expect(lines.some(line => /^connected: reconnected to .+ after \d+ ms/.test(line))).toBe(true)
    expect(lines.some(line => line.startsWith('60 trades, the last at '))).toBe(true)
    const [, frames, decoded, control, dead] = /^account: (\d+) frames = (\d+) decoded \+ (\d+) control \+ (\d+) dead-lettered$/.exec(lines.at(-1)!) ?? [] // prettier-ignore
    expect(Number(frames)).toBe(Number(decoded) + Number(control) + Number(dead))
  })

  it('integrated-system: trades become signals, orders and a position', async () => {
    const lines = await example('integrated-system')
    expect(lines.filter(line => line.startsWith('order: '))).toHaveLength(4)
    expect(lines[0]).toMatch(/^(?:order: buy 0\.01 at [\d.]+, holding 0\.01|refused: would hold -0\.01)$/)
    expect(lines.at(-1)).toMatch(/^done: 4 orders, [1-9]\d* trades archived, every event accounted for: true$/)
  })
})
