/** The run's figures for Prometheus, read when they are asked for; only latencies are watched event by event. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import { FEED_EVENTS } from '../session/events.js'
import type { MarketEvent } from '../model/event.js'
import type { Desk } from './view.js'

export interface Metrics {
  read(): Promise<{ readonly text: string; readonly type: string }>
}

/** Seconds: from a tenth of a millisecond to ten seconds. */
const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const MICROS_PER_SECOND = 1e6

/** Names follow the conventions of Prometheus: base units, `_total` for what only grows. */
export function createMetrics(desk: Desk, nowMicros: () => number): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  watchLatencies(desk, registry, nowMicros)
  collectFrames(desk, registry)
  collectSymbols(desk, registry)
  collectFeed(desk, registry)
  collectBus(desk, registry)
  collectClients(desk, registry)
  collectMechanisms(desk, registry)
  return { read: async () => ({ text: await registry.metrics(), type: registry.contentType }) }
}

/** From the exchange to us, and from our socket to the end of the run's own work on the event. */
function watchLatencies({ parts: { session } }: Desk, registry: Registry, nowMicros: () => number): void {
  const histogram = new Histogram({
    name: 'genesis_latency_seconds',
    help: 'time an event took: transport from the exchange to the socket, pipeline from the socket through all subscribers before this one',
    labelNames: ['stage', 'exchange'],
    buckets: BUCKETS,
    registers: [registry],
  })
  const options = { componentId: 'metrics', priority: 'background', sheddable: true } as const
  const watch = (event: MarketEvent): void => {
    const { exchange, time, received } = event
    if (time !== received) histogram.observe({ stage: 'transport', exchange }, (received - time) / MICROS_PER_SECOND)
    histogram.observe({ stage: 'pipeline', exchange }, Math.max(0, nowMicros() - received) / MICROS_PER_SECOND)
  }
  for (const type of FEED_EVENTS) if (type !== 'status') session.bus.subscribe(type, watch, options)
}

/** A counter whose value stands elsewhere already. */
function counter<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  collect: (set: (labels: Readonly<Record<Label, string>>, value: number) => void) => void,
): void {
  new Counter({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset()
      collect((labels, value) => this.inc(labels, value))
    },
  })
}

function gauge<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  collect: (set: (labels: Readonly<Record<Label, string>>, value: number) => void) => void,
): void {
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset()
      collect((labels, value) => this.set(labels, value))
    },
  })
}

const NO_LABELS = {}

function collectFrames({ parts: { session }, elapsedMs }: Desk, registry: Registry): void {
  counter(registry, 'genesis_frames_total', 'frames by what became of them', ['outcome'], set => {
    const { decoded, control, deadLettered } = session.boundary.stats()
    set({ outcome: 'decoded' }, decoded)
    set({ outcome: 'control' }, control)
    set({ outcome: 'dead_lettered' }, deadLettered)
  })
  counter(registry, 'genesis_events_total', 'events published, by type', ['type'], set => {
    for (const [type, count] of Object.entries(session.summary('end', elapsedMs()).events)) set({ type }, count)
  })
  counter(registry, 'genesis_gaps_total', 'gaps found in streams', [], set =>
    set(NO_LABELS, session.gaps.totals().gaps),
  )
  gauge(registry, 'genesis_gaps_open', 'gaps that have not ended', [], set =>
    set(NO_LABELS, session.gaps.totals().open),
  )
  counter(registry, 'genesis_missing_ids_total', 'ids known to be missing', [], set =>
    set(NO_LABELS, session.gaps.totals().missing),
  )
  counter(registry, 'genesis_duplicates_total', 'copies of trades that had come before', [], set =>
    set(NO_LABELS, session.arbiter.stats().duplicates),
  )
  counter(
    registry,
    'genesis_conflicts_total',
    'trades held back because another one had come under their id',
    [],
    set => set(NO_LABELS, session.arbiter.stats().conflicts),
  )
}

function collectSymbols({ board }: Desk, registry: Registry): void {
  const labels = ['exchange', 'symbol'] as const
  counter(registry, 'genesis_symbol_events_total', 'events by exchange and symbol', labels, set => {
    for (const { exchange, symbol, events } of board.rows()) set({ exchange, symbol }, events)
  })
  gauge(registry, 'genesis_symbol_last_event_seconds', 'when the last event was received, since 1970', labels, set => {
    for (const { exchange, symbol, received } of board.rows()) {
      if (received > 0) set({ exchange, symbol }, received / MICROS_PER_SECOND)
    }
  })
}

function collectFeed({ parts: { live } }: Desk, registry: Registry): void {
  if (live === null) return
  counter(registry, 'genesis_reconnects_total', 'connections opened again after an end nobody wanted', [], set =>
    set(NO_LABELS, live.feed.stats().reconnects),
  )
  counter(registry, 'genesis_handovers_total', 'connections replaced before their end', [], set =>
    set(NO_LABELS, live.feed.stats().handovers),
  )
  gauge(registry, 'genesis_connection_up', 'whether a connection is open', ['exchange', 'line'], set => {
    for (const { exchange, line, open } of live.feed.report()) set({ exchange, line: String(line) }, open ? 1 : 0)
  })
}

function collectBus({ parts: { session } }: Desk, registry: Registry): void {
  gauge(
    registry,
    'genesis_bus_queue_events',
    'events that wait in the queue of a subscriber',
    ['subscriber', 'topic'],
    set => {
      for (const { componentId, eventType, queued } of session.bus.stats().subscriptions) {
        set({ subscriber: componentId, topic: eventType }, queued)
      }
    },
  )
  counter(
    registry,
    'genesis_bus_events_total',
    'events owed to a subscriber, by what became of them',
    ['subscriber', 'topic', 'outcome'],
    set => {
      for (const account of session.bus.stats().subscriptions) {
        for (const outcome of ['delivered', 'conflated', 'shed', 'failed'] as const) {
          set({ subscriber: account.componentId, topic: account.eventType, outcome }, account[outcome])
        }
      }
    },
  )
}

function collectClients({ fanOut }: Desk, registry: Registry): void {
  gauge(registry, 'genesis_clients', 'listeners of /events', [], set => set(NO_LABELS, fanOut.size))
  gauge(registry, 'genesis_ring_events', 'events kept for slow and returning listeners', [], set =>
    set(NO_LABELS, fanOut.ring.size),
  )
  counter(
    registry,
    'genesis_client_events_total',
    'events owed to listeners, by what became of them',
    ['outcome'],
    set => {
      const { delivered, conflated, dropped } = fanOut.totals()
      const sums = { delivered, conflated, dropped }
      for (const report of fanOut.reports()) {
        sums.delivered += report.delivered
        sums.conflated += report.conflated
        sums.dropped += report.dropped
      }
      for (const [outcome, value] of Object.entries(sums)) set({ outcome }, value)
    },
  )
  counter(registry, 'genesis_slow_clients_total', 'lossless listeners that fell behind what is kept', [], set =>
    set(NO_LABELS, fanOut.totals().slow),
  )
}

function collectMechanisms({ mechanisms }: Desk, registry: Registry): void {
  gauge(registry, 'genesis_mechanism', 'counters of the thirteen mechanisms', ['mechanism', 'counter'], set => {
    for (const { name, counters } of mechanisms()) {
      for (const [key, value] of Object.entries(counters)) {
        if (typeof value === 'number') set({ mechanism: name, counter: key }, value)
      }
    }
  })
} // prettier-ignore
