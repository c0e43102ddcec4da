/** The exchange's own time in a frame, for files that do not say when a frame was received. */
import { EXCHANGES } from '../exchanges/registry.js'
import type { Decoded } from '../model/event.js'
import type { Micros } from '../model/time.js'

/** The latest time of the events that the exchange's decoder finds in it. */
export function exchangeTime(name: string): (data: Buffer) => Micros | undefined {
  const decoder = EXCHANGES.get(name)?.decoder()
  const found: Decoded[] = []
  return data => {
    found.length = 0
    try {
      decoder?.decode(data, 0, found)
    } catch {
      // A frame that cannot be decoded says no time; the boundary will tell why.
      return undefined
    }
    let latest = 0
    for (const item of found) if ('time' in item && item.time > latest) latest = item.time
    return latest === 0 ? undefined : latest
  }
}
