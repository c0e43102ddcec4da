/** Looks at messages for a layout unlike all before: all of them while it learns, and then one in so many, for most look alike. */
import { DriftDetector, type DriftStats } from '../engine/drift.js'
import type { Memory } from '../engine/memory.js'
import { findExchange } from '../exchanges/registry.js'
import type { Status } from '../model/event.js'
import type { DataFrame } from '../model/frame.js'

/**
 * Which messages of an exchange are looked at, since to look at one costs as much as to decode ten: all of the first, then one in so
 * many. Their number alone decides, so that a replay tells the same.
 */
const EACH_UP_TO = 512
const THEN_EVERY = 32
const UP_TO = 8_192
const AT_LAST_EVERY = 1_024
/** A status is read by people. */
const MOST_CHANGES = 8

export interface RememberedDrift {
  readonly seen: readonly [exchange: string, messages: number][]
  readonly detector: unknown
}

export class DriftWatch {
  readonly #detector = new DriftDetector()
  readonly #seen = new Map<string, number>()
  #current = ''
  #count = 0

  /** @returns what is to be told of the message; undefined where it looks as before or was passed over. */
  see(frame: DataFrame): Status | undefined {
    if (frame.exchange !== this.#current) this.#turnTo(frame.exchange)
    const count = ++this.#count
    if (count > EACH_UP_TO && count % (count > UP_TO ? AT_LAST_EVERY : THEN_EVERY) !== 0) return undefined
    return this.#look(frame)
  }

  stats(): DriftStats {
    return this.#detector.stats()
  }

  /** What was learned, as data. */
  remember(memory: Memory): RememberedDrift {
    this.#seen.set(this.#current, this.#count)
    return { seen: [...this.#seen], detector: memory.capture(this.#detector) }
  }

  /** Goes on where another session stood, before the first message. */
  takeOver({ seen, detector }: RememberedDrift, memory: Memory): void {
    for (const [exchange, count] of seen) this.#seen.set(exchange, count)
    memory.restore(this.#detector, detector)
  }

  #turnTo(exchange: string): void {
    this.#seen.set(this.#current, this.#count)
    this.#current = exchange
    this.#count = this.#seen.get(exchange) ?? 0
  }

  #look({ exchange, data, binary, receivedAt: time }: DataFrame): Status | undefined {
    if (binary) return undefined
    const text = data.toString('utf8')
    const [topic] = findExchange(exchange).dialect.topics(text)
    if (topic === undefined) return undefined
    const message = parsed(text)
    if (message === undefined) return undefined
    const report = this.#detector.observe(exchange, topic, message)
    if (report === undefined) return undefined
    const shown = report.changes.slice(0, MOST_CHANGES).join(' ')
    const more = report.changes.length > MOST_CHANGES ? ` and ${report.changes.length - MOST_CHANGES} more` : ''
    return { type: 'status', exchange, stream: topic, state: 'drift', detail: `message layout: ${shown}${more}`, time }
  }
}

/** Some exchanges send what a decoder can read and `JSON.parse` cannot, such as two documents in one message. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
