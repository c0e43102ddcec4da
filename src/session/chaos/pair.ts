/** Two exchanges that play the same market, so that each line has a way of its own; the storm strikes them in turn. */
import type { ServerStats } from '../../feed/embedded/exchange-server.js'
import { alternating, faultsOf, type Storm } from './storm.js'
import type { Tape } from './tape.js'
import { Venue } from './venue.js'

export interface Pair {
  readonly urls: readonly string[]
  stop(): Promise<readonly ServerStats[]>
  abandon(): void
}

export async function startPair(storm: Storm, tape: Tape): Promise<Pair> {
  const venues = await Promise.all(
    alternating(storm.strikes).map((strikes, index) =>
      Venue.start([
        tape.path,
        '--as',
        'binance',
        '--seed',
        `${storm.seed + index}`,
        '--fault',
        faultsOf(storm, strikes),
      ]),
    ),
  )
  return {
    urls: venues.map(venue => venue.url),
    stop: () => Promise.all(venues.map(venue => venue.stop())),
    abandon: () => {
      for (const venue of venues) venue.abandon()
    },
  }
}
