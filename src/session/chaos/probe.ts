/** A probe: the smallest run in which one mechanism keeps its promise, and breaks it when it is switched off. */
import type { MechanismKey } from '../mechanism-list.js'
import type { Findings } from './trial.js'

/** Whether the mechanism works in this run of the probe. */
export type Use = 'with' | 'without'

export interface Probe {
  readonly mechanism: MechanismKey
  /** What must hold, as a sentence. */
  readonly promise: string
  readonly run: (use: Use) => Findings | Promise<Findings>
}
