/** A trial: something put through a storm, what was measured, and what each figure had to be. */
import type { Storm } from './storm.js'
import type { Tape } from './tape.js'

export type Figure = number | string | boolean

export type Bound = { readonly atLeast: number } | { readonly atMost: number } | { readonly equal: Figure }

export interface Findings {
  readonly measured: Readonly<Record<string, Figure>>
  /** By the names of what was measured; figures without a bound are told for their own sake. */
  readonly required: Readonly<Record<string, Bound>>
}

export interface Ground {
  readonly storm: Storm
  /** The market of a storm, recorded when it is first asked for. */
  readonly tape: (storm: Storm) => Promise<Tape>
}

export interface Trial {
  /** As in `--trial`. */
  readonly number: number
  readonly name: string
  readonly run: (ground: Ground) => Promise<Findings>
}

/** Names of the figures that fall short, or were never measured. */
export function shortfalls({ measured, required }: Findings): string[] {
  return Object.entries(required)
    .filter(([name, bound]) => !meets(measured[name], bound))
    .map(([name]) => name)
}

function meets(figure: Figure | undefined, bound: Bound): boolean {
  if (figure === undefined) return false
  if ('equal' in bound) return figure === bound.equal
  if (typeof figure !== 'number') return false
  return 'atLeast' in bound ? figure >= bound.atLeast : figure <= bound.atMost
}

/** `≥ 10000`, `≤ 1000`, `0`. */
export function boundText(bound: Bound): string {
  if ('atLeast' in bound) return `≥ ${bound.atLeast}`
  if ('atMost' in bound) return `≤ ${bound.atMost}`
  return String(bound.equal)
}
