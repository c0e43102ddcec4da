/** Questions about the run. */
import { z } from 'zod'
import type { Status } from '../model/event.js'
import * as schemas from './schemas.js'
import { route, type Route } from './route.js'
import { HttpProblem, type Desk } from './view.js'

export const STATE_ROUTES: readonly Route[] = [
  route({
    method: 'get', path: '/health', tag: 'health', summary: 'whether the process answers', isOpen: true,
    result: schemas.health,
    answer: () => ({ status: 'ok' as const }),
  }),
  route({
    method: 'get', path: '/ready', tag: 'health', summary: 'whether every stream that was asked for has been connected', isOpen: true,
    result: schemas.readiness,
    answer: (_, desk) => ({ ready: isReady(desk) }),
  }),
  route({
    method: 'get', path: '/api/streams', tag: 'state', summary: 'streams with their state, symbols with their figures',
    result: schemas.streams,
    answer: (_, desk) => ({ streams: streamRows(desk), symbols: symbolRows(desk) }),
  }),
  route({
    method: 'get', path: '/api/connections', tag: 'state', summary: 'connections to exchanges with the health of each stream',
    result: schemas.connections,
    answer: (_, desk) => ({ connections: connectionRows(desk) }),
  }),
  route({
    method: 'get', path: '/api/books', tag: 'state', summary: 'order books that are kept',
    result: schemas.books,
    answer: (_, { fanOut }) => ({
      books: [...fanOut.state.books()].map(({ event: { exchange, symbol, pair, sequence, time }, isWhole, levels }) => ({
        exchange, symbol, pair, isWhole, bidLevels: levels[0], askLevels: levels[1], sequence, time,
      })),
    }),
  }),
  route({
    method: 'get', path: '/api/books/{exchange}/{symbol}', tag: 'state', summary: 'one order book, best levels first',
    query: { depth: schemas.wholeNumber(5_000).default(20) },
    result: schemas.book,
    answer: ({ params, query }, { fanOut }) => {
      const book = fanOut.state.book(params.get('exchange') ?? '', params.get('symbol') ?? '', query.depth)
      if (book === undefined) throw new HttpProblem(404, 'no_book', 'there is no such book, or it may be wrong at the moment')
      return { ...book, snapshot: true as const, bids: [...book.bids], asks: [...book.asks] }
    },
  }),
  route({
    method: 'get', path: '/api/candles/{exchange}/{symbol}', tag: 'state',
    summary: "candles, oldest first, the open one last: the exchange's own, or built from trades (1s and 1m)",
    query: { interval: z.string().max(8).default('1m'), limit: schemas.wholeNumber(2_000).default(500) },
    result: schemas.candles,
    answer: ({ params, query }, { fanOut }) => ({
      candles: [
        ...fanOut.state.candles(params.get('exchange') ?? '', params.get('symbol') ?? '', query.interval),
      ].slice(-query.limit),
    }),
  }),
  route({
    method: 'get', path: '/api/positions', tag: 'state', summary: 'positions of all strategies',
    result: schemas.positions,
    answer: (_, desk) => ({ positions: summaries(desk).flatMap(summary => summary.positions.map(position => ({ ...position }))) }),
  }),
  route({
    method: 'get', path: '/api/orders', tag: 'state', summary: 'open orders of all strategies',
    result: schemas.orders,
    answer: (_, desk) => ({ orders: summaries(desk).flatMap(summary => summary.openOrders.map(order => ({ ...order }))) }),
  }),
  route({
    method: 'get', path: '/api/strategies', tag: 'state', summary: 'strategies with their accounts',
    result: schemas.strategies,
    answer: (_, desk) => ({
      strategies: summaries(desk).map(({ strategy, blocks, failure, equity, counts, refusals, openOrders }) => ({
        strategy, blocks, failure, equity: { ...equity }, counts: { ...counts }, refusals: { ...refusals }, openOrders: openOrders.length,
      })),
    }),
  }),
  route({
    method: 'get', path: '/api/mechanisms', tag: 'state', summary: 'the thirteen mechanisms: state, counters, last action',
    result: schemas.mechanisms,
    answer: (_, { mechanisms }) => ({ mechanisms: mechanisms().map(mechanism => ({ ...mechanism, counters: { ...mechanism.counters } })) }),
  }),
  route({
    method: 'get', path: '/api/gaps', tag: 'state', summary: 'what is missing, and why',
    result: schemas.gaps,
    answer: (_, { parts: { session } }) => ({ totals: session.gaps.totals(), gaps: session.gaps.list().slice(-1_000) }),
  }),
  route({
    method: 'get', path: '/api/account', tag: 'state', summary: 'the account of the run so far, as it is printed at its end',
    result: schemas.account,
    answer: (_, { parts: { session }, elapsedMs }) => ({ ...session.summary('end', elapsedMs()), ended: null }),
  }),
  route({
    method: 'get', path: '/api/clients', tag: 'state', summary: 'listeners of /events with the account of each',
    result: schemas.clients,
    answer: (_, { fanOut }) => ({ clients: fanOut.reports().map(report => ({ ...report, topics: [...report.topics] })) }),
  }),
  route({
    method: 'get', path: '/api/recordings', tag: 'state', summary: 'recordings that are open',
    result: schemas.recordings,
    answer: (_, { parts: { control } }) => ({ recordings: control.recordings.reports().map(recordingRow) }),
  }),
] // prettier-ignore

type RecordingReport = ReturnType<Desk['parts']['control']['recordings']['reports']>[number]

export function recordingRow({ id, path, began, accepted, written, bytes, leftOut, failure }: RecordingReport) {
  return { id, path, began, accepted, written, bytes, leftOut, failure: failure?.message ?? null }
}

function summaries({ parts: { trading } }: Desk) {
  return trading?.desks().map(desk => desk.summary()) ?? []
}

/** The latest word on each stream; a stream that joined an open connection brings none and is known by its data. */
function streamRows({ parts: { control, live }, fanOut }: Desk) {
  const reports = live?.feed.report() ?? []
  const isCarried = (exchange: string, name: string): boolean =>
    reports.some(
      line =>
        line.exchange === exchange &&
        line.open &&
        line.streams.some(stream => stream.name === name && stream.arrivals > 0),
    )
  const latest = new Map<string, Status>()
  for (const event of fanOut.state.snapshot()) {
    if (isStatus(event)) latest.set(`${event.exchange}:${event.stream}`, event)
  }
  const asked = control.streams()
  return (asked.length > 0 ? asked : [...latest.values()].map(streamOf)).map(
    ({ exchange, symbol, pair, channel, interval, name }) => {
      const status = latest.get(`${exchange}:${name}`)
      return {
        stream: `${exchange}:${name}`,
        exchange,
        symbol,
        pair,
        channel: interval === null ? channel : `${channel}_${interval}`,
        state: stateOf(status, channel, isCarried(exchange, name)),
        detail: status?.detail ?? '',
        since: status?.time ?? null,
      }
    },
  )
}

/** Who follows all that another process hears knows its streams by what is said of them. */
function streamOf({ exchange, stream: name }: Status) {
  const at = name.indexOf('@')
  const symbol = at < 0 ? name : name.slice(0, at)
  return { exchange, symbol, pair: symbol, channel: at < 0 ? '' : name.slice(at + 1), interval: null, name }
}

/** A gap among trades is a moment; a book's lasts until the book is whole again. */
function stateOf(status: Status | undefined, channel: string, isCarried: boolean): string {
  const isPast = status?.state === 'gap' && !channel.startsWith('book')
  if (status === undefined || isPast) return isCarried ? 'connected' : 'waiting'
  return status.state
}

function isStatus(event: object): event is Status {
  return 'type' in event && event.type === 'status'
}

function symbolRows({ board }: Desk) {
  return board.rows().map(row => ({
    exchange: row.exchange,
    symbol: row.symbol,
    pair: row.pair,
    events: row.events,
    rate: board.rateOf(row),
    last: row.last,
    bid: row.bid,
    ask: row.ask,
    latency: row.latency.summary(),
    gaps: row.gaps,
    reconnects: row.reconnects,
    spark: [...row.spark],
  }))
}

function connectionRows({ parts: { live } }: Desk) {
  return (live?.feed.report() ?? []).map(({ exchange, line, copy, open, base, streams }) => ({
    exchange,
    line,
    copy,
    open,
    address: base,
    streams: streams.map(({ name, state, health, arrivals }) => ({ name, state, health, arrivals })),
  }))
}

function isReady(desk: Desk): boolean {
  if (desk.parts.live === null) return true
  const lines = desk.parts.live.feed.report()
  return desk.parts.control
    .streams()
    .every(({ exchange, name }) =>
      lines.some(line => line.exchange === exchange && line.open && line.streams.some(stream => stream.name === name)),
    )
}
