/** EvolvingConsciousInterface · schema drift, self-specialising decoders: learns the layouts of an exchange's messages and reads them from their bytes. */
import type { Rule } from './field.js'
import { compileLayout, OPEN, type LayoutReader } from './layout-code.js'
import { outlineOf } from './outline.js'
import { bytes, load, LONGEST_SCANNED, reached, words } from './scanner.js'
import { layoutBy, shapeOf, type KnownRows } from './steps.js'

/** The general way to decode a message; the learned one must give the same, always. */
export interface MessageDecoder<Event> {
  decode(data: Buffer, receivedAt: number, out: Event[]): void
}

/** A layout that was learned. */
export interface LearnedLayout {
  readonly rule: string
  /** What stands where, values left out. */
  readonly shape: string
  readonly messages: number
}

export interface LayoutStats {
  /** Messages read from their bytes. */
  readonly fast: number
  /** Messages that took the general way, of whatever kind. */
  readonly general: number
  /** Messages decoded both ways to compare them, the first ones of a layout and ever fewer later. */
  readonly compared: number
  /** Layouts in which the two ways did not agree; each was given up at once. */
  readonly givenUp: number
  readonly layouts: readonly LearnedLayout[]
}

interface Specialist {
  readonly rule: string
  readonly shape: string
  readonly read: LayoutReader
  /** A message of it fits on one line, so that it can be read among others. */
  readonly isOneLine: boolean
  messages: number
  /** As `messages`, halved whenever room is made, so that what was of use long ago does not stay for ever. */
  use: number
}

/** Each is tried on a message that fits none, so there are not many. */
const MOST_LAYOUTS = 32
/** A layout is learned when it is seen this often: broken messages mostly look like themselves alone. */
const SIGHTINGS = 2
/** Layouts seen less often, and those that cannot be learned. */
const MOST_REMEMBERED = 256
/** Messages of a kind looked at in a row without learning anything; after them one in {@link LOOK_AGAIN}, so that a new layout is still learned one day. */
const PATIENCE = 500
const LOOK_AGAIN = 64
/** Places of the guess which layout comes next: by 24 bytes near the front, where exchanges name stream and kind. */
const GUESSES = 1_024

/**
 * The layouts of one exchange, shared by all its connections: which rules there are is declared, what the messages look like is seen.
 * A layout is learned from a message that the general way has decoded, and only where reading its bytes gives the same.
 */
export class Layouts {
  private readonly specialists: Specialist[] = []
  private readonly guesses = new Uint8Array(GUESSES)
  /** How often layouts were seen that are not learned yet; never again where that is infinite. */
  private readonly seen = new Map<string, number>()
  private readonly rows = new Map<Rule, KnownRows>()
  private readonly counts = { fast: 0, general: 0, compared: 0, givenUp: 0 }
  /** Messages looked at since something was learned, by what they say: quotes without a rule must not use up the patience for trades. */
  private readonly looked = new Map<string, number>()

  constructor(private readonly rules: readonly Rule[]) {}

  /** A decoder that reads what it can from the bytes and leaves the rest to `general`, which must keep no history. */
  decoder<Event extends object>(general: MessageDecoder<Event>): LearningDecoder<Event> {
    return new LearningDecoder(this, general)
  }

  stats(): LayoutStats {
    const { fast, general, compared, givenUp } = this.counts
    return {
      fast,
      general,
      compared,
      givenUp,
      layouts: this.specialists.map(({ rule, shape, messages }) => ({ rule, shape, messages })),
    }
  }

  /** Reads the message if a learned layout fits it. @returns false, with nothing appended, where none does. */
  read<Event extends object>(data: Buffer, receivedAt: number, out: Event[], general: MessageDecoder<Event>): boolean {
    if (this.specialists.length === 0 || !load(data)) return false
    return this.readLoaded(0, data, receivedAt, out, general)
  }

  /**
   * Reads the message that stands at `at` among loaded lines, if a learned layout fits it; the caller looks at what stands behind it.
   * @returns where it ends; -1, with nothing appended, where none fits.
   */
  readAt<Event extends object>(at: number, receivedAt: number, out: Event[], general: MessageDecoder<Event>): number {
    if (this.specialists.length === 0 || !this.readLoaded(at, undefined, receivedAt, out, general)) return -1
    return reached[0] ?? -1
  }

  /** The general way has decoded the message, and what it found stands behind `start`: perhaps its layout can be learned. */
  learn(data: Buffer, receivedAt: number, out: readonly object[], start: number): void {
    this.counts.general++
    if (!this.isPatient(out[start])) return
    const text = data.length > LONGEST_SCANNED ? '' : data.toString('latin1')
    const root = text === '' ? undefined : outlineOf(text)
    if (root === undefined) return
    for (const rule of this.rules) {
      const layout = layoutBy(rule, text, root, this.rowsOf(rule))
      if (layout === undefined) continue
      const shape = shapeOf(layout)
      if (!this.isSeenEnough(rule, shape)) continue
      const read = compileLayout(layout, rule)
      const found: object[] = []
      load(data)
      if (!read?.(data.length, receivedAt, found) || !areSame(found, out, start)) continue
      this.adopt({ rule: rule.name, shape, read, isOneLine: !shape.includes('\n'), messages: 0, use: 0 })
      return
    }
  }

  private isPatient(found: { readonly type?: unknown } | undefined): boolean {
    const kind = typeof found?.type === 'string' ? found.type : ''
    const looked = (this.looked.get(kind) ?? 0) + 1
    this.looked.set(kind, looked)
    return looked <= PATIENCE || looked % LOOK_AGAIN === 0
  }

  private rowsOf(rule: Rule): KnownRows {
    const known = this.rows.get(rule)
    if (known !== undefined) return known
    const rows: KnownRows = new Map()
    this.rows.set(rule, rows)
    return rows
  }

  /** True at one sighting of each layout, the one at which it is to be learned. */
  private isSeenEnough(rule: Rule, shape: string): boolean {
    if (this.specialists.some(known => known.shape === shape && known.rule === rule.name)) return false
    const name = `${rule.name} ${shape}`
    const sightings = (this.seen.get(name) ?? 0) + 1
    if (this.seen.size >= MOST_REMEMBERED) this.seen.clear()
    this.seen.set(name, sightings)
    return sightings === SIGHTINGS
  }

  /** Takes the place of the layout that was of least use lately, where there is no other. */
  private adopt(specialist: Specialist): void {
    this.looked.clear()
    this.seen.delete(`${specialist.rule} ${specialist.shape}`)
    if (this.specialists.length < MOST_LAYOUTS) {
      this.specialists.push(specialist)
      return
    }
    let least = 0
    this.specialists.forEach((known, index) => {
      if (known.use < (this.specialists[least]?.use ?? 0)) least = index
    })
    this.specialists[least] = specialist
    for (const known of this.specialists) known.use = Math.floor(known.use / 2)
  }

  /** @param data the message, where its end is known. */
  private readLoaded<Event extends object>(
    at: number,
    data: Buffer | undefined,
    receivedAt: number,
    out: Event[],
    general: MessageDecoder<Event>,
  ): boolean {
    const place = guessPlace(at)
    const first = this.guesses[place] ?? 0
    if (this.readAs(first, at, data, receivedAt, out, general)) return true
    for (let index = 0; index < this.specialists.length; index++) {
      if (index === first || !this.readAs(index, at, data, receivedAt, out, general)) continue
      this.guesses[place] = index
      return true
    }
    return false
  }

  private readAs<Event extends object>(
    index: number,
    at: number,
    data: Buffer | undefined,
    receivedAt: number,
    out: Event[],
    general: MessageDecoder<Event>,
  ): boolean {
    const specialist = this.specialists[index]
    if (specialist === undefined || (data === undefined && !specialist.isOneLine)) return false
    const start = out.length
    if (!specialist.read(data === undefined ? OPEN : data.length, receivedAt, out, at)) return false
    this.counts.fast++
    specialist.use++
    const count = ++specialist.messages
    if ((count & (count - 1)) !== 0) return true
    const message = data ?? Buffer.from(bytes.subarray(at, reached[0]))
    return this.compare(specialist, message, receivedAt, out, start, general)
  }

  /** A rule that does not say all that matters would show here. @returns false where the message must be decoded again. */
  private compare<Event extends object>(
    specialist: Specialist,
    data: Buffer,
    receivedAt: number,
    out: Event[],
    start: number,
    general: MessageDecoder<Event>,
  ): boolean {
    const expected: Event[] = []
    this.counts.compared++
    try {
      general.decode(data, receivedAt, expected)
      if (areSame(expected, out, start)) return true
    } catch {
      // The general way refuses it; its caller will hear so.
    }
    this.counts.givenUp++
    this.counts.fast--
    this.specialists.splice(this.specialists.indexOf(specialist), 1)
    this.seen.set(`${specialist.rule} ${specialist.shape}`, Number.POSITIVE_INFINITY)
    out.length = start
    return false
  }
}

/** Reads what it can from the bytes, and learns from what the general way had to decode. */
export class LearningDecoder<Event extends object> implements MessageDecoder<Event> {
  constructor(
    readonly layouts: Layouts,
    /** The general way by itself. */
    readonly general: MessageDecoder<Event>,
  ) {}

  /** Reads the message if a learned layout fits it: every byte of it is then as in a message that was JSON. @returns false, with nothing appended, where none does. */
  read(data: Buffer, receivedAt: number, out: Event[]): boolean {
    return this.layouts.read(data, receivedAt, out, this.general)
  }

  /** The same for the message at `at` among loaded lines. @returns where it ends, or -1. */
  readAt(at: number, receivedAt: number, out: Event[]): number {
    return this.layouts.readAt(at, receivedAt, out, this.general)
  }

  decode(data: Buffer, receivedAt: number, out: Event[]): void {
    if (this.layouts.read(data, receivedAt, out, this.general)) return
    const start = out.length
    this.general.decode(data, receivedAt, out)
    this.layouts.learn(data, receivedAt, out, start)
  }
}

function guessPlace(start: number): number {
  let hash = words.getInt32(start + 8, true)
  for (let at = start + 12; at < start + 32; at += 4) hash = Math.imul(hash, 0x01000193) ^ words.getInt32(at, true)
  return (hash ^ (hash >>> 15)) & (GUESSES - 1)
}

/** The same events in the same order, key by key; JSON writes nothing that an event holds in two ways. */
function areSame(found: readonly object[], out: readonly object[], start: number): boolean {
  return JSON.stringify(found) === JSON.stringify(out.slice(start))
}
