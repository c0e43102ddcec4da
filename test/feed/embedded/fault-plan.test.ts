/** Reading faults as people write them. */
import { describe, expect, it } from 'vitest'
import { NO_FAULTS, parseFaults } from '../../../src/feed/embedded/fault-plan.js'
import { UsageError } from '../../../src/model/errors.js'

describe('parseFaults', () => {
  it('reads every kind', () => {
    expect(parseFaults('')).toEqual(NO_FAULTS)
    expect(
      parseFaults('cut@1500, stall@3000,garbage=1%,dup=1%,drop=0.1%,reorder=2.5%,late-ack=1.5s,busy=3,status=451'),
    ).toEqual({
      triggers: [
        { what: 'cut', after: 1500 },
        { what: 'stall', after: 3000 },
      ],
      garbage: 0.01,
      duplicate: 0.01,
      drop: 0.001,
      reorder: 0.025,
      lateAckMs: 1500,
      withholdAcks: false,
      busy: 3,
      status: 451,
    })
    expect(parseFaults('no-ack').withholdAcks).toBe(true)
    expect(parseFaults('reset@1,close@2,shutdown@3').triggers.map(({ what }) => what)).toEqual([
      'reset',
      'close',
      'shutdown',
    ])
  })

  it('refuses what it cannot read, and says what was meant', () => {
    for (const text of [
      'cut',
      'cut=5',
      'cut@x',
      'drop=5',
      'drop=101%',
      'drop@5',
      'late-ack=2',
      'no-ack=1',
      'status=200',
    ]) {
      expect(() => parseFaults(text), text).toThrow(UsageError)
    }
    expect(() => parseFaults('cutt@5')).toThrow(expect.objectContaining({ hint: 'did you mean cut?' }))
    expect(() => parseFaults('__proto__=1%')).toThrow(UsageError)
  })
})
