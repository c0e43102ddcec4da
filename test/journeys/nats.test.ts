import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { genesis, start, temporaryDirectory, type Finished, type Running } from '../support/genesis.js'
import { hasNats, NatsServer } from '../support/nats.js'
import { wait } from '../support/served.js'
import { eventsIn, startBox, type Event } from './box.js'

const EVENTS = 4_000
/** A recording brings the rules of its instruments; events bring none, so whoever trades them names the same. */
const RULES = join(temporaryDirectory('nats-rules'), 'rules.json')
writeFileSync(RULES, '{"sim:BTCUSDT":{"tickSize":"0.01","stepSize":"0.00001","minSize":"0.00001","minNotional":"5"}}')
const SMA = [
  '--strategy',
  'sma',
  '--param',
  'fast=5',
  '--param',
  'slow=20',
  '--rules',
  RULES,
  '--limit',
  String(EVENTS),
  '--json',
]

if (!hasNats)
  process.stderr.write(
    '\nNOT RUN: the journeys over NATS. There is no nats-server here (apt-get install nats-server).\n\n',
  )

describe('scale-out', () => {
  it('is tried where there is a broker, and says so where there is none; without one the command says what to do', async () => {
    const { code, stderr } = await genesis(['stream', '--from', 'nats://127.0.0.1:9'])
    expect(code).toBe(4)
    expect(stderr).toMatch(/127\.0\.0\.1:9.*nats-server/)
  })
})

if (hasNats) {
  describe('events on NATS JetStream', () => {
    const directory = temporaryDirectory('nats-journey')
    const recording = join(directory, 'market.jsonl')
    let alone: Finished
    let broker: NatsServer
    let started = false

    beforeAll(async () => {
      const streams = ['btcusdt@trade', 'btcusdt@quote', 'btcusdt@book']
      await genesis(['record', ...streams, '--exchange', 'sim', '--rate', '600', '--limit', '9000', '-o', recording])
      alone = await genesis(['paper', '--from-file', recording, ...SMA])
      expect(alone.summary['digest']).toMatch(/^[0-9a-f]{64}$/)
    })
    beforeEach(async () => {
      if (started) await broker.kill()
      started = true
      broker = await NatsServer.start()
    })
    afterAll(() => broker.kill())

    const publish = (speed: string, ...more: string[]) =>
      start(['replay', recording, '--speed', speed, '--publish', broker.url, '--json', ...more], { timeoutMs: 60_000 })
    const consume = (...more: string[]) =>
      start(['paper', '--from', `${broker.url}?start=all`, ...SMA, ...more], { timeoutMs: 60_000 })

    it('two collectors, one killed, the broker killed and started again, one paper consumer: the digest of one process alone', async () => {
      const a = publish('2')
      // The one that survives is behind the other: what it brings meanwhile is a copy.
      await a.saw('"trade"')
      const b = publish('2')
      const consumer = consume()
      await Promise.all([b.saw('"trade"'), consumer.saw('"order"')])
      await broker.kill()
      await wait(500)
      await broker.start()
      await wait(1_000)
      a.child.kill('SIGKILL')
      const [survivor, traded] = await Promise.all([b.finished, consumer.finished])
      expect(survivor.code).toBe(0)
      const { taken, confirmed, duplicates, waiting, lost, connections } = survivor.summary['published']
      expect({ taken, waiting, lost }).toEqual({ taken: confirmed, waiting: 0, lost: 0 })
      expect(duplicates).toBeGreaterThan(0)
      expect(connections).toBeGreaterThanOrEqual(2)
      expect(traded.code).toBe(0)
      expect(traded.summary['digest']).toBe(alone.summary['digest'])
      const fills = (run: Finished): unknown[] => run.events.filter(event => event['type'] === 'fill')
      expect(fills(alone).length).toBeGreaterThan(5)
      expect(fills(traded)).toEqual(fills(alone))
    }, 90_000)

    it('drops every second copy, and a consumer begins where it is told', async () => {
      const first = await publish('max').finished
      const second = await publish('max').finished
      const { taken } = first.summary['published']
      expect(first.summary['published']).toMatchObject({ confirmed: taken, duplicates: 0, lost: 0 })
      expect(second.summary['published']).toMatchObject({ confirmed: taken, duplicates: taken })
      const stream = async (query: string, ...more: string[]): Promise<Finished> =>
        genesis(['stream', '--from', `${broker.url}?${query}`, '--duration', '2s', '--json', ...more])
      const whole = await stream('start=all')
      const market = whole.events.filter(event => event['type'] !== 'summary')
      expect(market).toHaveLength(taken)
      const late = await stream('start=5001')
      expect(late.events.slice(0, -1)).toEqual(market.slice(5_000))
      const trades = await stream('start=all', 'sim:btcusdt@trade')
      expect(trades.summary['events']).toEqual({ trade: market.filter(event => event['type'] === 'trade').length })
    }, 60_000)

    it('tells states without number and time once, though two live collectors bring them, and loses none when one dies', async () => {
      const box = await startBox('--rate', '50', '--symbols', 'BTCUSDT')
      const collect = () =>
        start(['stream', 'btcusdt@quote', 'btcusdt@trade', '--exchange', 'sim', '--url', box.url, '--publish', broker.url, '--json'], { timeoutMs: 60_000 }) // prettier-ignore
      const [a, b] = [collect(), collect()]
      const quotes = (run: Running): Event[] => eventsIn(run).filter(event => event['type'] === 'quote')
      while (quotes(a).length < 50 || quotes(b).length < 50) await wait(50)
      b.child.kill('SIGKILL')
      await b.finished
      const had = quotes(a).length
      while (quotes(a).length < had + 50) await wait(50)
      a.child.kill('SIGINT')
      await a.finished
      await box.stop()
      const told = (run: Running): string[] => quotes(run).map(({ bid, bidSize, ask, askSize }) => JSON.stringify([bid, bidSize, ask, askSize])) // prettier-ignore
      const consumer = start(['stream', '--from', `${broker.url}?start=all`, '--duration', '2s', '--json'])
      const { summary } = await consumer.finished
      const { received, delivered, duplicates, copies, older, refused } = summary['source']
      expect(received).toBe(delivered + duplicates + copies + older + refused)
      expect(copies).toBeGreaterThan(30)
      expect(refused).toBe(0)
      // Whoever began first may have heard a few more at the beginning.
      const [whole, all] = [told(consumer), told(a)]
      expect(whole.slice(-all.length)).toEqual(all)
      const before = whole.slice(0, -all.length)
      expect(told(b).slice(0, before.length)).toEqual(before)
    }, 90_000)

    it('remembers the place of a durable consumer', async () => {
      await publish('max').finished
      const durable = (limit: string) => genesis(['stream', '--from', `${broker.url}?start=all&durable=bot`, '--limit', limit, '--json', 'sim:btcusdt@trade']) // prettier-ignore
      const ids = (run: Finished): number[] => run.events.filter(event => event['type'] === 'trade').map(event => Number(event['id'])) // prettier-ignore
      const [first, second] = [ids(await durable('100')), ids(await durable('100'))]
      expect(first).toHaveLength(100)
      expect(second).toEqual(Array.from({ length: 100 }, (_, index) => first.at(-1)! + 1 + index))
    }, 60_000)

    it('a stream that cannot be made stops the start with the reason', async () => {
      await publish('max').finished
      const { code, stderr } = await genesis(['replay', recording, '--publish', `${broker.url}?stream=OTHER`])
      expect(code).toBe(4)
      expect(stderr).toMatch(/overlap/)
    })

    it('a broker that is not there stops the start with the reason', async () => {
      await broker.kill()
      const { code, stderr } = await genesis([
        'replay',
        recording,
        '--publish',
        `nats://user:secret@127.0.0.1:${broker.port}`,
      ])
      expect(code).toBe(4)
      expect(stderr).toMatch(/nats-server/)
      expect(stderr).not.toContain('secret')
    })
  })
}
