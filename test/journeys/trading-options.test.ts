import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tradeMessages } from '../support/binance-server.js'
import { genesis, temporaryDirectory, type Finished } from '../support/genesis.js'

const library = new URL('../../dist/index.js', import.meta.url).href
const directory = temporaryDirectory('trading-options')
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

describe('trading options', () => {
  const sma = ['--strategy', 'sma', '--param', 'fast=3', '--param', 'slow=8']
  const refusals = ({ events }: Finished): unknown[] => [
    ...new Set(events.filter(event => event['type'] === 'refusal').map(event => event['code'])),
  ]

  it('limit what strategies may do, and a session repeats them', async () => {
    const session = join(directory, 'limited')
    const limited = await genesis(['paper', ...sma, '--from-file', tape, '--session', session, '--max-order-value', '50', '--json']) // prettier-ignore
    expect(refusals(limited)).toEqual(['notional'])
    expect(limited.events.filter(event => event['type'] === 'fill')).toHaveLength(0)
    const again = await genesis(['paper', '--resume', session, '--json'])
    expect(again.summary['digest']).toBe(limited.summary['digest'])
    expect(existsSync(join(session, 'result.json'))).toBe(true)
    expect(JSON.parse(readFileSync(join(session, 'session.json'), 'utf8'))).toMatchObject({
      trading: { risk: { maxOrderValue: '50' } },
    })
    expect(refusals(await genesis(['backtest', tape, ...sma, '--max-position', '0.000001', '--json']))).toEqual([
      'position',
    ])
    expect(refusals(await genesis(['backtest', tape, ...sma, '--max-order-rate', '1', '--json']))).toContain('rate')
  })

  it('turn the kill switch on where equity falls far enough, and say so', async () => {
    const { events, summary } = await genesis(['backtest', tape, ...sma, '--fees', '0.01,0.01', '--max-drawdown', '3', '--on-drawdown', 'flatten', '--json']) // prettier-ignore
    expect(events.find(event => event['type'] === 'halt')).toMatchObject({ blocks: 'flatten', code: 'drawdown' })
    expect(summary['ledger'][0]).toMatchObject({ blocks: 'flatten' })
    expect(Number(summary['ledger'][0].positions[0].size)).toBe(0)
  })

  it('charge interest on what a margin account owes, and on nothing else', async () => {
    const owing = ['--account', 'margin', '--leverage', '3', '--sizing', 'percent=200']
    const charged = await genesis(['backtest', tape, ...sma, ...owing, '--borrow-rate', 'USDT=2.4', '--json'])
    const [{ interest, equity, metrics }] = charged.summary['ledger']
    expect([Number(interest['USDT']) > 0, metrics]).toEqual([true, undefined])
    const free = await genesis(['backtest', tape, ...sma, ...owing, '--json'])
    expect(free.summary['ledger'][0].interest).toEqual({})
    expect(Number(free.summary['ledger'][0].equity.equity)).toBeGreaterThan(Number(equity.equity))
    expect(free.summary['digest']).not.toBe(charged.summary['digest'])
    const refused = await genesis(['backtest', tape, ...sma, '--borrow-rate', '0.02'])
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('add --account margin')])
    expect((await genesis(['backtest', tape, ...sma, ...owing, '--borrow-rate', 'much'])).code).toBe(2)
  }, 120_000)

  it('take rules of instruments from a file', async () => {
    const rules = join(directory, 'rules.json')
    writeFileSync(rules, '{"binance:BTCUSDT":{"minNotional":"1000000","stepSize":"0.001"}}')
    expect(refusals(await genesis(['backtest', tape, ...sma, '--rules', rules, '--json']))).toEqual(['notional'])
    const wrong = await genesis(['backtest', tape, ...sma, '--rules', join(directory, 'none.json')])
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toMatch(/--rules .*none\.json/)
  })

  it('run every strategy under three fill models at once and print the interval', async () => {
    const three = await genesis(['backtest', tape, '--strategy', 'grid', '--bracket'])
    expect(three.stderr).toMatch(/grid: return between .* % and .* %: pessimistic .*realistic .*optimistic .* fills\)/)
    const { summary } = await genesis(['backtest', tape, '--strategy', 'grid', '--bracket', '--json'])
    const [bracket] = summary['bracket']
    const { pessimistic, realistic, optimistic } = bracket.returns
    expect(pessimistic).toBeLessThanOrEqual(realistic)
    expect(realistic).toBeLessThanOrEqual(optimistic)
    expect(bracket).toMatchObject({ low: pessimistic, high: optimistic })
    const alone = await genesis(['backtest', tape, '--strategy', 'grid', '--model', 'realistic', '--json'])
    expect(alone.summary['ledger'][0].equity.equity).toBe(bracket.equity.realistic)
    expect((await genesis(['backtest', tape, '--strategy', 'grid', '--bracket', '--model', 'realistic'])).code).toBe(2)
  })

  it('draw the delays of orders from what the feed measured, live as on its tape, the same for the same seed', async () => {
    const session = join(directory, 'delays')
    const how = [...sma, '--latency', 'recorded', '--json']
    const live = await genesis(['paper', 'btcusdt@trade', '--exchange', 'sim', '--rate', '500', '--limit', '2000', '--session', session, ...how]) // prettier-ignore
    const [{ exchange, measured, drawn }] = live.summary['orderLatency']
    expect([exchange, live.code]).toEqual(['sim', 0])
    expect(measured).toBeGreaterThan(1_000)
    expect(drawn).toBeGreaterThan(10)
    expect(await genesis(['verify', session, '--json'])).toMatchObject({ code: 0, summary: { passed: true } })
    const backtest = (...more: string[]): Promise<Finished> =>
      genesis(['backtest', join(session, 'tape.jsonl'), ...how, ...more])
    expect((await backtest()).summary['digest']).toBe(live.summary['digest'])
    expect((await backtest('--seed', '2')).summary['digest']).not.toBe(live.summary['digest'])
    const text = await genesis(['backtest', join(session, 'tape.jsonl'), ...sma, '--latency', 'recorded'])
    expect(text.stderr).toMatch(/order latency of sim: .* legs drawn from .* measured on the feed, p50 /)
    // Bare frames do not say when they came: nothing is measured, and the default stands.
    const bare = await genesis(['backtest', tape, ...how])
    expect(bare.summary['orderLatency']).toMatchObject([{ measured: 0, drawn: 0, p50: null }])
    expect(bare.summary['ledger'][0].counts).toEqual((await genesis(['backtest', tape, ...sma, '--json'])).summary['ledger'][0].counts) // prettier-ignore
    const wrong = await genesis(['backtest', tape, ...sma, '--latency', 'fast'])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('a duration such as 250ms or 1s, or recorded')]) // prettier-ignore
  }, 120_000)

  it('run several strategies side by side, each with the account it would have alone', async () => {
    const both = await genesis(['backtest', tape, ...sma, '--strategy', 'sma', '--param', 'sma-2.fast=5', '--json'])
    const names = both.summary['ledger'].map((desk: { strategy: string }) => desk.strategy)
    expect(names).toEqual(['sma', 'sma-2'])
    const equity = (run: Finished, at: number): unknown => run.summary['ledger'][at].equity.equity
    expect(equity(both, 0)).toBe(equity(await genesis(['backtest', tape, ...sma, '--json']), 0))
    expect(equity(both, 1)).toBe(equity(await genesis(['backtest', tape, ...sma, '--param', 'fast=5', '--json']), 0))
  })

  it('stop a strategy that does not return, with the tape and the account whole', async () => {
    const strategy = strategyFile(
      'hangs',
      `let seen = 0
export default defineStrategy({
  name: 'hangs', description: 'Hangs at the hundredth trade', params: z.object({}),
  create: () => ({ onTrade() { if (++seen === 100) for (;;); return seen === 2 ? { type: 'signal', direction: 'long' } : null } }),
})`,
    )
    const { code, stderr, summary } = await genesis(['backtest', tape, '--strategy', strategy, '--watchdog', '1s', '--json']) // prettier-ignore
    expect(code).toBe(1)
    expect(stderr).toMatch(/onTrade of strategy hangs did not return for 1 s/)
    expect(stderr).not.toMatch(/DOES NOT BALANCE/)
    // The trade at which it hung was not delivered, to it or to anybody after it.
    const { subscribers } = summary as { subscribers: Record<string, unknown>[] }
    expect(subscribers.find(({ topic }) => topic === 'trade')).toMatchObject({ emitted: 100, delivered: 99, failed: 1 })
    for (const { emitted, delivered, failed } of subscribers) expect(emitted).toBe(Number(delivered) + Number(failed))
    expect(summary).toMatchObject({ ended: 'failed', events: { trade: 100 } })
    expect(Number(summary['ledger'][0].positions[0].size)).toBeGreaterThan(0)
  })

  it.each([
    ['a timer', "setTimeout(() => { throw new Error('too late to be caught') }, 1)"],
    ['a promise', "void Promise.reject(new Error('too late to be caught'))"],
  ])('end in good order where %s of a strategy throws when nobody can catch it', async (_, act) => {
    const strategy = strategyFile(
      'later',
      `let seen = 0
export default defineStrategy({
  name: 'later', description: 'Throws later', params: z.object({}),
  create: () => ({ onTrade() { if (++seen === 20) ${act}; return null } }),
})`,
    )
    const session = join(temporaryDirectory('crash'), 'session')
    const how = ['btcusdt@trade', '--exchange', 'sim', '--strategy', strategy, '--session', session, '--json']
    const { code, stderr, summary } = await genesis(['paper', ...how])
    expect([code, stderr.split('\n').at(-2)]).toEqual([1, expect.stringContaining('too late to be caught')])
    expect(stderr).not.toContain('    at ')
    expect(summary).toMatchObject({ ended: 'failed', deadLettered: 0 })
    expect(summary['events'].trade).toBeGreaterThanOrEqual(20)
    const verified = await genesis(['verify', join(session, 'tape.jsonl'), '--json'])
    expect(verified.summary).toMatchObject({ passed: true })
  })

  it('keep strategies in check that ask for nonsense, ask too much, or are none', async () => {
    const nonsense = strategyFile(
      'nonsense',
      `export default defineStrategy({
  name: 'nonsense', description: 'Sizes that are none', params: z.object({}),
  create: () => ({ onTrade: () => ({ type: 'market', side: 'buy', size: NaN }) }),
})`,
    )
    const refused = await genesis(['backtest', tape, '--strategy', nonsense, '--json'])
    expect(refused).toMatchObject({ code: 0, summary: { ledger: [{ counts: { fills: 0, orders: 0 }, equity: { equity: '10000' } }] } }) // prettier-ignore
    expect(refusals(refused)).toEqual(['size'])
    const flood = strategyFile(
      'flood',
      `export default defineStrategy({
  name: 'flood', description: 'A hundred thousand orders a second', params: z.object({}),
  create: () => ({ onTrade: () => Array.from({ length: 900 }, () => ({ type: 'limit', side: 'buy', size: 0.0001, price: 1 })) }),
})`,
    )
    const stopped = await genesis(['backtest', tape, '--strategy', flood, '--json'])
    expect(stopped.code).toBe(0)
    expect(stopped.summary['ledger'][0].failure).toMatch(
      /far beyond the limit of orders a second|more than 1000 requests/,
    )
    expect(stopped.summary['ledger'][0].equity.equity).toBe('10000')
    const none = strategyFile('none', 'export const notDefault = 1')
    const missing = await genesis(['backtest', tape, '--strategy', none])
    expect(missing.code).toBe(2)
    expect(missing.stderr).toMatch(/none\.mjs: .*export default defineStrategy/)
  })
})
