import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TranscendentalEventBus } from '../../src/engine/bus.js'
import { VirtualClock } from '../../src/engine/clock.js'

interface Rig {
  bus: TranscendentalEventBus
  clock: VirtualClock
  /** Moves time on and lets every promise settle. */
  readonly pass: (ms: number) => Promise<void>
}

function rig(options: ConstructorParameters<typeof TranscendentalEventBus>[0] = {}): Rig {
  const clock = new VirtualClock()
  const bus = new TranscendentalEventBus({ clock, ...options })
  bus.start()
  const pass = async (ms: number): Promise<void> => {
    clock.advanceTo(clock.now() + ms * 1_000)
    await settle()
  }
  return { bus, clock, pass }
}

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe('asynchronous handlers (C1, C2)', () => {
  it('make emit return a promise that waits for all of them and is never rejected', async () => {
    const { bus } = rig()
    const done: string[] = []
    bus.subscribe('trade', async () => {
      await settle()
      done.push('slow')
    })
    bus.subscribe('trade', () => done.push('sync'))
    bus.subscribe('trade', () => Promise.reject(new Error('rejected')))
    const emitted = bus.emit('trade', 1)
    expect(done).toEqual(['sync'])
    expect(bus.stats().subscriptions[0]).toMatchObject({ inFlight: 1, delivered: 0 })
    expect(bus.check()).toEqual([])
    await emitted
    expect(done).toEqual(['sync', 'slow'])
    expect(bus.stats().subscriptions.map(({ delivered, failed, inFlight }) => [delivered, failed, inFlight])).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
    ])
    expect(bus.check()).toEqual([])
  })

  it('fail at their deadline; what they bring later is counted as late', async () => {
    const { bus, pass } = rig()
    let release: () => void = () => undefined
    const subscription = bus.subscribe('trade', () => new Promise<void>(resolve => (release = resolve)), {
      deadlineMs: 100,
    })
    let isOver = false
    void (bus.emit('trade', 1) as Promise<void>).then(() => (isOver = true))
    await pass(99)
    expect([isOver, subscription.stats().inFlight]).toEqual([false, 1])
    await pass(1)
    expect(isOver).toBe(true)
    expect(subscription.stats()).toMatchObject({ failed: 1, inFlight: 0, late: 0 })
    release()
    await settle()
    expect(subscription.stats()).toMatchObject({ failed: 1, delivered: 0, late: 1 })
    expect(bus.check()).toEqual([])
  })

  it('may wait for ever where they say so, up to the bound on open calls', async () => {
    const { bus, pass } = rig()
    const subscription = bus.subscribe('trade', () => new Promise(() => undefined), {
      deadlineMs: Infinity,
      maxInFlight: 2,
    })
    for (let count = 0; count < 3; count++) void bus.emit('trade', count)
    await pass(1e9)
    expect(subscription.stats()).toMatchObject({ emitted: 3, inFlight: 2, failed: 1 })
    expect(bus.check()).toEqual([])
  })

  it('are suspended after 20 rejections in a row', async () => {
    const { bus } = rig()
    const subscription = bus.subscribe('trade', () => Promise.reject(new Error('down')))
    for (let count = 0; count < 25; count++) await bus.emit('trade', count)
    expect(subscription.stats()).toMatchObject({ state: 'suspended', failed: 20, missed: 5 })
  })

  it('hold no deadlock: a handler may await what it emits itself', async () => {
    const { bus } = rig()
    const order: string[] = []
    bus.subscribe('a', async () => {
      order.push('a begins')
      await bus.emit('b', null)
      order.push('a ends')
    })
    bus.subscribe('b', async () => {
      order.push('b begins')
      await bus.emit('c', null)
      order.push('b ends')
    })
    bus.subscribe('c', async () => {
      await settle()
      order.push('c ends')
    })
    await bus.emit('a', null)
    expect(order.slice(0, 2)).toEqual(['a begins', 'b begins'])
    expect(order).toHaveLength(5)
  })
})

describe('deadlines', () => {
  it('leave no timer behind when the call or request has ended', async () => {
    const { bus, clock } = rig()
    bus.subscribe('trade', () => Promise.resolve())
    bus.respond('risk', 'ask', async () => Promise.resolve(1))
    await bus.emit('trade', 1)
    await bus.request('risk', 'ask')
    expect(clock.stats()).toMatchObject({ scheduled: 2, cancelled: 2, pending: 0 })
  })
})

describe('queue lanes', () => {
  it('deliver everything in order, one call at a time, after the emit', async () => {
    const { bus } = rig()
    const heard: number[] = []
    let open = 0
    bus.subscribe(
      'trade',
      async data => {
        expect(++open).toBe(1)
        await Promise.resolve()
        open--
        heard.push(data as number)
      },
      { delivery: 'queue' },
    )
    for (let count = 0; count < 1_000; count++) expect(bus.emit('trade', count)).toBeUndefined()
    expect(heard).toEqual([])
    expect(bus.stats().subscriptions[0]).toMatchObject({ queued: 1_000 })
    expect(bus.check()).toEqual([])
    await bus.stop()
    expect(heard).toEqual(Array.from({ length: 1_000 }, (_, index) => index))
    expect(bus.stats().subscriptions[0]).toMatchObject({ emitted: 1_000, delivered: 1_000, queued: 0, inFlight: 0 })
    expect(bus.check()).toEqual([])
  })

  it('ask for a pause when half full and for more when three quarters are free again', async () => {
    const states: string[] = []
    const { bus } = rig({ onPressure: ({ state, fill }) => states.push(`${state} ${fill}`) })
    bus.subscribe('trade', () => undefined, { delivery: 'queue', capacity: 64 })
    for (let count = 0; count < 31; count++) void bus.emit('trade', count)
    expect(states).toEqual([])
    void bus.emit('trade', 31)
    expect(states).toEqual(['high 0.5'])
    expect(bus.pressure).toEqual({ state: 'high', fill: 0.5 })
    await settle()
    expect(states).toEqual(['high 0.5', 'normal 0'])
  })

  it('keep asking until they are down to a quarter', async () => {
    const states: string[] = []
    const { bus } = rig({ onPressure: ({ state, fill }) => states.push(`${state} ${Math.round(fill * 1024)}`) })
    bus.subscribe('trade', () => undefined, { delivery: 'queue', capacity: 1_024 })
    for (let count = 0; count < 600; count++) void bus.emit('trade', count)
    await settle()
    expect(states).toEqual(['high 512', 'normal 88'])
  })

  it('lose nothing when full: the emitter waits for a synchronous handler', async () => {
    const { bus } = rig()
    const heard: number[] = []
    const subscription = bus.subscribe('trade', data => heard.push(data as number), { delivery: 'queue', capacity: 8 })
    for (let count = 0; count < 100; count++) void bus.emit('trade', count)
    await settle()
    expect(heard).toEqual(Array.from({ length: 100 }, (_, index) => index))
    expect(subscription.stats()).toMatchObject({ delivered: 100, failed: 0 })
    expect(bus.check()).toEqual([])
  })

  it('count each event as failed that a full lane with an open call cannot take, and suspend nobody for it', async () => {
    const { bus } = rig()
    const subscription = bus.subscribe('trade', () => new Promise(() => undefined), { delivery: 'queue', capacity: 4 })
    void bus.emit('trade', 'open')
    await settle()
    for (let count = 0; count < 50; count++) void bus.emit('trade', count)
    expect(subscription.stats()).toMatchObject({ state: 'active', emitted: 51, queued: 4, inFlight: 1, failed: 46 })
    expect(bus.check()).toEqual([])
  })

  it('go on after a handler that misses its deadline', async () => {
    const { bus, pass } = rig()
    const heard: number[] = []
    bus.subscribe(
      'trade',
      data => {
        heard.push(data as number)
        return data === 1 ? new Promise(() => undefined) : undefined
      },
      { delivery: 'queue', deadlineMs: 50 },
    )
    for (const data of [0, 1, 2, 3]) void bus.emit('trade', data)
    await pass(0)
    expect(heard).toEqual([0, 1])
    await pass(50)
    expect(heard).toEqual([0, 1, 2, 3])
    expect(bus.stats().subscriptions[0]).toMatchObject({ delivered: 3, failed: 1 })
    expect(bus.check()).toEqual([])
  })

  it('deliver nothing after the subscriber has left, and owe it nothing', async () => {
    const { bus } = rig()
    const heard: unknown[] = []
    const subscription = bus.subscribe('trade', data => heard.push(data), { delivery: 'queue' })
    for (let count = 0; count < 5; count++) void bus.emit('trade', count)
    subscription.unsubscribe()
    await settle()
    expect(heard).toEqual([])
    expect(bus.stats().left).toMatchObject({ emitted: 0, delivered: 0 })
    expect(bus.check()).toEqual([])
  })

  it('let what their handlers emit wait until those have returned', async () => {
    const { bus } = rig()
    const order: string[] = []
    bus.subscribe(
      'trade',
      () => {
        void bus.emit('signal', null)
        order.push('lane returned')
      },
      { delivery: 'queue' },
    )
    bus.subscribe('signal', () => order.push('signal'))
    void bus.emit('trade', 1)
    await settle()
    expect(order).toEqual(['lane returned', 'signal'])
  })

  it('run by priority', async () => {
    const { bus } = rig()
    const order: string[] = []
    for (const priority of ['low', 'critical', 'normal'] as const) {
      bus.subscribe('trade', () => order.push(priority), { delivery: 'queue', priority })
    }
    void bus.emit('trade', 1)
    await settle()
    expect(order).toEqual(['critical', 'normal', 'low'])
  })
})

describe('latest lanes', () => {
  const quote = (symbol: string, bid: number): object => ({ type: 'quote', exchange: 'x', symbol, bid })
  const trade = (symbol: string, id: number): object => ({ type: 'trade', exchange: 'x', symbol, id })

  it('deliver the newest state of each key and every trade, and count what was collapsed', async () => {
    const { bus } = rig()
    const heard: unknown[] = []
    const subscription = bus.subscribe('*', data => heard.push(data), { delivery: 'latest' })
    for (let count = 0; count < 10; count++) {
      void bus.emit('quote', quote('A', count))
      void bus.emit('trade', trade('A', count))
      void bus.emit('quote', quote('B', count))
    }
    await settle()
    expect(heard).toEqual([
      quote('A', 9),
      ...[trade('A', 0), quote('B', 9)],
      ...Array.from({ length: 9 }, (_, index) => trade('A', index + 1)),
    ])
    expect(subscription.stats()).toMatchObject({ emitted: 30, delivered: 12, conflated: 18 })
    expect(bus.check()).toEqual([])
  })

  it('rest between batches for their pace, but not when the bus stops', async () => {
    const { bus, pass } = rig()
    const heard: unknown[] = []
    bus.subscribe('quote', data => heard.push(data), {
      delivery: 'latest',
      key: String,
      paceMs: 100,
      merge: (_old, now) => now,
    })
    void bus.emit('quote', 'a')
    await settle()
    void bus.emit('quote', 'b')
    void bus.emit('quote', 'b')
    await settle()
    expect(heard).toEqual(['a'])
    await pass(100)
    expect(heard).toEqual(['a', 'b'])
    void bus.emit('quote', 'c')
    expect(await bus.stop()).toEqual({ drained: true, abandoned: 0 })
    expect(heard).toEqual(['a', 'b', 'c'])
  })

  it('count a key function that throws as a failure', () => {
    const { bus } = rig()
    const subscription = bus.subscribe('quote', () => undefined, {
      delivery: 'latest',
      key: () => {
        throw new Error('no key')
      },
    })
    void bus.emit('quote', 1)
    expect(subscription.stats()).toMatchObject({ emitted: 1, failed: 1, queued: 0 })
    expect(bus.check()).toEqual([])
  })
})

describe('load from lanes', () => {
  it('rises with the fullest lane and falls when it is empty again', async () => {
    const { bus } = rig()
    let table = 0
    bus.subscribe('trade', () => undefined, { delivery: 'queue', capacity: 16 })
    bus.subscribe('trade', () => table++, { sheddable: true, priority: 'background' })
    for (let count = 0; count < 16; count++) void bus.emit('trade', count)
    expect(bus.load).toBe('essential')
    expect(table).toBeLessThan(16)
    await settle()
    expect(bus.load).toBe('normal')
    const before = table
    void bus.emit('trade', 17)
    expect(table).toBe(before + 1)
    expect(bus.check()).toEqual([])
  })
})

describe('stop (C10)', () => {
  it('drains, is idempotent, and gives up what does not end in time', async () => {
    const { bus, pass } = rig()
    const subscription = bus.subscribe('trade', () => new Promise(() => undefined), { delivery: 'queue' })
    bus.subscribe('quote', () => new Promise(() => undefined), { deadlineMs: Infinity })
    for (let count = 0; count < 3; count++) void bus.emit('trade', count)
    void bus.emit('quote', 1)
    const reports = [bus.stop({ withinMs: 1_000 }), bus.stop()]
    expect(reports[0]).toBe(reports[1])
    await pass(999)
    expect(bus.stats().state).toBe('running')
    await pass(1)
    expect(await reports[0]).toEqual({ drained: false, abandoned: 4 })
    expect(bus.stats().state).toBe('stopped')
    expect(subscription.stats()).toMatchObject({ emitted: 3, failed: 3, queued: 0, inFlight: 0 })
    expect(bus.check()).toEqual([])
  })

  it('can be called by a handler and lets the event under way reach everybody', async () => {
    const { bus } = rig()
    const heard: string[] = []
    let report: Promise<unknown> | undefined
    bus.subscribe('trade', () => {
      report = bus.stop()
      void bus.emit('signal', null)
    })
    bus.subscribe('trade', () => heard.push('trade'))
    bus.subscribe('signal', () => heard.push('signal'))
    void bus.emit('trade', 1)
    expect(await report).toEqual({ drained: true, abandoned: 0 })
    expect(heard).toEqual(['trade', 'signal'])
  })

  it('ends a bus that was never started', async () => {
    const bus = new TranscendentalEventBus()
    void bus.emit('trade', 1)
    expect(await bus.stop()).toEqual({ drained: false, abandoned: 1 })
    expect(bus.stats()).toMatchObject({ state: 'stopped', refused: 1 })
  })
})

describe('any interleaving', () => {
  it('ends, in order for each lane, with every event accounted for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('direct', 'queue', 'latest'), { minLength: 1, maxLength: 4 }),
        fc.array(fc.record({ emits: fc.boolean(), fails: fc.boolean() }), { minLength: 1, maxLength: 8 }),
        async (scheduler, deliveries, plans) => {
          const defer = (work: () => void): void => void scheduler.schedule(Promise.resolve('lanes')).then(work)
          const bus = new TranscendentalEventBus({ defer })
          bus.start()
          const logs = new Map<number, number[]>()
          let next = 0
          let budget = 30
          deliveries.forEach((delivery, listener) => {
            const log: number[] = []
            logs.set(listener, log)
            bus.subscribe(
              'tick',
              async data => {
                const number = data as number
                const plan = plans[(number + listener) % plans.length]!
                log.push(number)
                await scheduler.schedule(Promise.resolve(`work ${listener} on ${number}`))
                if (plan.emits && budget-- > 0) void bus.emit('tick', next++)
                await scheduler.schedule(Promise.resolve('rest'))
                if (plan.fails) throw new Error('planned')
              },
              { delivery, essential: true, ...(delivery === 'latest' ? { key: () => 'state' } : {}) },
            )
          })
          for (const plan of plans) {
            void bus.emit('tick', next++)
            if (plan.emits && scheduler.count() > 0) await scheduler.waitNext(1)
            expect(bus.check()).toEqual([])
          }
          const stopped = bus.stop()
          await scheduler.waitFor(stopped)
          expect(await stopped).toEqual({ drained: true, abandoned: 0 })
          expect(bus.check()).toEqual([])
          for (const [listener, log] of logs) {
            const { emitted, delivered, failed, conflated } = bus.stats().subscriptions[listener]!
            expect(emitted).toBe(next)
            expect(delivered + failed).toBe(log.length)
            expect(delivered + failed + conflated).toBe(next)
            expect(log).toEqual([...log].sort((a, b) => a - b))
            expect(log.at(-1)).toBe(next - 1)
          }
        },
      ),
      { numRuns: 150 },
    )
  })
})
