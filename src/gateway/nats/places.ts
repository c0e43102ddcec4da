/** Where durable consumers stand, kept by the broker itself: one message for each name, the newest. */
import { lastSequence, type Broker } from './broker.js'

/**
 * Not a durable consumer of JetStream: what such a one had delivered and not seen acknowledged comes again only after a wait, behind
 * newer messages, and the order of events would be lost.
 */
export class Places {
  readonly #stream: string
  readonly #subject: string
  #saved = 0

  constructor(stream: string, name: string) {
    this.#stream = `${stream}_PLACES`
    this.#subject = `${stream}-place.${name}`
  }

  /** @returns the number of the last message taken; 0 where the name is new. */
  async load({ manager }: Broker): Promise<number> {
    if ((await lastSequence(manager, this.#stream)) === null) {
      await manager.streams.add({
        name: this.#stream,
        subjects: [`${this.#subject.slice(0, this.#subject.lastIndexOf('.'))}.>`],
        max_msgs_per_subject: 1,
      })
    }
    const found = await manager.streams.getMessage(this.#stream, { last_by_subj: this.#subject })
    const text = found?.string() ?? ''
    return /^\d{1,15}$/.test(text) ? Number(text) : 0
  }

  /** Confirmed by the broker when it resolves. */
  async save({ stream }: Broker, sequence: number): Promise<void> {
    if (sequence === this.#saved) return
    await stream.publish(this.#subject, String(sequence), { timeout: 2_000 })
    this.#saved = sequence
  }
}
