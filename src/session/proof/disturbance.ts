/** Faults worked into a recording as it is replayed: lost, doubled and reordered frames, stalls, a clock that is off; the same for the same seed. */
import { Random } from '../../engine/random.js'
import type { JournalItem } from '../../journal/item.js'
import { UsageError } from '../../model/errors.js'
import { parseDuration, type Micros } from '../../model/time.js'

export interface DisturbancePlan {
  /** Shares of the frames, from 0 to 1. */
  readonly drop: number
  readonly dup: number
  readonly reorder: number
  /** Length of a stall; 0 for none. About one tenth of the recorded time passes in stalls. */
  readonly stall: Micros
  /** Added to every time of receipt. */
  readonly skew: Micros
}

export interface DisturbanceReport extends DisturbancePlan {
  readonly seed: number
  readonly dropped: number
  readonly duplicated: number
  readonly reordered: number
  readonly stalls: number
  /** Frames that came late because of a stall. */
  readonly delayed: number
}

const NONE: DisturbancePlan = { drop: 0, dup: 0, reorder: 0, stall: 0, skew: 0 }
const HINT = 'for example --chaos drop=0.1%,dup=1%,reorder=1%,stall=30s,skew=+250ms'
/** A reordered frame comes after this many later ones at most. */
const FARTHEST = 8
/** Frames held at once during a stall; beyond it they come through. */
const MOST_HELD = 100_000

/** @throws UsageError that says what a disturbance looks like. */
export function parseDisturbance(text: string): DisturbancePlan {
  const plan = new Map<string, number>(Object.entries(NONE))
  for (const part of text.split(',')) {
    const [, name = '', value = ''] = /^([a-z]+)=(\S+)$/.exec(part.trim()) ?? []
    if (!plan.has(name)) throw refused(text, part, 'expected drop, dup, reorder, stall or skew, each with a value')
    const read = name === 'stall' || name === 'skew' ? readSpan(value, name) : readShare(value)
    if (read === undefined) throw refused(text, part, name === 'stall' || name === 'skew' ? 'no duration' : 'no share')
    plan.set(name, read)
  }
  return Object.fromEntries(plan) as unknown as DisturbancePlan
}

function readShare(text: string): number | undefined {
  const [, digits, percent] = /^(\d{1,3}(?:\.\d{1,9})?)(%?)$/.exec(text) ?? []
  if (digits === undefined) return undefined
  const share = Number(digits) / (percent === '%' ? 100 : 1)
  return share <= 1 ? share : undefined
}

function readSpan(text: string, name: string): Micros | undefined {
  const [, sign = '', span = ''] = /^([+-]?)(.+)$/.exec(text) ?? []
  const length = parseDuration(span)
  if (length === undefined || (sign === '-' && name === 'stall')) return undefined
  return sign === '-' ? -length : length
}

function refused(text: string, part: string, why: string): UsageError {
  return new UsageError('chaos', `--chaos ${JSON.stringify(text)}: ${JSON.stringify(part)}: ${why}`, { hint: HINT })
}

interface Held {
  readonly item: JournalItem
  /** Later items that still pass it. */
  left: number
}

export class Disturbance {
  readonly #random: Random
  readonly #counts = { dropped: 0, duplicated: 0, reordered: 0, stalls: 0, delayed: 0 }
  readonly #late: Held[] = []
  /** What arrives at the end of the present stall. */
  #stalled: JournalItem[] = []
  #stallFrom: Micros | null = null

  constructor(
    private readonly plan: DisturbancePlan,
    private readonly seed: number,
  ) {
    this.#random = new Random(seed).fork('disturbance')
  }

  report(): DisturbanceReport {
    return { seed: this.seed, ...this.plan, ...this.#counts }
  }

  /** What becomes of the next items; of none, where the recording has ended: what was still held. */
  apply(items: readonly JournalItem[]): readonly JournalItem[] {
    const out: JournalItem[] = []
    for (const item of items) this.#take(item, out)
    if (items.length === 0) this.#finish(out)
    return out
  }

  #take(item: JournalItem, out: JournalItem[]): void {
    const now = item.receivedAt
    this.#endStall(now, out)
    if (item.kind !== 'data' && item.kind !== 'event') {
      // What the recorder itself has to say keeps its place.
      out.push(at(item, now + this.plan.skew))
      return
    }
    if (this.#chance(this.plan.drop)) {
      this.#counts.dropped++
      return
    }
    this.#pass(item, out)
    if (this.#chance(this.plan.dup)) {
      this.#counts.duplicated++
      this.#pass(item, out)
    }
  }

  #pass(item: JournalItem, out: JournalItem[]): void {
    if (this.#stallFrom !== null && item.receivedAt >= this.#stallFrom && this.#stalled.length < MOST_HELD) {
      this.#counts.delayed++
      this.#stalled.push(copied(item))
      return
    }
    if (this.#chance(this.plan.reorder)) {
      this.#counts.reordered++
      this.#late.push({ item: copied(item), left: this.#random.int(1, FARTHEST) })
      return
    }
    out.push(at(item, item.receivedAt + this.plan.skew))
    this.#release(item.receivedAt, out)
  }

  /** Reordered frames whose turn has come are received when the frame that overtook them was. */
  #release(now: Micros, out: JournalItem[]): void {
    for (let index = 0; index < this.#late.length;) {
      const held = this.#late[index] as Held
      if (--held.left > 0) index++
      else {
        this.#late.splice(index, 1)
        out.push(at(held.item, now + this.plan.skew))
      }
    }
  }

  #endStall(now: Micros, out: JournalItem[]): void {
    const { stall } = this.plan
    if (stall === 0) return
    this.#stallFrom ??= this.#nextStall(now)
    const end = this.#stallFrom + stall
    if (now < end) return
    this.#giveStalled(end, out)
    this.#stallFrom = this.#nextStall(now)
  }

  #giveStalled(end: Micros, out: JournalItem[]): void {
    if (this.#stalled.length > 0) this.#counts.stalls++
    for (const item of this.#stalled) out.push(at(item, end + this.plan.skew))
    this.#stalled = []
  }

  #nextStall(now: Micros): Micros {
    return now + Math.round(this.#random.exponential(1 / (9 * this.plan.stall)))
  }

  #finish(out: JournalItem[]): void {
    const last = Math.max(...this.#late.map(({ item }) => item.receivedAt), 0)
    const end = this.#stallFrom === null ? last : Math.max(last, this.#stallFrom + this.plan.stall)
    this.#giveStalled(end, out)
    for (const { item } of this.#late.splice(0)) out.push(at(item, end + this.plan.skew))
  }

  #chance(share: number): boolean {
    return share > 0 && this.#random.chance(share)
  }
}

/** The same item, received at another time. */
function at(item: JournalItem, receivedAt: Micros): JournalItem {
  if (item.receivedAt === receivedAt) return item
  if (item.kind !== 'event') return { ...item, receivedAt }
  const { event } = item
  return { ...item, receivedAt, event: event.type === 'status' ? { ...event, time: receivedAt } : { ...event, received: receivedAt } } // prettier-ignore
}

/** What is held beyond its batch must not be a view of the block it was read from. */
function copied(item: JournalItem): JournalItem {
  return item.kind === 'data' ? { ...item, data: Buffer.from(item.data) } : item
}
