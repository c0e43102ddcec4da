/** A duration that a project sets itself, as a row beside what was measured. */
import type { Contender } from './bench.js'

export function bound(name: string, seconds: number): Contender {
  return { name, note: 'the bound set', run: () => ({ units: 1, seconds }), digest: () => '' }
}
