import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { EXCHANGES } from '../../src/exchanges/registry.js'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'
import { eventsIn, startBox, until, type Event } from './box.js'
import { BOX_RECORDINGS, STARTED_MS, STEP_MS, type BoxRecording } from './box-recordings.js'

const directory = temporaryDirectory('box')

/** Writes a recording as `genesis record` would. */
function recordingFile(name: string, { streams, frames }: BoxRecording, label = ''): string {
  const path = join(directory, `${name}${label}.jsonl`)
  const header = {
    genesis: 'recording',
    version: 1,
    created: STARTED_MS * 1_000,
    streams: streams.map(stream => `${name}:${stream}`),
  }
  const lines = frames.map(
    (frame, index) => `{"t":${String((STARTED_MS + index * STEP_MS) * 1_000 + 777)},"c":"${name}","d":${frame}}`,
  )
  writeFileSync(path, `${[JSON.stringify(header), ...lines].join('\n')}\n`)
  return path
}

/** What an event says apart from when it was received. */
function told(event: Event): string {
  const { received, time, ...rest } = event
  return JSON.stringify(time === received ? rest : { ...rest, time })
}

/** Everything but books, by what orders it: a kind of event of one instrument. */
function toldByLane(events: readonly Event[]): Record<string, string[]> {
  const lanes: Record<string, string[]> = {}
  for (const event of events) {
    if (event['type'] === 'status' || event['type'] === 'summary' || event['type'] === 'book') continue
    const key = [event['type'], event['pair'], event['interval'] ?? ''].join(' ')
    ;(lanes[key] ??= []).push(told(event))
  }
  return lanes
}

type Side = Map<number, number>

/** The last state of each book as its events tell it. */
function books(events: readonly Event[]): Record<string, unknown> {
  const kept: Record<string, { bids: Side; asks: Side; sequence: unknown }> = {}
  for (const event of events) {
    if (event['type'] !== 'book') continue
    const book = (kept[String(event['pair'])] ??= { bids: new Map(), asks: new Map(), sequence: '' })
    for (const side of ['bids', 'asks'] as const) {
      if (event['snapshot'] === true) book[side].clear()
      for (const [price, size] of event[side] as [number, number][]) {
        if (size === 0) book[side].delete(price)
        else book[side].set(price, size)
      }
    }
    book.sequence = event['sequence']
  }
  const sorted = (side: Side): unknown => [...side].sort(([a], [b]) => a - b)
  return Object.fromEntries(
    Object.entries(kept).map(([pair, { bids, asks, sequence }]) => [
      pair,
      { bids: sorted(bids), asks: sorted(asks), sequence },
    ]),
  )
}

describe('genesis exchange FILE --as NAME serves what genesis stream --exchange NAME understands', () => {
  it('has a recording of every exchange', () => {
    expect([...EXCHANGES.keys()].filter(name => !BOX_RECORDINGS.has(name))).toEqual([])
  })

  for (const [name, recording] of BOX_RECORDINGS) {
    it.concurrent(name, async () => {
      await expectServed(name, recording, recording)
    })
  }

  // The second part of a recording that was rotated begins on connections whose channels were named in the first one.
  it.concurrent('bitfinex, where no message names the channels', async () => {
    const recording = BOX_RECORDINGS.get('bitfinex')!
    const unnamed = recording.frames.filter(frame => !frame.includes('"subscribed"'))
    expect(unnamed).not.toHaveLength(recording.frames.length)
    await expectServed('bitfinex', recording, { ...recording, frames: unnamed }, 'unnamed')
  })

  it.concurrent('bitfinex, to a client that wants a part of it', async () => {
    const recording = BOX_RECORDINGS.get('bitfinex')!
    const box = await startBox(recordingFile('bitfinex', recording, 'part'), '--as', 'bitfinex')
    const client = start(['stream', 'tBTCUSD@book', '--exchange', 'bitfinex', '--url', box.url, '--json'])
    await until(() => eventsIn(client).filter(event => event['type'] === 'book').length === 9, 12_000)
    client.child.kill('SIGINT')
    const { events, summary } = await client.finished
    await box.stop()
    expect(events.filter(event => event['type'] === 'book')).toHaveLength(9)
    expect(summary).toMatchObject({ deadLettered: 0, gaps: 0, duplicates: 0 })
  })
})

/** A client of the box that serves a recording hears what a replay of the other one tells. */
async function expectServed(name: string, replays: BoxRecording, serves: BoxRecording, label = ''): Promise<void> {
  const whole = recordingFile(name, replays)
  const replayed = await genesis(['replay', whole, '--exchange', name, '--speed', 'max', '--json'])
  expect(replayed.summary).toMatchObject({ deadLettered: 0, gaps: 0 })
  const { streams } = serves
  const box = await startBox(recordingFile(name, serves, label), '--as', name)
  const client = start(['stream', ...streams, '--exchange', name, '--url', box.url, '--json'])
  const wanted = { lanes: toldByLane(replayed.events), books: books(replayed.events) }
  const received = (): typeof wanted => ({
    lanes: toldByLane(eventsIn(client)),
    books: books(eventsIn(client)),
  })
  await until(() => isDeepStrictEqual(received(), wanted), 12_000)
  client.child.kill('SIGINT')
  const { events, summary } = await client.finished
  const stats = await box.stop()
  expect({ lanes: toldByLane(events), books: books(events) }).toEqual(wanted)
  expect(summary).toMatchObject({ deadLettered: 0, gaps: 0, duplicates: 0, reconnects: 0 })
  expect(events.filter(event => event['state'] === 'stale')).toEqual([])
  expect(stats['overLimit']).toBe(0)
}
