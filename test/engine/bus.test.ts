import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TranscendentalEventBus } from '../../src/engine/bus.js'
import type { HandlerFailure } from '../../src/engine/bus-options.js'
import type { Suspended } from '../../src/engine/event-map.js'

function startedBus(options: ConstructorParameters<typeof TranscendentalEventBus>[0] = {}): TranscendentalEventBus {
  const bus = new TranscendentalEventBus(options)
  bus.start()
  return bus
}

/** Enough events to have a topic's run compiled. */
const HOT = 600

describe('delivery', () => {
  it('calls handlers with data, event type and source, by priority and then by order of subscription', () => {
    const bus = startedBus()
    const heard: string[] = []
    for (const priority of ['background', 'low', 'normal', 'high', 'critical', 'high'] as const) {
      bus.subscribe('trade', (data, type, source) => heard.push(`${priority} ${String(data)} ${type} ${source}`), {
        priority,
      })
    }
    expect(bus.emit('trade', 7, 'feed')).toBeUndefined()
    expect(heard).toEqual([
      'critical 7 trade feed',
      'high 7 trade feed',
      'high 7 trade feed',
      'normal 7 trade feed',
      'low 7 trade feed',
      'background 7 trade feed',
    ])
    expect(bus.check()).toEqual([])
  })

  it('matches patterns at dots only, also for event types that come later', () => {
    const bus = startedBus()
    const heard: string[] = []
    bus.subscribe('order.*', (_data, type) => heard.push(`order.* ${type}`))
    bus.subscribe('*', (_data, type) => heard.push(`* ${type}`))
    for (const type of ['order', 'order.new', 'order.new.late', 'orders.new']) void bus.emit(type, null)
    expect(heard).toEqual([
      '* order',
      'order.* order.new',
      '* order.new',
      'order.* order.new.late',
      '* order.new.late',
      '* orders.new',
    ])
    expect(bus.check()).toEqual([])
  })

  it('publishes an event under its own type', () => {
    const bus = new TranscendentalEventBus<{ trade: { type: 'trade'; price: number } }>()
    const heard: number[] = []
    bus.subscribe('trade', trade => heard.push(trade.price))
    bus.start()
    void bus.publish({ type: 'trade', price: 5 })
    expect(heard).toEqual([5])
  })

  it('keeps events emitted before the start, in order, and refuses those after the stop', async () => {
    const bus = new TranscendentalEventBus()
    const heard: unknown[] = []
    bus.subscribe('trade', data => heard.push(data))
    void bus.emit('trade', 1)
    void bus.emit('trade', 2)
    expect(heard).toEqual([])
    bus.start()
    bus.start()
    void bus.emit('trade', 3)
    expect(await bus.stop()).toEqual({ drained: true, abandoned: 0 })
    void bus.emit('trade', 4)
    expect(heard).toEqual([1, 2, 3])
    expect(bus.stats()).toMatchObject({ state: 'stopped', refused: 1 })
    bus.start()
    void bus.emit('trade', 5)
    expect(heard).toEqual([1, 2, 3, 5])
  })

  it('calls a once-handler once, also when it emits the same event itself or throws', () => {
    const bus = startedBus()
    let calls = 0
    bus.once('trade', () => {
      calls++
      void bus.emit('trade', 'again')
      throw new Error('once is enough')
    })
    void bus.emit('trade', 'first')
    void bus.emit('trade', 'third')
    expect(calls).toBe(1)
    expect(bus.stats().left).toMatchObject({ subscriptions: 1, emitted: 1, failed: 1, delivered: 0 })
    expect(bus.check()).toEqual([])
  })

  it('hands a handler no receiver that it could change the bus through', () => {
    const bus = startedBus()
    const receivers = new Set<unknown>()
    bus.subscribe('trade', function (this: unknown) {
      receivers.add(this)
    })
    for (let count = 0; count < HOT; count++) void bus.emit('trade', count)
    expect([...receivers]).toEqual([undefined])
  })
})

describe('isolation (C1)', () => {
  it('lets no failure reach another handler or the emitter, hot or cold', () => {
    const failures: HandlerFailure[] = []
    const bus = startedBus({ onFailure: failure => failures.push(failure) })
    const heard = [0, 0, 0]
    bus.subscribe('trade', () => heard[0]!++)
    bus.subscribe(
      'trade',
      data => {
        heard[1]!++
        if ((data as number) % 2 === 0) throw new Error('even')
      },
      { componentId: 'picky' },
    )
    bus.subscribe('trade', () => heard[2]!++)
    for (let count = 0; count < 2 * HOT; count++) void bus.emit('trade', count)
    expect(heard).toEqual([2 * HOT, 2 * HOT, 2 * HOT])
    expect(failures).toHaveLength(HOT)
    expect(failures[0]).toMatchObject({ eventType: 'trade', componentId: 'picky' })
    expect(bus.stats().subscriptions[1]).toMatchObject({
      emitted: 2 * HOT,
      delivered: HOT,
      failed: HOT,
      lastFailure: 'even',
    })
    expect(bus.check()).toEqual([])
  })

  it('suspends a handler after 20 failures in a row, says so, and calls it again when told', () => {
    const bus = startedBus()
    const told: Suspended[] = []
    let broken = true
    let calls = 0
    bus.subscribe('suspended', event => told.push(event as Suspended))
    const subscription = bus.subscribe(
      'trade',
      () => {
        calls++
        if (broken) throw new Error('still broken')
      },
      { componentId: 'strategy' },
    )
    for (let count = 0; count < 30; count++) void bus.emit('trade', count)
    expect(calls).toBe(20)
    expect(told).toMatchObject([{ eventType: 'trade', componentId: 'strategy', failures: 20, reason: 'still broken' }])
    expect(subscription.stats()).toMatchObject({ state: 'suspended', emitted: 20, failed: 20, missed: 10 })
    broken = false
    subscription.resume()
    void bus.emit('trade', 31)
    expect(calls).toBe(21)
    expect(subscription.stats()).toMatchObject({ state: 'active', emitted: 21, delivered: 1 })
    expect(bus.check()).toEqual([])
  })

  it('counts failures in a row only: one success begins a new row, and essential handlers are never suspended', () => {
    const bus = startedBus()
    const calls = { sometimes: 0, essential: 0 }
    bus.subscribe('trade', () => {
      if (++calls.sometimes % 20 !== 0) throw new Error('not this time')
    })
    bus.subscribe(
      'trade',
      () => {
        calls.essential++
        throw new Error('always')
      },
      { essential: true },
    )
    for (let count = 0; count < 100; count++) void bus.emit('trade', count)
    expect(calls).toEqual({ sometimes: 100, essential: 100 })
    expect(bus.stats().suspensions).toBe(0)
  })

  it('suspends a handler that breaks after it had worked', () => {
    const bus = startedBus()
    let calls = 0
    const subscription = bus.subscribe('trade', () => {
      if (++calls > 5) throw new Error('broken since')
    })
    for (let count = 0; count < 40; count++) void bus.emit('trade', count)
    expect(subscription.stats()).toMatchObject({ state: 'suspended', delivered: 5, failed: 20, missed: 15 })
  })

  it('goes on where an observer of failures throws itself', () => {
    const bus = startedBus({
      onFailure: () => {
        throw new Error('observer')
      },
    })
    let heard = 0
    bus.subscribe('trade', () => {
      throw new Error('handler')
    })
    bus.subscribe('trade', () => heard++)
    void bus.emit('trade', 1)
    expect(heard).toBe(1)
    expect(bus.stats().observerFailures).toBe(1)
  })
})

describe('changes during an emit (C5, C6)', () => {
  it.each(['cold', 'hot'])('calls nobody after its unsubscribe returned, skips and doubles nobody (%s)', state => {
    const bus = startedBus()
    const heard: string[] = []
    let isArmed = false
    const victim = (): void => void heard.push('victim')
    bus.subscribe('trade', () => {
      if (isArmed) bus.unsubscribe('trade', victim)
      heard.push('first')
    })
    bus.subscribe('trade', victim)
    bus.subscribe('trade', () => heard.push('last'))
    for (let count = 0; state === 'hot' && count < HOT; count++) void bus.emit('trade', count)
    heard.length = 0
    isArmed = true
    void bus.emit('trade', 1)
    void bus.emit('trade', 2)
    expect(heard).toEqual(['first', 'last', 'first', 'last'])
    expect(bus.check()).toEqual([])
  })

  it('lets a handler leave by itself, and several leave in one event', () => {
    const bus = startedBus()
    const heard: string[] = []
    const subscriptions = ['a', 'b', 'c', 'd'].map(name =>
      bus.subscribe('trade', () => {
        heard.push(name)
        if (name === 'b') for (const subscription of subscriptions.slice(1, 3)) subscription.unsubscribe()
      }),
    )
    void bus.emit('trade', 1)
    void bus.emit('trade', 2)
    expect(heard).toEqual(['a', 'b', 'd', 'a', 'd'])
    expect(subscriptions[2]!.stats()).toMatchObject({ state: 'removed', emitted: 0, delivered: 0, missed: 1 })
    expect(bus.check()).toEqual([])
  })

  it('begins a new subscription with the next event', () => {
    const bus = startedBus()
    const heard: string[] = []
    bus.subscribe('trade', data => {
      if (data === 1) bus.subscribe('trade', later => heard.push(`new ${String(later)}`), { priority: 'critical' })
      heard.push(`old ${String(data)}`)
    })
    void bus.emit('trade', 1)
    void bus.emit('trade', 2)
    expect(heard).toEqual(['old 1', 'new 2', 'old 2'])
    expect(bus.check()).toEqual([])
  })
})

describe('total order (C7)', () => {
  it('shows every consumer the cause before any sees the effect', () => {
    const bus = startedBus()
    const heard: string[] = []
    bus.subscribe('cause', () => {
      heard.push('A cause')
      void bus.emit('effect', null)
    })
    bus.subscribe('effect', () => {
      heard.push('A effect')
      void bus.emit('echo', null)
    })
    bus.subscribe('*', (_data, type) => heard.push(`B ${type}`))
    void bus.emit('cause', null)
    expect(heard).toEqual(['A cause', 'B cause', 'A effect', 'B effect', 'B echo'])
  })

  it('is one order for all, whatever handlers emit, subscribe, leave and throw', () => {
    const step = fc.record({
      type: fc.constantFrom('a', 'b', 'c'),
      emits: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }),
      throws: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 6 }),
        (steps, listeners) => {
          const bus = startedBus()
          const logs: number[][] = []
          let next = 0
          for (let listener = 0; listener < listeners; listener++) {
            const log: number[] = []
            logs.push(log)
            bus.subscribe(
              '*',
              data => {
                log.push(data as number)
                const plan = steps[(data as number) % steps.length]!
                if (listener === (data as number) % listeners && next < 200)
                  for (const type of plan.emits) void bus.emit(type, next++)
                if (plan.throws && listener === 0) throw new Error('planned')
              },
              { essential: true },
            )
          }
          for (const { type } of steps) void bus.emit(type, next++)
          const [first] = logs
          expect(first).toEqual([...first!].sort((a, b) => a - b))
          expect(first).toHaveLength(next)
          for (const log of logs) expect(log).toEqual(first)
          expect(bus.check()).toEqual([])
        },
      ),
    )
  })

  it('ends an endless chain of causes with an error for the handler that went too far', () => {
    const failures: HandlerFailure[] = []
    const bus = startedBus({ maxDepth: 50, onFailure: failure => failures.push(failure) })
    let calls = 0
    bus.subscribe('ping', () => {
      calls++
      void bus.emit('pong', null)
    })
    bus.subscribe('pong', () => bus.emit('ping', null))
    void bus.emit('ping', null)
    expect(calls).toBe(26)
    expect(failures.map(({ error }) => error)).toEqual([expect.objectContaining({ code: 'bus_depth' })])
    void bus.emit('other', null)
    expect(bus.stats().waiting).toBe(0)
  })

  it('ends a flood of effects at the bound of its queue', () => {
    const bus = startedBus({ maxQueued: 10 })
    let effects = 0
    bus.subscribe('cause', () => {
      for (let count = 0; count < 20; count++) void bus.emit('effect', count)
    })
    bus.subscribe('effect', () => effects++)
    void bus.emit('cause', null)
    expect(effects).toBe(10)
    expect(bus.stats()).toMatchObject({ refused: 1, waiting: 0 })
    expect(bus.stats().subscriptions[0]).toMatchObject({ failed: 1, delivered: 0 })
    expect(bus.check()).toEqual([])
  })
})

describe('accounting', () => {
  it('agrees with what handlers counted themselves, under any mix of operations', () => {
    const operation = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('emit' as const), at: fc.nat(3) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), at: fc.nat(4) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), at: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('load' as const), at: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('burst' as const), at: fc.nat(3) }) },
    )
    const types = ['trade', 'order.new', 'order.fill', 'quote', '*']
    const loads = ['normal', 'throttled', 'prioritized', 'essential'] as const
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), operations => {
        const bus = startedBus()
        const subscriptions: { calls: number; throws: number; subscription: ReturnType<typeof bus.subscribe> }[] = []
        const add = (at: number): void => {
          const entry = { calls: 0, throws: 0 } as (typeof subscriptions)[number]
          const pattern = at === 4 ? '*' : at === 3 ? 'order.*' : types[at]!
          const odd = subscriptions.length % 2 === 1
          entry.subscription = bus.subscribe(
            pattern,
            data => {
              entry.calls++
              if (odd && typeof data === 'number' && data % 3 === 0) {
                entry.throws++
                throw new Error('third')
              }
            },
            { sheddable: subscriptions.length % 3 === 0, priority: odd ? 'low' : 'normal' },
          )
          subscriptions.push(entry)
        }
        let count = 0
        for (const { kind, at } of operations) {
          if (kind === 'emit') void bus.emit(types[at]!, count++)
          else if (kind === 'burst') for (let index = 0; index < HOT; index++) void bus.emit(types[at]!, count++)
          else if (kind === 'subscribe') add(at)
          else if (kind === 'leave') subscriptions[at]?.subscription.unsubscribe()
          else bus.setLoad(loads[at])
        }
        expect(bus.check()).toEqual([])
        for (const { calls, throws, subscription } of subscriptions) {
          const { emitted, delivered, failed, shed } = subscription.stats()
          expect(delivered + failed).toBe(calls)
          expect(failed).toBe(throws)
          expect(emitted).toBe(delivered + failed + shed)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('holds while an event is under way', () => {
    const bus = startedBus()
    const findings: unknown[] = []
    for (let listener = 0; listener < 3; listener++) {
      bus.subscribe('trade', data => {
        findings.push(...bus.check())
        if (data === listener) throw new Error('own turn')
      })
    }
    for (let count = 0; count < 4; count++) void bus.emit('trade', count)
    expect(findings).toEqual([])
  })

  it('notices a handler that was passed over', () => {
    const bus = startedBus()
    bus.subscribe('trade', () => undefined)
    void bus.emit('trade', 1)
    const [topic] = [...(bus as unknown as { table: Iterable<{ type: string; reached: number }> }).table].filter(
      each => each.type === 'trade',
    )
    topic!.reached--
    expect(bus.check()).toMatchObject([{ where: 'trade' }])
  })
})

describe('load', () => {
  it('sheds only what declared itself sheddable, the least important first, and counts it', () => {
    const bus = startedBus()
    const heard: Record<string, number> = {}
    const listen = (name: string, options: Parameters<typeof bus.subscribe>[2]): void => {
      heard[name] = 0
      bus.subscribe('quote', () => heard[name]!++, { componentId: name, ...options })
    }
    listen('table', { priority: 'background', sheddable: true })
    listen('chart', { priority: 'normal', sheddable: true })
    listen('alert', { priority: 'critical', sheddable: true })
    listen('strategy', { priority: 'low' })
    listen('ledger', { essential: true })
    const changes: string[] = []
    bus.subscribe('load', event => changes.push((event as { state: string }).state))
    for (const state of ['normal', 'throttled', 'prioritized', 'essential', 'normal'] as const) {
      bus.setLoad(state)
      void bus.emit('quote', 1)
    }
    expect(heard).toEqual({ table: 2, chart: 3, alert: 4, strategy: 5, ledger: 5 })
    expect(changes).toEqual(['throttled', 'prioritized', 'essential', 'normal'])
    const shed = bus.stats().subscriptions.map(({ componentId, shed: count }) => [componentId, count])
    expect(shed.slice(0, 5)).toEqual([
      ['table', 3],
      ['chart', 2],
      ['alert', 1],
      ['strategy', 0],
      ['ledger', 0],
    ])
    expect(bus.check()).toEqual([])
  })

  it('follows the measured lag up at once and down with room between', () => {
    const bus = startedBus({ load: { lagLimitMs: 100 } })
    const states = [10, 50, 45, 39, 95, 80, 71, 0].map(lagMs => {
      bus.observeLag(lagMs)
      return bus.load
    })
    expect(states).toEqual([
      'normal',
      'throttled',
      'throttled',
      'normal',
      'essential',
      'essential',
      'prioritized',
      'normal',
    ])
  })
})

describe('misuse', () => {
  it('is refused with a reason', () => {
    const bus = startedBus({ maxSubscriptions: 2, maxTopics: 3 })
    expect(() => bus.subscribe('', () => undefined)).toThrow(expect.objectContaining({ code: 'bus_event_type' }))
    expect(() => bus.subscribe('a', () => undefined, { essential: true, sheddable: true })).toThrow(
      expect.objectContaining({ code: 'bus_essential' }),
    )
    expect(() => bus.subscribe('a', () => undefined, { priority: 'urgent' as 'high' })).toThrow(
      expect.objectContaining({ code: 'bus_priority' }),
    )
    bus.subscribe('a', () => undefined)
    bus.subscribe('b', () => undefined)
    expect(() => bus.subscribe('a', () => undefined)).toThrow(expect.objectContaining({ code: 'bus_subscribers' }))
    expect(() => bus.emit('c', 1)).toThrow(expect.objectContaining({ code: 'bus_topics' }))
    void bus.emit('a', 1)
    expect(bus.check()).toEqual([])
  })

  it('changes no prototype through event names', () => {
    const bus = startedBus()
    const heard: string[] = []
    bus.subscribe('*', (_data, type) => heard.push(type))
    for (const type of ['__proto__', 'constructor', 'hasOwnProperty']) void bus.emit(type, { polluted: true })
    expect(heard).toEqual(['__proto__', 'constructor', 'hasOwnProperty'])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})
