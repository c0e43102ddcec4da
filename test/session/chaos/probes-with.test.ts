import { describe, expect, it } from 'vitest'
import { PROBES } from '../../../src/session/chaos/probes/registry.js'
import { shortfalls } from '../../../src/session/chaos/trial.js'
import { MECHANISMS } from '../../../src/session/mechanism-list.js'

describe('with its mechanism, every promise holds', () => {
  it('covers all thirteen, in order', () => {
    expect(PROBES.map(({ mechanism }) => mechanism)).toEqual(MECHANISMS.map(({ key }) => key))
    expect(PROBES).toHaveLength(13)
  })

  for (const probe of PROBES) {
    it(`${probe.mechanism}: ${probe.promise}`, async () => {
      const findings = await probe.run('with')
      expect(shortfalls(findings), JSON.stringify(findings.measured)).toEqual([])
    })
  }
})
