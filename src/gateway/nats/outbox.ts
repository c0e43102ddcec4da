/** Messages on their way to a broker, in order: what it has not confirmed, and what it might still forget. */

export interface Outgoing {
  readonly id: string
  readonly subject: string
  readonly text: string
  /** Who heard it, where the exchange gave it no name by which a copy could be told; else null. */
  readonly hearing: string | null
  /** Number that the broker gave it; null until it has confirmed the message. */
  sequence: number | null
}

export interface OutboxOptions {
  /** Messages that may wait. */
  readonly capacity: number
  /** Characters that may wait. */
  readonly size: number
  /** Confirmed messages that are kept, for a broker that crashes after it confirmed. */
  readonly retained: number
}

export class Outbox {
  private items: Outgoing[] = []
  /** Place of the oldest message that is kept. */
  private first = 0
  /** Place of the next message to send. */
  private next = 0
  private characters = 0
  private unconfirmed = 0

  constructor(private readonly options: OutboxOptions) {}

  /** @returns false where there is no room: the message was not taken. */
  add(message: Outgoing): boolean {
    if (this.unconfirmed >= this.options.capacity || this.characters >= this.options.size) return false
    this.items.push(message)
    this.characters += message.text.length
    this.unconfirmed++
    return true
  }

  /** The next message to send, in order; undefined where all have been sent. */
  take(): Outgoing | undefined {
    const item = this.items[this.next]
    if (item !== undefined) this.next++
    return item
  }

  confirm(message: Outgoing, sequence: number): void {
    if (message.sequence === null) this.unconfirmed--
    message.sequence = sequence
    this.trim()
  }

  /**
   * A new connection: everything that was not confirmed is to be sent again, and everything from the first message on that the broker
   * has lost although it had confirmed it.
   * @returns how many confirmed messages were lost so.
   */
  rewind(lastSequence: number): number {
    let lost = 0
    let place = this.first
    while (place < this.items.length && isStored(this.items[place], lastSequence)) place++
    for (let index = place; index < this.items.length; index++) {
      const item = this.items[index]
      if (item === undefined || item.sequence === null) continue
      if (item.sequence > lastSequence) lost++
      // Those behind it that are stored are sent again too, in order; the broker knows them by their ids.
      item.sequence = null
      this.unconfirmed++
    }
    this.next = place
    return lost
  }

  get waiting(): number {
    return this.unconfirmed
  }

  get isHalfFull(): boolean {
    return this.unconfirmed > this.options.capacity / 2 || this.characters > this.options.size / 2
  }

  private trim(): void {
    const { retained } = this.options
    while (this.next - this.first > retained && this.items[this.first]?.sequence !== null) {
      this.characters -= this.items[this.first]?.text.length ?? 0
      this.first++
    }
    if (this.first < COMPACT_AT) return
    this.items = this.items.slice(this.first)
    this.next -= this.first
    this.first = 0
  }
}

const COMPACT_AT = 8_192

function isStored(item: Outgoing | undefined, lastSequence: number): boolean {
  return item?.sequence !== undefined && item.sequence !== null && item.sequence <= lastSequence
}
