/** The built program over the oracles' own price files: the trades that backtesting.py makes of them, and what they earned. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectWithin, oracleCases, type OracleCase } from '../oracles/cases.js'
import { genesis, temporaryDirectory, type Finished } from '../support/genesis.js'
import { hasShared, sharedDirectory, sharedLines } from '../support/shared.js'

type Fill = Readonly<Record<'side' | 'size' | 'price' | 'fee', string>> & { readonly time: number }

interface Trade {
  readonly size: number
  readonly entryBar: number
  readonly exitBar: number
  readonly entryPrice: number
  readonly exitPrice: number
  readonly pnl: number
  readonly commission: number
}

const library = new URL('../../dist/index.js', import.meta.url).href
const MICROS_PER_MS = 1_000

/** Trades at the open after two averages have crossed, with the sizes that the case has: whole units of all money, as of the fill. */
const STRATEGY = `import { defineStrategy, z } from '${library}'
export default defineStrategy({
  name: 'crossing', description: 'Two averages of the closes; always long or short after the first crossing',
  params: z.object({ fast: z.int(), slow: z.int() }),
  create({ parameters: { fast, slow }, account }) {
    const sizes = JSON.parse(process.env.SIZES)
    const closes = []
    let before = 0
    const mean = length => closes.slice(-length).reduce((sum, close) => sum + close, 0) / length
    return { onCandle({ close }) {
      closes.push(close)
      if (closes.length < slow) return null
      const now = mean(fast) - mean(slow)
      const crossed = before * now < 0
      before = now
      if (!crossed) return null
      const held = account.position()
      const side = now > 0 ? 'buy' : 'sell'
      const size = sizes === null ? 1 : sizes.shift()
      return [
        ...(held === 0 ? [] : [{ type: 'market', side, size: Math.abs(held), reduceOnly: true }]),
        ...(size === undefined ? [] : [{ type: 'market', side, size: Math.abs(size) }]),
      ]
    } }
  },
})
`

/** Cases that say nothing of spread, margin, fixed fees or fills at the close. */
const plain = ({ given, expect: wanted }: OracleCase): boolean =>
  wanted['trades'] !== undefined &&
  typeof given['commission'] === 'number' &&
  given['margin'] === 1 &&
  given['spread'] === 0 &&
  given['trade_on_close'] !== true

function tradesOf({ events }: Finished, barOf: (time: number) => number): Trade[] {
  const fills = events.filter(event => event['type'] === 'fill') as unknown as Fill[]
  return fills.flatMap((entry, at) => {
    const exit = fills[at + 1]
    if (at % 2 === 1 || exit === undefined) return []
    const size = Number(entry.size) * (entry.side === 'buy' ? 1 : -1)
    const commission = Number(entry.fee) + Number(exit.fee)
    const [entryPrice, exitPrice] = [Number(entry.price), Number(exit.price)]
    const pnl = size * (exitPrice - entryPrice) - commission
    return [{ size, entryBar: barOf(entry.time), exitBar: barOf(exit.time), entryPrice, exitPrice, pnl, commission }] // prettier-ignore
  })
}

if (hasShared('oracles/backtests-goog-sma.json')) {
  describe('a backtest by the built program', () => {
    const directory = temporaryDirectory('backtesting-py')
    const strategy = join(directory, 'crossing.mjs')
    writeFileSync(strategy, STRATEGY)

    it.each(
      oracleCases('backtests-goog-sma')
        .filter(plain)
        .map(oracle => [oracle.id, oracle] as const),
    )(
      'makes the trades of %s',
      async (id, oracle) => {
        const {
          data,
          first_n_bars: bars,
          fast,
          slow,
          commission,
          cash,
        } = oracle.given as Record<string, string & number>
        const [head = '', ...lines] = sharedLines(`oracles/${String(data)}`).slice(0, Number(bars) + 1)
        const prices = join(directory, `${id}.csv`)
        writeFileSync(prices, `${[head, ...lines].join('\n')}\n`)
        const interval = /\d \d/.test(lines[0]!) ? '1h' : '1d'
        const length = interval === '1h' ? 3_600_000 : 86_400_000
        const starts = lines.map(line =>
          Date.parse(`${line.split(',')[0]!.replace(' ', 'T')}${interval === '1d' ? 'T00:00:00' : ''}Z`),
        )
        const barOf = (time: number): number => starts.indexOf(time / MICROS_PER_MS - length)
        const wanted = oracle.expect['trades'] as Trade[]
        // Of a long list the case has the first and the last; without the sizes between, the bars and prices are compared.
        const listed = wanted.length === oracle.expect['trade_count']
        const run = await genesis(
          [
            'backtest',
            prices,
            '--stream',
            `GOOG/USD@candle_${interval}`,
            '--strategy',
            strategy,
            '--param',
            `fast=${String(fast)}`,
            '--param',
            `slow=${String(slow)}`,
            '--capital',
            String(cash),
            '--fees',
            `${String(commission)},${String(commission)}`,
            '--account',
            'margin',
            '--leverage',
            '2',
            '--json',
          ],
          { env: { SIZES: JSON.stringify(listed ? wanted.map(({ size }) => size) : null) }, timeoutMs: 60_000 },
        )
        expect(run.code, run.stderr).toBe(0)
        const made = tradesOf(run, barOf)
        // The last one is closed there because the data end; here it stays open.
        expect(made.length).toBe(Number(oracle.expect['trade_count']) - 1)
        const closed = wanted.filter(({ exitBar }) => exitBar < Number(bars) - 1)
        const tolerance = { ...oracle.tolerance, abs: 1e-6 }
        for (const trade of closed) {
          const own = made.find(({ entryBar }) => entryBar === trade.entryBar)!
          expect([Math.sign(own.size), own.exitBar]).toEqual([Math.sign(trade.size), trade.exitBar])
          const names = [
            'entryPrice',
            'exitPrice',
            ...(listed ? (['size', 'pnl', 'commission'] as const) : []),
          ] as const
          for (const name of names)
            expectWithin(own[name], trade[name], tolerance, `${id} ${String(trade.entryBar)} ${name}`)
        }
        if (!listed) return
        const [open, ...more] = wanted.filter(trade => !closed.includes(trade))
        expect([open!.exitBar, more.length]).toEqual([Number(bars) - 1, 0])
        const [ledger] = run.summary['ledger']
        expect(Number(ledger.positions[0].size)).toBe(open!.size)
        const paid = Math.abs(open!.size) * open!.entryPrice * Number(commission)
        const earned = closed.reduce((sum, { pnl }) => sum + pnl, -paid)
        expectWithin(Number(ledger.equity.realised) - Number(ledger.equity.fees), earned, tolerance, `${id} earned`)
      },
      90_000,
    )

    it('reads the price files where they lie', async () => {
      const run = await genesis(['backtest', join(sharedDirectory, 'oracles/data/goog_ohlcv.csv'), '--stream', 'GOOG/USD@candle_1d', '--strategy', 'sma', '--param', 'fast=20', '--param', 'slow=50', '--param', 'short=true', '--param', 'size=1', '--account', 'margin', '--json']) // prettier-ignore
      expect(run.summary['ledger'][0].counts).toMatchObject({ fills: 40 })
    })
  })
}
