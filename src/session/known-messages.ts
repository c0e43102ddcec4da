/** Messages that the learned layouts of their exchange can read: known as they are read from the file, and by that proven whole. */
import { EXCHANGES } from '../exchanges/registry.js'
import type { ReadKnown } from '../journal/line.js'
import type { Decoded } from '../model/event.js'
import { LearningDecoder } from '../wire/layout.js'

/** A reader of all exchanges' messages. What it finds is what a decoder of the exchange would, which then need not look again. */
export function knownMessages(): ReadKnown {
  const decoders = new Map<string, LearningDecoder<Decoded> | null>()
  let current = ''
  let decoder: LearningDecoder<Decoded> | null = null
  const found: Decoded[] = []
  return (exchange, data, receivedAt) => {
    if (exchange !== current) {
      current = exchange
      decoder = decoders.get(exchange) ?? learningDecoder(exchange)
      decoders.set(exchange, decoder)
    }
    try {
      if (decoder?.read(data, receivedAt, found) !== true) return undefined
    } catch {
      // Whoever decodes it will hear why.
      found.length = 0
      return undefined
    }
    const known = found.pop()
    if (found.length === 0) return known
    // A frame carries one event; of what says more the session's decoder makes all.
    found.length = 0
    return undefined
  }
}

/** null where the exchange has no layouts to learn. */
function learningDecoder(exchange: string): LearningDecoder<Decoded> | null {
  const decoder = EXCHANGES.get(exchange)?.decoder()
  return decoder instanceof LearningDecoder ? (decoder as LearningDecoder<Decoded>) : null
}
