/** What is due when: arrivals, expiries and timers of one desk, in due order and then in the order they were entered. */
import type { Micros } from '../model/time.js'
import type { ModifyRequest } from '../model/trading.js'

/** What a desk waits for. */
export type Due =
  | { readonly kind: 'arrive' | 'expire' | 'cancel'; readonly id: string }
  | { readonly kind: 'modify'; readonly id: string; readonly change: ModifyRequest }
  | { readonly kind: 'timer'; readonly name: string }
  | { readonly kind: 'interest'; readonly asset: string }

export class Agenda<Entry> {
  private readonly entries: { due: Micros; entry: Entry }[] = []
  /** When the first entry is due; infinity when there is none. */
  nextDue: Micros = Number.POSITIVE_INFINITY

  get length(): number {
    return this.entries.length
  }

  add(due: Micros, entry: Entry): void {
    let at = this.entries.length
    while (at > 0 && (this.entries[at - 1]?.due ?? 0) > due) at--
    if (at === this.entries.length) this.entries.push({ due, entry })
    else this.entries.splice(at, 0, { due, entry })
    this.nextDue = this.entries[0]?.due ?? Number.POSITIVE_INFINITY
  }

  /** Removes and gives the first entry due by `now`. */
  take(now: Micros): { due: Micros; entry: Entry } | undefined {
    if (this.nextDue > now) return undefined
    const first = this.entries.shift()
    this.nextDue = this.entries[0]?.due ?? Number.POSITIVE_INFINITY
    return first
  }
}
