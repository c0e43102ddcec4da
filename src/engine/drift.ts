/** EvolvingConsciousInterface · schema drift, self-specialising decoders: learns the layouts in which an exchange sends its messages and reports a new one once. */
import { fieldsOf, layoutOf } from './layout.js'

/** A message came in a layout unlike all those learned. */
export interface DriftReport {
  readonly exchange: string
  readonly topic: string
  /** Keys and types as {@link layoutOf} writes them. */
  readonly layout: string
  /** Fields never seen before, `+data.E:number`, and fields missing that every message had, `-data.u:number`. */
  readonly changes: readonly string[]
}

export interface DriftOptions {
  /** Messages of a topic from which layouts are learned without a report; 100 unless told. */
  readonly learning?: number
  /** Layouts remembered for a topic; 64 unless told. Beyond them messages are compared field by field each time. */
  readonly maxLayouts?: number
  /** Fields remembered for a topic; 1,024 unless told. */
  readonly maxFields?: number
  /** Topics remembered; 4,096 unless told. Messages of further ones are counted and not looked at. */
  readonly maxTopics?: number
}

export interface DriftStats {
  readonly messages: number
  readonly topics: number
  readonly layouts: number
  /** Messages in a layout that was known as a whole. */
  readonly familiar: number
  readonly reports: number
  /** Layouts, fields and topics that found no room. */
  readonly beyondBounds: number
}

interface Learned {
  seen: number
  readonly layouts: Set<string>
  readonly fields: Set<string>
  /** Those of `fields` that no message has lacked. */
  required: ReadonlySet<string> | undefined
}

/** One exchange's message after another, by topic. Optional fields, nulls and empty arrays are no drift once learned. */
export class DriftDetector {
  private readonly options: Required<DriftOptions>
  private readonly topics = new Map<string, Learned>()
  private readonly counts = { messages: 0, familiar: 0, reports: 0, beyondBounds: 0 }

  constructor(options: DriftOptions = {}) {
    this.options = { learning: 100, maxLayouts: 64, maxFields: 1_024, maxTopics: 4_096, ...options }
  }

  /** Takes note of a parsed message. @returns a report the first time that a message shows something new after the learning. */
  observe(exchange: string, topic: string, message: unknown): DriftReport | undefined {
    this.counts.messages++
    const learned = this.learnedOf(exchange, topic)
    if (learned === undefined) return undefined
    learned.seen++
    const layout = layoutOf(message)
    if (learned.layouts.has(layout)) {
      this.counts.familiar++
      return undefined
    }
    const changes = this.learn(learned, layout, message)
    if (changes.length === 0 || learned.seen <= this.options.learning) return undefined
    this.counts.reports++
    return { exchange, topic, layout, changes }
  }

  stats(): DriftStats {
    let layouts = 0
    for (const topic of this.topics.values()) layouts += topic.layouts.size
    return { ...this.counts, topics: this.topics.size, layouts }
  }

  /** @returns what of it is new. */
  private learn(learned: Learned, layout: string, message: unknown): string[] {
    const { fields, blank } = fieldsOf(message)
    const added = fields.filter(field => this.remember(learned.fields, field, this.options.maxFields))
    const present = new Set(fields)
    const missing = [...(learned.required ?? [])].filter(field => !present.has(field) && !isUnder(field, blank))
    this.remember(learned.layouts, layout, this.options.maxLayouts)
    const lost = new Set(missing)
    learned.required =
      learned.required === undefined ? present : new Set([...learned.required].filter(field => !lost.has(field)))
    return [...added.map(field => `+${field}`), ...missing.map(field => `-${field}`)]
  }

  /** @returns true where the item is new and found room. */
  private remember(known: Set<string>, item: string, bound: number): boolean {
    if (known.has(item)) return false
    if (known.size < bound) {
      known.add(item)
      return true
    }
    this.counts.beyondBounds++
    return false
  }

  private learnedOf(exchange: string, topic: string): Learned | undefined {
    const name = `${exchange}\n${topic}`
    const known = this.topics.get(name)
    if (known !== undefined) return known
    if (this.topics.size >= this.options.maxTopics) {
      this.counts.beyondBounds++
      return undefined
    }
    const learned: Learned = { seen: 0, layouts: new Set(), fields: new Set(), required: undefined }
    this.topics.set(name, learned)
    return learned
  }
}

/** True where the field lies at or inside something that is null or empty in this message. */
function isUnder(field: string, blank: readonly string[]): boolean {
  return blank.some(path => [':', '.', '['].some(next => field.startsWith(path + next)))
}
