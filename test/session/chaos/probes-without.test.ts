import { describe, expect, it } from 'vitest'
import { PROBES } from '../../../src/session/chaos/probes/registry.js'
import { shortfalls } from '../../../src/session/chaos/trial.js'

/** What has to break, so that a probe that fails for another reason is found out. */
const BREAKS: Readonly<Record<string, string>> = {
  conflation: 'current',
  boundary: 'folded',
  clock: 'fired',
  failover: 'received',
  compression: 'readable',
  redundancy: 'heard',
  replica: 'stale',
  context: 'same',
  convergence: 'differed',
  journal: 'same',
  detector: 'resumed',
  backpressure: 'worstLagMs',
  drift: 'reports',
}

describe('without its mechanism, every promise breaks', () => {
  for (const probe of PROBES) {
    it(`${probe.mechanism}: not any more: ${probe.promise}`, async () => {
      expect(shortfalls(await probe.run('without'))).toContain(BREAKS[probe.mechanism])
    })
  }
})
