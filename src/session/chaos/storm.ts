/** What a trial is put through at an intensity: how much is offered, what is cut and when, what arrives broken; all from one seed. */
import { Random } from '../../engine/random.js'

/** Against a connection, so many seconds into the trial. */
export interface Strike {
  readonly what: 'cut' | 'close' | 'stall'
  readonly atSeconds: number
}

export interface Storm {
  /** 1 to 1000. */
  readonly intensity: number
  readonly seed: number
  /** Messages of the market that are offered per second, each counted once however many lines carry it. */
  readonly messagesPerSecond: number
  /** How long the market is offered: long enough for the silence to be found out by somebody who has only this connection. */
  readonly seconds: number
  /** One every two seconds; the last is a connection that stays open and falls silent. */
  readonly strikes: readonly Strike[]
  /** Shares of messages that come after a broken one, or twice, in per cent. */
  readonly garbagePercent: number
  readonly duplicatePercent: number
}

export const STORM_SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT', 'BNBUSDT', 'XRPUSDT', 'ADAUSDT'] as const

/** Messages per second and unit of intensity that a trial must hold. */
export const REQUIRED_PER_INTENSITY = 10
/** Offered on top of that, since a clock of another process is not ours. */
const MARGIN = 1.05
/** Below this a silence says nothing about a connection. */
const LEAST_PER_SECOND = 240
const SECONDS = 12.5
const FIRST_STRIKE = 1.2
const STRIKE_EVERY = 1.8

export function stormOf(intensity: number, seed: number): Storm {
  const random = new Random(`${seed}/storm`)
  const kinds = [random.pick(KINDS), random.pick(KINDS), random.pick(KINDS), 'stall'] as const
  return {
    intensity,
    seed,
    messagesPerSecond: Math.max(LEAST_PER_SECOND, Math.ceil(intensity * REQUIRED_PER_INTENSITY * MARGIN)),
    seconds: SECONDS,
    strikes: kinds.map((what, index) => ({
      what,
      atSeconds: FIRST_STRIKE + index * STRIKE_EVERY + random.uniform() * 0.1,
    })),
    garbagePercent: 0.1 + 0.1 * random.uniform(),
    duplicatePercent: 0.3 + 0.3 * random.uniform(),
  }
}

const KINDS = ['cut', 'close'] as const

/** Where a second line carries on, the market need not last until the silent one has been replaced. */
const SECONDS_WITH_TWO_LINES = 8.2

export function forTwoLines(storm: Storm): Storm {
  return { ...storm, seconds: SECONDS_WITH_TWO_LINES }
}

/**
 * The storm as the embedded exchange takes it: times become counts of messages over all connections. With two of them a strike hits
 * whichever carries that message, and the other one stands.
 */
export function faultsOf(
  { strikes, messagesPerSecond, garbagePercent, duplicatePercent }: Storm,
  lines: 1 | 2,
): string {
  const triggers = strikes.map(({ what, atSeconds }) => `${what}@${Math.round(atSeconds * messagesPerSecond * lines)}`)
  return [...triggers, `garbage=${garbagePercent.toFixed(4)}%`, `dup=${duplicatePercent.toFixed(4)}%`].join(',')
}
