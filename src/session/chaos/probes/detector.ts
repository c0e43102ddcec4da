/** A connection that stays open and falls silent is replaced in seconds; a market with long pauses raises no alarm. */
import { EXCHANGES, resolveStream } from '../../../exchanges/registry.js'
import { Random } from '../../../engine/random.js'
import { startEmbeddedExchange } from '../../../feed/embedded/embedded-exchange.js'
import { FailureDetector } from '../../../feed/failure-detector.js'
import { LiveFeed } from '../../../feed/live-feed.js'
import { RealClock, type EdgeClock } from '../../../feed/real-clock.js'
import { realTimers, type Timers } from '../../../feed/timers.js'
import { MICROS_PER_MS, type Micros } from '../../../model/time.js'
import { Session } from '../../session.js'
import type { Probe, Use } from '../probe.js'
import type { Findings } from '../trial.js'

/** The feed's clock and timers run this much faster than the world. */
const HASTE = 4
const RATE = 80
/** Messages before the silence: seven seconds of the feed's time, for the rhythm has to be learned. */
const STALL_AFTER = 140
const AGAIN = 20
const PATIENCE_MS = 4_500
/** Replaced within this, in the feed's time; the exchange's own timeout would be a minute. */
const REPLACED_WITHIN_MS = 6_000
const QUIET_GAPS = 5_000
/** Once in a thousand pauses is what a suspicion of 3 means; twice that is tolerated, for each is only looked into. */
const MOST_FALSE_ALARMS = QUIET_GAPS / 500

export const detectorProbe: Probe = {
  mechanism: 'detector',
  promise: 'a stalled connection is replaced before its timeout, and a quiet market is not mistaken for a dead one',
  run,
}

async function run(use: Use): Promise<Findings> {
  const server = await startEmbeddedExchange({ rate: RATE, symbols: ['BTCUSDT'], faults: `stall@${STALL_AFTER}` })
  const clock = hastened(new RealClock())
  const streams = [resolveStream('btcusdt@trade', 'binance')]
  const feed = new LiveFeed({
    streams,
    exchanges: EXCHANGES,
    urls: [server.url],
    clock,
    timers: hastenedTimers,
    detector: use === 'with' ? 'on' : 'off',
  })
  const session = new Session({ command: 'probe', streams, feed, keepDeadLetter: () => undefined, filter: null })
  let received = 0
  let silentSince = 0
  let resumedAt = 0
  session.bus.subscribe('trade', trade => {
    received++
    if (received === STALL_AFTER) silentSince = trade.received
    else if (received > STALL_AFTER && resumedAt === 0) resumedAt = trade.received
    if (received >= STALL_AFTER + AGAIN) void feed.stop('enough')
  })
  const late = setTimeout(() => void feed.stop('no data came'), PATIENCE_MS)
  await feed.run(frame => session.deliver(frame))
  clearTimeout(late)
  await server.stop()
  await session.bus.stop()
  const silenceMs = resumedAt === 0 ? -1 : Math.round((resumedAt - silentSince) / MICROS_PER_MS)
  return {
    measured: { beforeSilence: Math.min(received, STALL_AFTER), resumed: resumedAt > 0, silenceMs, falseAlarms: falseAlarms() },
    required: { beforeSilence: { equal: STALL_AFTER }, resumed: { equal: true }, silenceMs: { atMost: REPLACED_WITHIN_MS }, falseAlarms: { atMost: MOST_FALSE_ALARMS } },
  } // prettier-ignore
}

/** Alarms over a market whose pauses last a second on average, and some of them half a minute. */
function falseAlarms(): number {
  const random = new Random('quiet')
  const detector = new FailureDetector()
  let at: Micros = 0
  let alarms = 0
  for (let index = 0; index < QUIET_GAPS; index++) {
    at += Math.round(Math.exp(random.normal() * 1.2 - 0.72) * 1_000_000)
    if (detector.health(at) === 'suspect') {
      alarms++
      // A second look at another connection finds the market quiet.
      detector.acquit(at)
    }
    detector.arrived(at)
  }
  return alarms
}

function hastened(clock: EdgeClock): EdgeClock {
  const start = clock.now()
  return {
    now: () => start + (clock.now() - start) * HASTE,
    monotonicMs: () => clock.monotonicMs() * HASTE,
  }
}

const hastenedTimers: Timers = { after: (delayMs, fire) => realTimers.after(delayMs / HASTE, fire) }
