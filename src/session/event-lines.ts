/** Market events that come as lines from another process: read with the checks of a file of them. */
import { eventsParser } from '../journal/formats/events.js'
import type { JournalItem } from '../journal/item.js'
import type { FeedEvent } from '../model/event.js'

export { checkedEvent } from '../journal/formats/events.js'

export class EventLines {
  readonly #parser = eventsParser()
  readonly #found: JournalItem[] = []

  /** @returns undefined where the text is no event of the market, or not a whole one. */
  read(text: string): FeedEvent | undefined {
    const bytes = Buffer.from(text)
    this.#found.length = 0
    this.#parser.parse(bytes, 0, bytes.length, this.#found)
    const [item] = this.#found
    return item?.kind === 'event' ? item.event : undefined
  }
}
