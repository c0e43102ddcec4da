/** One of the thirteen mechanisms at work, as the page and the interface show it. */
export interface MechanismState {
  readonly name: string
  /** What the field calls it. */
  readonly term: string
  readonly state: string
  readonly counters: Readonly<Record<string, number | string | null>>
  /** The last thing it did; null where it has done nothing yet. */
  readonly last: { readonly time: number; readonly text: string } | null
}
