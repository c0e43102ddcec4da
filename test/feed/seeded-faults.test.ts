/** Safety while faults rain, liveness once they stop: real sockets, virtual timers, every fault drawn from a seed. */
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../../src/engine/random.js'
import type { Frame } from '../../src/model/frame.js'
import { frame } from '../support/fault-server.js'
import type { Peer } from '../support/fault-server.js'
import { ATTENTIVE, Rig, serve } from './harness.js'
import type { Harness } from './harness.js'
import { LIMITS_WITH, plainExchange } from './plain-exchange.js'
import { pass, VirtualTime } from './virtual-time.js'

const rig = new Rig()
afterAll(() => rig.end())

const STREAMS = ['BTC@trade', 'ETH@trade', 'SOL@trade', 'XRP@trade']

/** A server of four numbered streams that misbehaves for as long as it is told to. */
class Weather {
  bad = true
  private readonly subscribers = new Map<Peer, readonly string[]>()
  private next = 1

  constructor(private readonly random: Random) {}

  greet = (peer: Peer): void => {
    if (!this.bad || this.random.chance(0.5)) this.welcome(peer)
    else this.random.pick([() => peer.reset(), () => peer.respond(503), () => undefined, () => peer.accept()])()
  }

  /** One market step: a trade on every stream, and in bad weather a fault here and there. */
  tick(): void {
    for (const [peer, symbols] of this.subscribers) {
      for (const symbol of symbols) peer.json({ symbol, trade: this.next })
      if (this.bad && this.random.chance(0.02)) this.strike(peer)
    }
    this.next++
  }

  private welcome(peer: Peer): void {
    serve(peer, streams => {
      const known = this.subscribers.get(peer) ?? []
      this.subscribers.set(peer, [...known, ...streams.map(name => name.split('@')[0] ?? '')])
    })
  }

  private strike(peer: Peer): void {
    const { random } = this
    random.pick([
      () => this.lose(peer, () => peer.reset()),
      () => this.lose(peer, () => peer.fin()),
      () => this.lose(peer, () => peer.close(1012, 'restart')),
      () => this.lose(peer, () => (peer.answersPings = false)),
      () => this.lose(peer, () => undefined),
      () => peer.write(frame(3, Buffer.from('x'))),
      () => peer.text('{"torn":'),
      () => peer.json({ renew: 'maintenance' }),
    ])()
  }

  private lose(peer: Peer, how: () => unknown): void {
    this.subscribers.delete(peer)
    how()
  }
}

const never = (): boolean => false

async function live(seed: number): Promise<{ run: Harness; time: VirtualTime; weather: Weather }> {
  const random = new Random(seed)
  const time = new VirtualTime()
  const weather = new Weather(random.fork('weather'))
  const server = await rig.server(weather.greet)
  const feedRandom = random.fork('feed')
  const run = rig.run({
    urls: [server.url],
    streams: STREAMS,
    lines: 2,
    clock: time,
    timers: time,
    random: () => feedRandom.uniform(),
    exchange: plainExchange({
      heartbeat: { ...ATTENTIVE, silenceMs: 5_000 },
      limits: LIMITS_WITH({ streamsPerConnection: 2, connectionLifeMs: 20_000 }),
    }),
  })
  const trade = (): void => {
    weather.tick()
    time.after(200, trade)
  }
  time.after(200, trade)
  return { run, time, weather }
}

/** Every line speaks in the order connected, data, disconnected; trades of a connection come once and in order. */
function checkOrder(frames: readonly Frame[]): void {
  const open = new Set<number>()
  const last = new Map<string, number>()
  let lastAt = 0
  for (const one of frames) {
    expect(one.receivedAt).toBeGreaterThanOrEqual(lastAt)
    lastAt = one.receivedAt
    if (one.kind === 'link' && one.state === 'connected') {
      expect(open.has(one.line)).toBe(false)
      open.add(one.line)
      for (const key of last.keys()) if (key.startsWith(`${String(one.line)} `)) last.delete(key)
    } else if (one.kind === 'link' && one.state === 'disconnected') {
      expect(open.delete(one.line)).toBe(true)
    } else if (one.kind === 'data') {
      expect(open.has(one.line)).toBe(true)
      const [, symbol, id] = /"symbol":"(\w+)","trade":(\d+)/.exec(one.data.toString()) ?? []
      if (symbol === undefined) continue
      const key = `${String(one.line)} ${symbol}`
      expect(Number(id)).toBeGreaterThan(last.get(key) ?? 0)
      last.set(key, Number(id))
    }
  }
}

describe.concurrent('under seeded faults', () => {
  it.each([1, 2, 3, 4, 5])('seed %d: order holds, and every stream is live again on both lines', async seed => {
    const { run, time, weather } = await live(seed)
    await pass(time, 60_000, never, 50)
    weather.bad = false
    const isWell = (): boolean =>
      run.feed.report().filter(line => line.open && line.streams.every(stream => stream.state === 'live')).length >= 4
    await pass(time, 20_000, never, 50)
    const tookMs = await pass(time, 40_000, isWell, 50)
    expect(tookMs).toBeLessThan(40_000)
    const before = run.trades.length
    await pass(time, 1_000)
    expect(new Set(run.trades.slice(before).map(trade => trade.symbol))).toEqual(new Set(['BTC', 'ETH', 'SOL', 'XRP']))
    checkOrder(run.frames)
    expect(run.feed.stats().reconnects).toBeGreaterThan(3)
    await run.feed.stop('enough')
    const frames = run.frames.length
    // Only the market's own timer goes on.
    expect(time.waiting).toBe(1)
    await pass(time, 500)
    expect(run.frames).toHaveLength(frames)
    checkOrder(run.frames)
  })
})
