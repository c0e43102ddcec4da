/** Candles built from the trades of a run in engine time: each closes on time, with or without trades, live and replayed alike. */
import type { Timer } from '../../engine/clock.js'
import { CandleBuilder, type BuiltCandle } from '../../market/candles.js'
import { parseInterval, type Interval } from '../../market/interval.js'
import { UsageError } from '../../model/errors.js'
import type { Status, Trade } from '../../model/event.js'
import { isOrderly, type ControlFrame } from '../../model/frame.js'
import type { Micros } from '../../model/time.js'
import type { Session } from '../session.js'

export interface CandleFeedStats {
  readonly interval: string
  readonly closed: number
  readonly empty: number
  readonly late: number
}

interface Lane {
  readonly builder: CandleBuilder
  readonly exchange: string
  /** Name of the stream that its trades come by, in status events. */
  readonly stream: string
  readonly aggregated: boolean
  timer: Timer | null
  due: Micros | null
}

/** @throws UsageError */
export function candleInterval(text: string): Interval {
  const interval = parseInterval(text)
  if (interval !== undefined) return interval
  throw new UsageError('interval', `${JSON.stringify(text)} is no interval of candles`, {
    hint: 'for example 1s, 5m, 4h, 1d, 1w, 1M',
  })
}

/** One builder for each market that trades are seen of. Where both single and aggregated trades come, the first kind is taken. */
export class CandleFeed {
  readonly #lanes = new Map<string, Lane>()
  readonly #out: BuiltCandle[] = []
  /** Connections that are down, by stream. */
  readonly #down = new Map<string, number>()

  /** @param lines how many connections carry each stream: a loss begins when the last one is down. */
  constructor(
    private readonly session: Session,
    private readonly interval: Interval,
    private readonly lines: number,
  ) {
    const { bus } = session
    const options = { componentId: `candles:${interval.text}`, essential: true } as const
    bus.subscribe('trade', trade => this.#add(trade), options)
    bus.subscribe('status', status => this.#heed(status), options)
    bus.subscribe('control', control => this.#heedLoss(control), options)
  }

  /** The run is over: candles that are due close, and the ones that are still open are given out as they stand. */
  finish(): void {
    for (const lane of this.#lanes.values()) lane.builder.finish(this.session.clock.now(), this.#out)
    this.#publish()
  }

  stats(): CandleFeedStats {
    const sum = { closed: 0, empty: 0, late: 0 }
    for (const { builder } of this.#lanes.values()) {
      const { closed, empty, late } = builder.stats()
      sum.closed += closed
      sum.empty += empty
      sum.late += late
    }
    return { interval: this.interval.text, ...sum }
  }

  #add(trade: Trade): void {
    const lane = this.#laneOf(trade)
    if (lane.aggregated !== (trade.aggregated === true)) return
    lane.builder.add(trade, this.#out)
    this.#publish()
    this.#arm(lane)
  }

  #laneOf(trade: Trade): Lane {
    const { exchange, symbol, pair } = trade
    const key = `${exchange}\n${pair}`
    let lane = this.#lanes.get(key)
    if (lane === undefined) {
      const builder = new CandleBuilder({ exchange, symbol, pair, interval: this.interval })
      const aggregated = trade.aggregated === true
      lane = { builder, exchange, stream: this.session.names.ofTrade(trade), aggregated, timer: null, due: null }
      this.#lanes.set(key, lane)
    }
    return lane
  }

  #arm(lane: Lane): void {
    const due = lane.builder.nextDue
    if (due === null || due === lane.due) return
    if (lane.timer !== null) this.session.clock.cancel(lane.timer)
    lane.due = due
    lane.timer = this.session.clock.schedule(due, () => {
      lane.due = null
      lane.timer = null
      lane.builder.advanceTo(this.session.clock.now(), this.#out)
      this.#publish()
      this.#arm(lane)
    })
  }

  #heed(status: Status): void {
    const { exchange, stream, state, detail, time } = status
    const key = `${exchange}\n${stream}`
    const down = this.#down.get(key) ?? 0
    if (state === 'disconnected' && !isOrderly(detail)) {
      this.#down.set(key, down + 1)
      if (down + 1 >= this.lines) this.#mark(exchange, stream, time, null)
    } else if (state === 'connected' && down > 0) {
      this.#down.set(key, down - 1)
      if (down === this.lines) this.#mark(exchange, stream, time, time)
    } else if (state === 'gap') this.#markHole(exchange, stream, time)
  }

  /** The ledger knows when the last trade before the hole was received. */
  #markHole(exchange: string, stream: string, time: Micros): void {
    const hole = this.session.gaps.list().findLast(row => row.exchange === exchange && row.stream === stream)
    this.#mark(exchange, stream, hole?.start ?? time, time)
  }

  #mark(exchange: string, stream: string, start: Micros, end: Micros | null): void {
    for (const lane of this.#lanes.values()) {
      if (lane.exchange === exchange && lane.stream === stream) lane.builder.gap(start, end)
    }
  }

  /** Frames that the recorder could not take are missing from every stream. */
  #heedLoss({ topic, value }: ControlFrame): void {
    if (topic !== 'recording.lost' || typeof value !== 'object' || value === null) return
    const { from, to } = value as { readonly from?: unknown; readonly to?: unknown }
    if (typeof from !== 'number' || typeof to !== 'number') return
    for (const { builder } of this.#lanes.values()) builder.gap(from, to)
  }

  #publish(): void {
    for (const candle of this.#out) this.session.derive(candle)
    this.#out.length = 0
  }
}
