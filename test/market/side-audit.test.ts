/** The audit of sides, on made-up markets and on real ones. */
import { describe, expect, it } from 'vitest'
import { binance } from '../../src/exchanges/binance.js'
import { SideAudit } from '../../src/market/side-audit.js'
import type { Decoded, Quote, Side, Trade } from '../../src/model/event.js'
import { hasShared, sharedLines } from '../support/shared.js'

const MS = 1000
const head = { exchange: 'x', symbol: 'AB', pair: 'A/B', time: 0 }
const quote = (bid: number, ask: number, at: number): Quote => ({
  type: 'quote',
  ...head,
  bid,
  bidSize: 1,
  ask,
  askSize: 1,
  received: at * MS,
})
const trade = (price: number, side: Side, at = 500): Trade => ({
  type: 'trade',
  ...head,
  id: '1',
  price,
  size: 1,
  side,
  received: at * MS,
})

describe('SideAudit', () => {
  it('counts agreement, disagreement, and what cannot be decided', () => {
    const audit = new SideAudit()
    audit.onQuote(quote(99, 101, 0))
    audit.onTrade(trade(101, 'buy', 50))
    for (const each of [
      trade(101, 'buy'),
      trade(99, 'buy'),
      trade(99, 'sell'),
      trade(100, 'buy'),
      trade(101, 'unknown'),
    ]) {
      audit.onTrade(each)
    }
    expect(audit.rows()).toEqual([
      { exchange: 'x', symbol: 'AB', agreed: 2, disagreed: 1, undecided: 3, agreement: 2 / 3, verdict: 'unclear' },
    ])
  })

  it('goes by the quote that stood before the trade moved it', () => {
    const audit = new SideAudit()
    audit.onQuote(quote(99, 101, 0))
    audit.onQuote(quote(104, 106, 450))
    audit.onTrade(trade(101, 'buy', 500))
    audit.onTrade(trade(103, 'sell', 600))
    expect(audit.rows()[0]).toMatchObject({ agreed: 2, disagreed: 0 })
  })

  it('goes by the last move of the price where there are no quotes', () => {
    const audit = new SideAudit()
    for (const [price, side] of [[10, 'buy'], [11, 'buy'], [11, 'buy'], [10, 'sell'], [10, 'buy']] as const) audit.onTrade(trade(price, side)) // prettier-ignore
    expect(audit.rows()[0]).toMatchObject({ agreed: 3, disagreed: 1, undecided: 1 })
  })

  it('names a feed that tells the maker side, and needs enough trades for it', () => {
    const audit = new SideAudit()
    audit.onQuote(quote(99, 101, 0))
    for (let count = 0; count < 99; count++) audit.onTrade(trade(101, 'sell'))
    expect(audit.rows()[0]!.verdict).toBe('unclear')
    audit.onTrade(trade(99, 'buy'))
    expect(audit.rows()[0]).toMatchObject({ disagreed: 100, agreement: 0, verdict: 'inverted' })
  })

  it('forgets the market when the connection breaks', () => {
    const audit = new SideAudit()
    audit.onQuote(quote(99, 101, 0))
    audit.onTrade(trade(99, 'sell'))
    audit.linkDown('x')
    audit.onTrade(trade(101, 'buy'))
    expect(audit.rows()[0]).toMatchObject({ agreed: 1, undecided: 1 })
  })

  it('holds no more quotes than its bound, however fast they come', () => {
    const audit = new SideAudit()
    for (let count = 0; count < 5000; count++) audit.onQuote(quote(count, count + 2, 400))
    audit.onTrade(trade(3000, 'sell', 410))
    expect(audit.rows()[0]).toMatchObject({ agreed: 1 })
  })
})

const session = 'recorded/binance/_session.hft-btcusdt-20240808.jsonl.gz'
if (hasShared(session)) {
  describe('on a recorded market', () => {
    it('finds that Binance tells the taker side', () => {
      const audit = new SideAudit()
      const decoder = binance.decoder()
      const times = sharedLines(session.replace('.jsonl', '.meta.jsonl')).map(line => Number(/"ts": ?"(\d+)"/.exec(line)![1]) / 1000) // prettier-ignore
      for (const [index, line] of sharedLines(session).entries()) {
        const decoded: Decoded[] = []
        decoder.decode(Buffer.from(line), Math.floor(times[index]!), decoded)
        for (const item of decoded) {
          if (item.type === 'trade') audit.onTrade(item)
          else if (item.type === 'quote') audit.onQuote(item)
        }
      }
      const [row] = audit.rows()
      expect(row).toMatchObject({ symbol: 'BTCUSDT', verdict: 'agrees' })
      expect(row!.agreed + row!.disagreed + row!.undecided).toBe(9757)
    })
  })
}
