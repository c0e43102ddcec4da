/** The thirteen mechanisms by name: what the field calls each, where it lives and what it protects. */
import { UsageError } from '../model/errors.js'
import { nearest } from '../model/symbol.js'

export interface MechanismSpec {
  /** As the mission calls it. */
  readonly name: string
  /** As the field calls it; the first line of its file says the same. */
  readonly term: string
  /** One word of the term, for the command line. */
  readonly key: string
  readonly file: string
  readonly protects: string
}

export const MECHANISMS = [
  spec('DimensionalCollapseV4', 'conflation', 'conflation', 'engine/conflator',
    'a slow reader sees the newest of every state, and every trade'),
  spec('EventHorizonV4', 'error boundary, dead letters', 'boundary', 'engine/boundary',
    'no input stops the run, and none is thrown away'),
  spec('QuantumTimeV4', 'virtual time', 'clock', 'engine/clock',
    'what is due happens in due order, at any speed'),
  spec('QuantumTunnelV4', 'transport failover', 'failover', 'feed/failover',
    'a way that is closed is not the end'),
  spec('InfiniteDensityV4', 'lossless compression', 'compression', 'journal/codec',
    'a packed recording is readable up to its last flush'),
  spec('ResilientReplicationV4', 'redundant A/B feeds', 'redundancy', 'feed/redundant',
    'the loss of either copy changes nothing downstream'),
  spec('EntanglementV4', 'replica synchronisation', 'replica', 'engine/replica',
    'a copy equals its source, or is not shown'),
  spec('RealityMatrixV4', 'execution context', 'context', 'session/context',
    'a strategy does the same live, replayed and at full speed'),
  spec('OmniConvergenceV4', 'convergence check', 'convergence', 'engine/convergence',
    'two accounts of one thing agree, or the difference has a name'),
  spec('OmniversalSharedMemory', 'journal with resume', 'journal', 'journal/recorder',
    'what was kept outlives kill -9 at any byte'),
  spec('PredictiveRecoverySystem', 'failure detector', 'detector', 'feed/failure-detector',
    'a stalled connection is replaced, a quiet market is left alone'),
  spec('QuantumFeedbackLoop', 'adaptive backpressure', 'backpressure', 'feed/backpressure',
    'lag stays bounded under overload'),
  spec('EvolvingConsciousInterface', 'schema drift, self-specialising decoders', 'drift', 'engine/drift',
    'a message that looks unlike all before is reported once'),
] as const satisfies readonly MechanismSpec[] // prettier-ignore

export type MechanismKey = (typeof MECHANISMS)[number]['key']

/** By the mission's name, the field's term or its key, in any case. @throws UsageError naming the nearest and all others. */
export function mechanismNamed(text: string): (typeof MECHANISMS)[number] {
  const wanted = text.trim().toLowerCase()
  const found = MECHANISMS.find(({ name, term, key }) =>
    [name, term, key, name.replace(/V4$/, ''), ...term.split(', ')].some(known => known.toLowerCase() === wanted),
  )
  if (found !== undefined) return found
  const keys = MECHANISMS.map(({ key }) => key)
  const close = nearest(wanted, [...keys, ...MECHANISMS.map(({ name }) => name.toLowerCase())])
  throw new UsageError('mechanism', `there is no mechanism ${JSON.stringify(text.slice(0, 60))}`, {
    hint: `${close === undefined ? '' : `did you mean ${close}? `}there are ${keys.join(', ')}`,
  })
}

function spec<Name extends string, Key extends string>(
  name: Name,
  term: string,
  key: Key,
  path: string,
  protects: string,
) {
  return { name, term, key, file: `src/${path}.ts`, protects }
}
