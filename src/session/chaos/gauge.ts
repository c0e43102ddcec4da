/** What a trial costs this process while it lasts: memory, and how late the event loop runs. */
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks'

export interface Cost {
  /** Growth of the heap's low-water mark from the first third of the trial to the last, in bytes. */
  readonly heapGrowth: number
  readonly peakRss: number
  readonly loopDelayP50Ms: number
  readonly loopDelayP99Ms: number
  readonly loopDelayMaxMs: number
}

const SAMPLE_MS = 50
const NANOS_PER_MS = 1e6
const RESOLUTION_MS = 10

export class Gauge {
  readonly #heap: number[] = []
  #peakRss = 0
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#delay.enable()
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS)
  }

  stop(): Cost {
    clearInterval(this.#timer)
    this.#delay.disable()
    this.#sample()
    const third = Math.max(1, Math.floor(this.#heap.length / 3))
    const ms = (nanos: number): number => Math.max(0, round(nanos / NANOS_PER_MS - RESOLUTION_MS))
    return {
      heapGrowth: Math.min(...this.#heap.slice(-third)) - Math.min(...this.#heap.slice(0, third)),
      peakRss: this.#peakRss,
      loopDelayP50Ms: ms(this.#delay.percentile(50)),
      loopDelayP99Ms: ms(this.#delay.percentile(99)),
      loopDelayMaxMs: ms(this.#delay.max),
    }
  }

  #sample(): void {
    const { heapUsed, rss } = process.memoryUsage()
    this.#heap.push(heapUsed)
    this.#peakRss = Math.max(this.#peakRss, rss)
  }
}

/** To a tenth. */
export function round(value: number): number {
  return Math.round(value * 10) / 10
}
