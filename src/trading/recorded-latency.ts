/** How long messages of each exchange were under way, as the events of a run tell it; delays of orders are drawn from it. */
import { Histogram } from '../engine/histogram.js'
import type { Random01 } from './latency.js'
import { DEFAULT_LATENCY_MS } from './latency.js'
import { MICROS_PER_MS, type Micros } from '../model/time.js'

/** The latest that are kept of each exchange. */
const MOST_KEPT = 4_096
/** Fewer say nothing yet: until then half of the default is drawn, so that both legs together take the default. */
const LEAST = 10
const UNKNOWN_LEG: Micros = (DEFAULT_LATENCY_MS * MICROS_PER_MS) / 2

/** What was measured of an exchange. Microseconds. */
export interface MeasuredLatency {
  readonly exchange: string
  readonly measured: number
  /** Events that came before their own time: the clocks differ, so they measure nothing and are left out. */
  readonly negative: number
  readonly p50: number | null
  readonly p99: number | null
  readonly max: number | null
  /** Delays drawn from what was measured, and delays for which too little was. */
  readonly drawn: number
  readonly assumed: number
}

interface Timed {
  readonly exchange: string
  readonly time: Micros
  readonly received: Micros
  readonly fetched?: boolean
}

export class RecordedLatency {
  private readonly exchanges = new Map<string, Samples>()

  /** An event whose time is that of its receipt tells no delay, and one that was fetched later tells a wrong one. */
  take({ exchange, time, received, fetched }: Timed): void {
    if (time !== received && fetched !== true) this.of(exchange).take(received - time)
  }

  /** One of the latest delays of the exchange, each equally likely. */
  draw(exchange: string, random: Random01): Micros {
    return this.of(exchange).draw(random)
  }

  account(): MeasuredLatency[] {
    return [...this.exchanges].map(([exchange, samples]) => ({ exchange, ...samples.account() }))
  }

  private of(exchange: string): Samples {
    let samples = this.exchanges.get(exchange)
    if (samples === undefined) this.exchanges.set(exchange, (samples = new Samples()))
    return samples
  }
}

class Samples {
  private readonly kept: Micros[] = []
  private readonly all = new Histogram()
  private measured = 0
  private negative = 0
  private drawn = 0
  private assumed = 0

  take(delay: Micros): void {
    if (delay < 0) {
      this.negative++
      return
    }
    this.kept[this.measured++ % MOST_KEPT] = delay
    this.all.record(delay)
  }

  draw(random: Random01): Micros {
    if (this.measured < LEAST) {
      this.assumed++
      return UNKNOWN_LEG
    }
    this.drawn++
    return this.kept[Math.floor(random() * this.kept.length)] ?? UNKNOWN_LEG
  }

  account(): Omit<MeasuredLatency, 'exchange'> {
    const { measured, negative, drawn, assumed } = this
    return { measured, negative, ...this.all.summary(), drawn, assumed }
  }
}
