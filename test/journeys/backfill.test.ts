/** Trades that were dropped on the way come back by REST, on the stream, in the recording and in its replay. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'
import { eventsIn, startBox, until, type Event } from './box.js'

function idsOf(events: readonly Event[]): number[] {
  return events.filter(event => event['type'] === 'trade').map(event => Number(event['id']))
}

/** Ids between the first and the last that never came. */
function missing(ids: readonly number[]): number {
  return Math.max(...ids) - Math.min(...ids) + 1 - new Set(ids).size
}

describe.concurrent('--backfill', () => {
  it('fills the holes of a lossy stream, late but once', async () => {
    const box = await startBox('--rate', '100', '--fault', 'drop=2%')
    const running = start(['stream', 'btcusdt@trade', '--exchange', 'sim', '--url', box.url, '--json', '--backfill'])
    await until(() => eventsIn(running).filter(event => event['state'] === 'gap').length >= 3, 15_000)
    // The last holes are asked for half a second after they were noticed.
    await new Promise(resolve => setTimeout(resolve, 2_500))
    running.child.kill('SIGINT')
    const { events, summary } = await running.finished
    const server = await box.stop()
    expect(server['dropped']).toBeGreaterThan(0)
    const { backfill } = summary
    expect(backfill.filled).toBeGreaterThan(0)
    expect(server['restRequests']).toBe(backfill.requests)
    const ids = idsOf(events)
    expect(new Set(ids).size).toBe(ids.length)
    expect(missing(ids)).toBe(backfill.lost)
    expect(summary['duplicates']).toBe(0)
  })

  it('of aggregated trades goes by their own ids', async () => {
    const box = await startBox('--rate', '100', '--fault', 'drop=3%')
    const running = start(['stream', 'btcusdt@aggTrade', '--exchange', 'sim', '--url', box.url, '--json', '--backfill'])
    await until(() => eventsIn(running).some(event => event['state'] === 'gap'), 15_000)
    await new Promise(resolve => setTimeout(resolve, 2_500))
    running.child.kill('SIGINT')
    const { events, summary } = await running.finished
    await box.stop()
    const ids = idsOf(events)
    expect(summary['backfill'].filled).toBeGreaterThan(0)
    expect(missing(ids)).toBe(summary['backfill'].lost)
  })

  it('is recorded, so that replay tells the same', async () => {
    const box = await startBox('--rate', '100', '--fault', 'drop=2%,cut@200')
    const path = join(temporaryDirectory('backfill'), 'lossy.jsonl')
    const running = start([
      'record',
      'btcusdt@trade',
      '--exchange',
      'sim',
      '--url',
      box.url,
      '--json',
      '--backfill',
      '-o',
      path,
    ])
    await until(() => eventsIn(running).filter(event => event['state'] === 'gap').length >= 4, 15_000)
    await new Promise(resolve => setTimeout(resolve, 3_000))
    running.child.kill('SIGINT')
    const recorded = await running.finished
    await box.stop()
    expect(recorded.summary['backfill'].filled).toBeGreaterThan(0)
    const replayed = await genesis(['replay', path, '--exchange', 'sim', '--speed', 'max', '--json'])
    expect(replayed.summary).toMatchObject({
      deadLettered: 0,
      events: { trade: recorded.summary['events'].trade },
      gaps: recorded.summary['gaps'],
      duplicates: recorded.summary['duplicates'],
    })
    const ids = idsOf(replayed.events)
    expect(new Set(ids).size).toBe(ids.length)
    expect(missing(ids)).toBe(recorded.summary['backfill'].lost)
  })

  it('asks for nothing unless told to', async () => {
    const box = await startBox('--rate', '100', '--fault', 'drop=5%')
    const running = start(['stream', 'btcusdt@trade', '--exchange', 'sim', '--url', box.url, '--json'])
    await until(() => eventsIn(running).some(event => event['state'] === 'gap'), 15_000)
    await new Promise(resolve => setTimeout(resolve, 600))
    running.child.kill('SIGINT')
    const { summary } = await running.finished
    expect(summary).not.toHaveProperty('backfill')
    expect((await box.stop())['restRequests']).toBe(0)
  })
})
