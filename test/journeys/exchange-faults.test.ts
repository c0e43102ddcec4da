/** What goes wrong on the wire, compared with what the server says it did: not one message may be unaccounted for. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { start, temporaryDirectory, type Finished } from '../support/genesis.js'
import { tradeMessages } from '../support/binance-server.js'
import { eventsIn, startBox, until, type Event } from './box.js'

const FIRST_ID = 1_000
const COUNT = 2_500
const STEP_MICROS = 2_000
/** One that the last trade overtook comes right behind it. */
const OVERTAKEN_MS = 300

/** Trades whose ids step by one, 500 a second. */
function tradesFile(): string {
  const path = join(temporaryDirectory('faults'), 'trades.jsonl')
  const created = 1_732_400_000_000_000
  const lines = tradeMessages(COUNT, 'BTCUSDT', FIRST_ID).map(
    (message, index) => `{"t":${String(created + index * STEP_MICROS)},"c":"binance","d":${message}}`,
  )
  const header = JSON.stringify({ genesis: 'recording', version: 1, created, streams: ['binance:btcusdt@trade'] })
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`)
  return path
}

const file = tradesFile()

interface Outcome {
  readonly client: Finished
  readonly server: Readonly<Record<string, number>>
}

/** Streams the recording through the faults to its last trade, and not on: a market that goes silent is soon suspected and connected to anew. */
async function streamed(faults: string, ...more: readonly string[]): Promise<Outcome> {
  const box = await startBox(file, '--as', 'binance', '--fault', faults)
  const running = start(['stream', 'btcusdt@trade', '--url', box.url, '--json', ...more])
  await running.saw(`"id":"${String(FIRST_ID + COUNT - 1)}"`)
  await new Promise(resolve => setTimeout(resolve, OVERTAKEN_MS))
  running.child.kill('SIGINT')
  const client = await running.finished
  return { client, server: await box.stop() }
}

function idsOf(events: readonly Event[]): number[] {
  return events.filter(event => event['type'] === 'trade').map(event => Number(event['id']))
}

/** Ids that gap events name. */
function gapIds(events: readonly Event[]): Set<number> {
  const ids = new Set<number>()
  for (const { state, detail } of events) {
    if (state !== 'gap') continue
    const [from = 0, to = from] = (String(detail).match(/\d+/g) ?? []).map(Number)
    for (let id = from; id <= to; id++) ids.add(id)
  }
  return ids
}

/** The frames of the client are the messages of the server, each in its place. */
function expectEveryMessageAccountedFor({ client, server }: Outcome): void {
  const { summary } = client
  expect(server['sent']).toBe(server['delivered']! + server['duplicated']! + server['garbage']!)
  expect(summary['frames']).toBe(summary['decoded'] + summary['control'] + summary['deadLettered'])
  // Each connection has one subscription to acknowledge.
  expect(summary['control']).toBe(server['connections'])
  expect(summary['deadLettered']).toBe(server['garbage'])
  expect(summary['decoded']).toBe(server['delivered']! + server['duplicated']!)
  expect(summary['duplicates']).toBe(server['duplicated'])
  expect(summary['events'].trade).toBe(server['delivered'])
  for (const { emitted, delivered, conflated, shed, failed } of summary['subscribers']) {
    expect(emitted).toBe(delivered + conflated + shed + failed)
  }
}

/** Between the first and the last trade an id was received or a gap says that it was not. */
function expectEveryHoleNamed(events: readonly Event[]): void {
  const ids = idsOf(events)
  const received = new Set(ids)
  expect(received.size).toBe(ids.length)
  const between = Array.from(
    { length: Math.max(...ids) - Math.min(...ids) + 1 },
    (_, index) => Math.min(...ids) + index,
  )
  const missing = between.filter(id => !received.has(id))
  expect([...gapIds(events)].filter(id => !received.has(id)).sort((a, b) => a - b)).toEqual(missing)
}

describe.concurrent('faults on request', () => {
  it('garbage, copies, losses and disorder are told apart to the message', async () => {
    const outcome = await streamed('garbage=1%,dup=2%,drop=1%,reorder=1%')
    expectEveryMessageAccountedFor(outcome)
    expectEveryHoleNamed(outcome.client.events)
    const { server } = outcome
    for (const kind of ['garbage', 'duplicated', 'dropped', 'reordered']) expect(server[kind], kind).toBeGreaterThan(0)
    expect(outcome.client.summary['reconnects']).toBe(0)
  })

  it('what is lost while cut off is a gap with the right ids', async () => {
    const outcome = await streamed('cut@400,cut@700')
    expectEveryMessageAccountedFor(outcome)
    expectEveryHoleNamed(outcome.client.events)
    expect(outcome.client.summary['reconnects']).toBe(2)
    expect(outcome.server).toMatchObject({ cuts: 2, connections: 3 })
    const ids = idsOf(outcome.client.events)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(ids.at(-1)).toBe(FIRST_ID + COUNT - 1)
  })

  it('a refused connection and late acknowledgements cost nothing', async () => {
    const outcome = await streamed('busy=2,late-ack=300ms')
    expectEveryMessageAccountedFor(outcome)
    expect(outcome.server['refusedConnections']).toBe(2)
    expect(outcome.client.summary).toMatchObject({ gaps: 0, duplicates: 0, deadLettered: 0, events: { trade: COUNT } })
  })
})

describe('a market that goes on', () => {
  it('a silent stall is replaced within ten seconds, and the hole is named', async () => {
    const box = await startBox('--rate', '100', '--fault', 'stall@300')
    const running = start(['stream', 'btcusdt@trade', '--exchange', 'sim', '--url', box.url, '--json'])
    await until(() => eventsIn(running).some(event => event['state'] === 'stale'), 20_000)
    await until(() => eventsIn(running).length > 450, 5_000)
    running.child.kill('SIGINT')
    const { events } = await running.finished
    const server = await box.stop()
    expect(server['stalls']).toBe(1)
    const times = events.filter(event => event['type'] === 'trade').map(event => Number(event['received']))
    const longest = Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)))
    expect(longest).toBeLessThan(10_000_000)
    expect(times.length).toBeGreaterThan(300)
    expectEveryHoleNamed(events)
  })

  it('an announced shutdown loses nothing and repeats nothing', async () => {
    const box = await startBox('--rate', '100', '--fault', 'shutdown@200')
    const running = start(['stream', 'btcusdt@trade', '--exchange', 'sim', '--url', box.url, '--json'])
    await until(() => idsOf(eventsIn(running)).length > 500, 15_000)
    running.child.kill('SIGINT')
    const { events, summary } = await running.finished
    const server = await box.stop()
    expect(server['connections']).toBe(2)
    expect(summary).toMatchObject({ gaps: 0, deadLettered: 0 })
    const ids = idsOf(events)
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, index) => (ids[0] ?? 0) + index))
  })
})
