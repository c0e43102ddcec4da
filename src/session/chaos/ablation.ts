/** Switches one mechanism off and runs what it promises: the promise must break, or the probe proves nothing. */
import { performance } from 'node:perf_hooks'
import type { MechanismSpec } from '../mechanism-list.js'
import type { Probe } from './probe.js'
import { shortfalls, type Findings } from './trial.js'

/** As printed: the key order is the printed order. */
export interface AblationReport extends Findings {
  readonly type: 'trial'
  /** `without conflation`. */
  readonly name: string
  readonly passed: boolean
  readonly short: readonly string[]
  readonly mechanism: string
  readonly promise: string
  readonly elapsedMs: number
}

export async function ablate(mechanism: MechanismSpec, probe: Probe): Promise<AblationReport> {
  const begun = performance.now()
  const findings = await probe.run('without')
  const short = shortfalls(findings)
  return {
    type: 'trial',
    name: `without ${mechanism.key}`,
    passed: short.length === 0,
    ...findings,
    short,
    mechanism: mechanism.name,
    promise: probe.promise,
    elapsedMs: Math.round(performance.now() - begun),
  }
}
