/** The gap ledger: rows, totals and bounds. */
import { describe, expect, it } from 'vitest'
import { GapLedger, type Hole } from '../../src/market/gap-ledger.js'

const hole = (values: Partial<Hole> = {}): Hole => ({
  type: 'hole',
  exchange: 'x',
  stream: 's',
  from: null,
  to: null,
  start: 10,
  cause: 'disconnected',
  provable: false,
  ...values,
})

describe('GapLedger', () => {
  it('opens and closes rows by stream and tells what is provable', () => {
    const ledger = new GapLedger()
    ledger.record(hole())
    ledger.record(hole({ stream: 'other', from: '5', to: '8', cause: 'sequence', provable: true }))
    ledger.record({ type: 'holeClosed', exchange: 'x', stream: 's', end: 30 })
    expect(ledger.list().map(({ stream, end }) => [stream, end])).toEqual([
      ['s', 30],
      ['other', null],
    ])
    expect(ledger.totals()).toEqual({ gaps: 2, open: 1, missing: 4, backfilled: 0, unprovable: 1, unlisted: 0 })
    expect(Object.keys(ledger.list()[0]!)).toEqual([
      'exchange', 'stream', 'from', 'to', 'start', 'end', 'cause', 'provable', 'backfilled',
    ]) // prettier-ignore
  })

  it('credits ids that came after all to their row', () => {
    const ledger = new GapLedger()
    ledger.record(hole({ from: '5', to: '8', provable: true }))
    ledger.record(hole({ from: '100', to: '110', provable: true }))
    ledger.record({ type: 'holeFilled', exchange: 'x', stream: 's', from: '6', to: '7' })
    ledger.record({ type: 'holeFilled', exchange: 'x', stream: 's', from: '900', to: '900' })
    expect(ledger.list().map(row => row.backfilled)).toEqual([2, 0])
    expect(ledger.totals().backfilled).toBe(3)
  })

  it('counts ids beyond 2^53', () => {
    const ledger = new GapLedger()
    ledger.record(hole({ from: '9007199254740992', to: '9007199254740993', provable: true }))
    expect(ledger.totals().missing).toBe(2)
  })

  it('lists no more rows than its bound and counts all', () => {
    const ledger = new GapLedger(3)
    for (let count = 0; count < 10; count++) {
      ledger.record(hole({ stream: `s${String(count)}` }))
      ledger.record({ type: 'holeClosed', exchange: 'x', stream: `s${String(count)}`, end: 1 })
    }
    expect(ledger.list()).toHaveLength(3)
    expect(ledger.totals()).toMatchObject({ gaps: 10, open: 0, unlisted: 7 })
  })
})
