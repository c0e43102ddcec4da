import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planTrading, tradingOptionsSchema } from '../../src/session/trading-plan.js'
import { parseRules, readRulesFile, RuleBook, rulesRecord } from '../../src/session/trading-rules.js'
import { temporaryDirectory } from '../support/genesis.js'

const base = { parameters: [], capital: '1000', seed: 1 }

describe('planTrading', () => {
  it('gives every strategy and model a name of its own', async () => {
    const plain = await planTrading({ ...base, strategies: ['sma', 'rsi', 'sma'] })
    expect(plain.chosen.map(({ name }) => name)).toEqual(['sma', 'rsi', 'sma-2'])
    const bracket = await planTrading({ ...base, strategies: ['sma', 'sma'], bracket: true })
    expect(bracket.chosen.map(({ name }) => name)).toEqual([
      'sma-pessimistic', 'sma-realistic', 'sma-optimistic', 'sma-2-pessimistic', 'sma-2-realistic', 'sma-2-optimistic',
    ]) // prettier-ignore
    // Only the model differs: all three draw the same random numbers.
    expect(new Set(bracket.chosen.map(({ seedLabel }) => seedLabel)).size).toBe(2)
  })

  it('gives parameters to all, or to the one that is named', async () => {
    const parameters = ['slow=60', 'sma-2.fast=7']
    const { chosen } = await planTrading({ ...base, parameters, strategies: ['sma', 'sma'] })
    expect(chosen.map(chosen => [chosen.parameters['fast'], chosen.parameters['slow']])).toEqual([
      [20, 60],
      [7, 60],
    ])
    await expect(planTrading({ ...base, parameters: ['sma-3.fast=7'], strategies: ['sma'] })).rejects.toThrow(
      /no strategy of this run has that name/,
    )
  })

  it('has options that survive being kept as JSON', async () => {
    const options = {
      ...base,
      strategies: ['sma'],
      risk: { maxPosition: '1', maxDrawdownPercent: 10, drawdownBlocks: 'flatten' as const },
      sizing: { kind: 'percent' as const, percent: 50 },
      rules: [{ exchange: 'binance', symbol: 'BTCUSDT', tickSize: '0.01' }],
    }
    const kept = tradingOptionsSchema.parse(JSON.parse(JSON.stringify(options)))
    expect(kept).toEqual(options)
    expect((await planTrading(kept)).options).toEqual(options)
    expect(tradingOptionsSchema.safeParse({ ...options, risk: { maxOrdersPerSecond: 0 } }).success).toBe(false)
  })
})

describe('rules', () => {
  it('are read from a file, by exchange and symbol', () => {
    const path = join(temporaryDirectory('rules'), 'rules.json')
    writeFileSync(path, '{"binance:BTCUSDT":{"tickSize":"0.01","maker":"-0.0001"},"okx:BTC-USDT":{"minNotional":"5"}}')
    const rules = readRulesFile(path)
    const book = new RuleBook(rules, [{ exchange: 'binance', symbol: 'BTCUSDT', tickSize: '0.5' }])
    expect(book.find('binance', 'BTCUSDT')).toEqual({ tickSize: '0.5', maker: '-0.0001' })
    expect(book.find('okx', 'BTC-USDT')).toEqual({ minNotional: '5' })
    expect(book.find('okx', '__proto__')).toBeUndefined()
    expect(parseRules(rulesRecord(rules))).toEqual(rules)
  })

  it.each([
    ['[]', 'expected an object'],
    ['{"BTCUSDT":{}}', 'is not exchange:symbol'],
    ['{"binance:BTCUSDT":{"tick":"1"}}', 'tick'],
    ['{"binance:BTCUSDT":{"tickSize":0.01}}', 'tickSize'],
    ['{"binance:BTCUSDT":{"tickSize":"0"}}', 'above zero'],
    ['nonsense', 'JSON'],
  ])('%s is refused, saying what is wrong', (text, expected) => {
    const path = join(temporaryDirectory('rules'), 'rules.json')
    writeFileSync(path, text)
    expect(() => readRulesFile(path)).toThrow(expected)
  })
})
