/** Tells when more of what a connection brings cannot be read than an accident explains: the exchange has changed, or something stands in between. */
import type { FrameOutcome } from '../engine/boundary.js'
import type { Status } from '../model/event.js'
import type { DataFrame, LinkFrame } from '../model/frame.js'
import { MICROS_PER_MINUTE, MICROS_PER_SECOND, type Micros } from '../model/time.js'

const SECONDS = 60
/** Of the frames of a minute; more is an alarm. */
const MOST_UNREADABLE = 0.01
/** A share is judged from so many frames on, or from so many that cannot be read: one broken message is an accident on a slow stream, too. */
const FRAMES = 100
const UNREADABLE = 5
/** Of a connection that nobody named: a bare file's. */
const ANY = ['*']

/** What a connection brought within a minute, second by second; as data, so that another session can go on with it. */
interface Minute {
  readonly exchange: string
  readonly line: number
  /** What the connection carries, as the user wrote it; null where that was not said. */
  streams: readonly string[] | null
  /** The second that is being counted, since the epoch. */
  second: number
  readonly frames: Uint32Array
  readonly unreadable: Uint32Array
  toldAt: Micros | null
}

export type RememberedUnreadable = readonly Minute[]

/** Counts by the engine's time, so that a replay tells the same. */
export class UnreadableWatch {
  readonly #minutes = new Map<string, Minute[]>()
  #current: Minute[] = []
  #exchange = ''

  /** @param namesOf the streams that were asked for of an exchange. */
  constructor(private readonly namesOf: (exchange: string) => readonly string[]) {}

  link({ state, exchange, line, streams }: LinkFrame): void {
    // Other states may concern some of the streams only.
    if (state === 'connected') this.#minuteOf(exchange, line).streams = streams
  }

  /**
   * Counts a frame, at the engine's time.
   * @returns what is to be told of each stream of its connection: nothing, most of the time. What goes on is told once; it may be told
   * again when it has stopped for a minute, or comes back after that.
   */
  see({ exchange, line }: DataFrame, outcome: FrameOutcome, now: Micros): readonly Status[] | undefined {
    if (exchange !== this.#exchange) this.#turnTo(exchange)
    const minute = this.#current[line] ?? this.#minuteOf(exchange, line)
    const second = Math.floor(now / MICROS_PER_SECOND)
    if (second !== minute.second) advance(minute, second)
    const slot = second % SECONDS
    if (outcome !== 'refused') {
      increment(minute.frames, slot)
      return undefined
    }
    const { toldAt } = minute
    if (toldAt !== null && now - toldAt >= MICROS_PER_MINUTE && !isAlarming(minute)) minute.toldAt = null
    increment(minute.frames, slot)
    increment(minute.unreadable, slot)
    if (minute.toldAt !== null || !isAlarming(minute)) return undefined
    minute.toldAt = now
    return this.#tell(minute, now)
  }

  remember(): RememberedUnreadable {
    return [...this.#minutes.values()].flat().map(copyOf)
  }

  /** Goes on where another session stood, before the first frame. */
  takeOver(remembered: RememberedUnreadable): void {
    for (const minute of remembered) this.#linesOf(minute.exchange)[minute.line] = copyOf(minute)
  }

  #tell({ exchange, line, streams, frames, unreadable }: Minute, time: Micros): Status[] {
    const asked = streams ?? this.namesOf(exchange)
    const detail = `${sum(unreadable)} of ${sum(frames)} frames of the last minute on line ${line} cannot be read; they are kept whole as dead letters`
    return (asked.length > 0 ? asked : ANY).map(stream => {
      return { type: 'status', exchange, stream, state: 'drift', detail, time }
    })
  }

  #turnTo(exchange: string): void {
    this.#exchange = exchange
    this.#current = this.#linesOf(exchange)
  }

  #linesOf(exchange: string): Minute[] {
    let lines = this.#minutes.get(exchange)
    if (lines === undefined) this.#minutes.set(exchange, (lines = []))
    return lines
  }

  #minuteOf(exchange: string, line: number): Minute {
    const [frames, unreadable] = [new Uint32Array(SECONDS), new Uint32Array(SECONDS)]
    return (this.#linesOf(exchange)[line] ??= {
      exchange, line, streams: null, second: 0, frames, unreadable, toldAt: null,
    }) // prettier-ignore
  }
}

function copyOf(minute: Minute): Minute {
  return { ...minute, frames: minute.frames.slice(), unreadable: minute.unreadable.slice() }
}

/** The seconds in between brought nothing, and what is a minute old no longer counts. */
function advance(minute: Minute, second: number): void {
  const passed = Math.min(SECONDS, second - minute.second)
  for (let back = 0; back < passed; back++) {
    minute.frames[(second - back) % SECONDS] = 0
    minute.unreadable[(second - back) % SECONDS] = 0
  }
  minute.second = second
}

function isAlarming({ frames, unreadable }: Minute): boolean {
  const [all, broken] = [sum(frames), sum(unreadable)]
  return broken > MOST_UNREADABLE * all && (all >= FRAMES || broken >= UNREADABLE)
}

function increment(counts: Uint32Array, slot: number): void {
  counts[slot] = (counts[slot] ?? 0) + 1
}

function sum(counts: Uint32Array): number {
  let total = 0
  for (const count of counts) total += count
  return total
}
