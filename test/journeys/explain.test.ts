import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { genesis, temporaryDirectory, type Finished } from '../support/genesis.js'

/** A quote or a trade of Binance, a tenth of a second apart. */
const BEGIN = 1_732_400_000_000
const quote = (at: number, bid: number, bidSize: number): string =>
  JSON.stringify({ stream: 'btcusdt@bookTicker', data: { u: at, s: 'BTCUSDT', b: bid.toFixed(2), B: bidSize.toFixed(3), a: (bid + 1).toFixed(2), A: '1.000' } }) // prettier-ignore
const trade = (at: number, id: number, price: number, size: number, sold: boolean): string =>
  JSON.stringify({ stream: 'btcusdt@trade', data: { e: 'trade', E: BEGIN + at, s: 'BTCUSDT', t: id, p: price.toFixed(2), q: size.toFixed(3), T: BEGIN + at, m: sold } }) // prettier-ignore
const line = (at: number, frame: string): string => `{"t":${BEGIN * 1000 + at * 1000},"c":"binance","d":${frame}}`

const directory = temporaryDirectory('explain')
const tape = join(directory, 'tape.jsonl')
writeFileSync(
  tape,
  [
    `{"genesis":"recording","version":1,"created":${BEGIN * 1000},"streams":["binance:btcusdt@trade","binance:btcusdt@bookTicker"]}`,
    line(0, quote(1, 100, 2)),
    line(100, trade(100, 1, 100, 0.1, true)),
    // The order has arrived behind 2; half a unit trades, then a cancellation leaves 1, then 1.2 trade.
    line(300, trade(300, 2, 100, 0.5, true)),
    line(400, quote(2, 100, 1)),
    line(500, trade(500, 3, 100, 1.2, true)),
    line(600, quote(3, 101, 1)),
    line(700, trade(700, 4, 102, 0.1, false)),
    '',
  ].join('\n'),
)

const strategy = join(directory, 'two-bids.mjs')
writeFileSync(
  strategy,
  `import { defineStrategy, z } from '${new URL('../../dist/index.js', import.meta.url).href}'
export default defineStrategy({
  name: 'two-bids', description: 'One bid at the best price, one far below', params: z.object({}),
  create() {
    let done = false
    return { onTrade() {
      if (done) return null
      done = true
      return [
        { type: 'limit', side: 'buy', size: 0.2, price: 100, tag: 'near' },
        { type: 'limit', side: 'buy', size: 0.2, price: 90, tag: 'far' },
        { type: 'limit', side: 'buy', size: 0.2, price: 105, postOnly: true },
      ]
    } }
  },
})
`,
)

const session = join(directory, 'session')

function explain(order: string, ...args: string[]): Promise<Finished> {
  return genesis(['explain', session, order, ...args])
}

describe('explain', () => {
  it('tells the queue ahead, what moved it, and the fill', async () => {
    const run = await genesis(['paper', '--strategy', strategy, '--from-file', tape, '--session', session, '--model', 'realistic', '--json']) // prettier-ignore
    expect(run.code).toBe(0)
    const { events } = await explain('two-bids-1', '--json')
    const [explanation] = events
    expect(explanation).toMatchObject({
      type: 'explanation',
      queueAhead: '2',
      order: { status: 'filled', tag: 'near' },
    })
    expect(explanation!['arrived'] - explanation!['submitted']).toBe(50_000)
    const steps = (explanation!['steps'] as { what: string; ahead: string | null }[]).map(({ what, ahead }) => [what, ahead]) // prettier-ignore
    expect(steps).toEqual([
      ['submitted', null],
      ['open', null],
      ['joined', '2'],
      ['traded', '1.5'],
      ['level', '1'],
      ['traded', '0'],
      ['fill', null],
      ['filled', null],
    ])
    expect(explanation!['fills']).toEqual(run.events.filter(event => event['type'] === 'fill'))
  })

  it('tells why an order did not fill', async () => {
    const { events } = await explain('two-bids-2', '--json')
    expect(events[0]).toMatchObject({
      fills: [],
      order: { status: 'open' },
      market: { trades: 3, lowest: 100, highest: 102 },
    })
    const { events: refused } = await explain('two-bids-3', '--json')
    expect(refused[0]).toMatchObject({ order: { status: 'rejected', reason: 'post-only' }, fills: [] })
  })

  it('names the nearest orders where there is none of that name, and what a session is where there is none', async () => {
    const unknown = await explain('twobids-2')
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toMatch(
      /has no order "twobids-2".*did you mean two-bids-2\?.*3 orders: two-bids-2, two-bids-1/,
    )
    const none = await genesis(['explain', directory, 'x'])
    expect(none.code).toBe(2)
    expect(none.stderr).toMatch(/is no session/)
  })
})

describe('verify of a session', () => {
  it('proves the digest, and names what differs where the tape was changed', async () => {
    const same = await genesis(['verify', session, '--json'])
    expect(same).toMatchObject({ code: 0, summary: { passed: true } })
    const moved = join(directory, 'tape-whole.jsonl')
    renameSync(tape, moved)
    writeFileSync(tape, readFileSync(moved, 'utf8').replace('"q":"1.200"', '"q":"0.900"'))
    const changed = await genesis(['verify', session, '--json'])
    renameSync(moved, tape)
    expect(changed).toMatchObject({ code: 3, summary: { passed: false } })
    const paths = changed.events.filter(event => event['type'] === 'difference').map(event => event['path'] as string)
    expect(paths).toEqual(expect.arrayContaining(['digest', 'ledger.0.counts.fills']))
  })

  it('holds of a session that does not say how many trades were disputed yet', async () => {
    const older = join(directory, 'older')
    mkdirSync(older)
    copyFileSync(join(session, 'session.json'), join(older, 'session.json'))
    const { conflicts, ...result } = JSON.parse(readFileSync(join(session, 'result.json'), 'utf8'))
    expect(conflicts).toBe(0)
    writeFileSync(join(older, 'result.json'), JSON.stringify(result))
    const { code, events, summary } = await genesis(['verify', older, '--json'])
    expect(events.filter(event => event['type'] === 'difference')).toEqual([])
    expect({ code, passed: summary['passed'] }).toEqual({ code: 0, passed: true })
  })

  it('says of a run that was cut off that there is nothing to compare', async () => {
    const cut = join(directory, 'cut')
    mkdirSync(cut)
    copyFileSync(join(session, 'session.json'), join(cut, 'session.json'))
    const { code, summary } = await genesis(['verify', cut, '--json'])
    expect(code).toBe(3)
    expect(summary).toMatchObject({ passed: false, expected: null })
  })
})
