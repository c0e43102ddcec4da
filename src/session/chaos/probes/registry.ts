/** One probe for each mechanism, in the order in which the mechanisms are listed. */
import { MECHANISMS, type MechanismKey } from '../../mechanism-list.js'
import type { Probe } from '../probe.js'
import { backpressureProbe } from './backpressure.js'
import { boundaryProbe } from './boundary.js'
import { clockProbe } from './clock.js'
import { compressionProbe } from './compression.js'
import { conflationProbe } from './conflation.js'
import { contextProbe } from './context.js'
import { convergenceProbe } from './convergence.js'
import { detectorProbe } from './detector.js'
import { driftProbe } from './drift.js'
import { failoverProbe } from './failover.js'
import { journalProbe } from './journal.js'
import { redundancyProbe } from './redundancy.js'
import { replicaProbe } from './replica.js'

const BY_KEY: Readonly<Record<MechanismKey, Probe>> = {
  conflation: conflationProbe,
  boundary: boundaryProbe,
  clock: clockProbe,
  failover: failoverProbe,
  compression: compressionProbe,
  redundancy: redundancyProbe,
  replica: replicaProbe,
  context: contextProbe,
  convergence: convergenceProbe,
  journal: journalProbe,
  detector: detectorProbe,
  backpressure: backpressureProbe,
  drift: driftProbe,
}

export const PROBES: readonly Probe[] = MECHANISMS.map(({ key }) => BY_KEY[key])

export function probeOf(key: MechanismKey): Probe {
  return BY_KEY[key]
}
