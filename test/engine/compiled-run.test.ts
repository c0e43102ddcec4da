import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { TranscendentalEventBus } from '../../src/engine/bus.js'

/** What each handler does with an event, by the event's number. */
type Plan = readonly ('return' | 'throw' | 'promise' | 'value')[]

const HOT = 600

function play(plans: readonly Plan[], warmUp: number): unknown {
  const bus = new TranscendentalEventBus()
  bus.start()
  const log: string[] = []
  let isWarm = false
  plans.forEach((plan, listener) => {
    bus.subscribe(
      'tick',
      data => {
        if (!isWarm) return undefined
        log.push(`${listener}:${String(data)}`)
        switch (plan[(data as number) % plan.length]) {
          case 'throw':
            throw new Error('planned')
          case 'promise':
            return Promise.resolve()
          case 'value':
            return { listener }
          default:
            return undefined
        }
      },
      { essential: true },
    )
  })
  for (let count = 0; count < warmUp; count++) void bus.emit('tick', count)
  isWarm = true
  for (let count = 0; count < 8; count++) void bus.emit('tick', count)
  const accounts = bus
    .stats()
    .subscriptions.map(({ emitted, failed, inFlight }) => [emitted - warmUp, failed, inFlight])
  return { log, accounts, check: bus.check() }
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('compiled runs', () => {
  const plan = fc.array(fc.constantFrom('return', 'throw', 'promise', 'value'), { minLength: 1, maxLength: 4 })
  const plans = fc.array(plan, { maxLength: 40 }) as fc.Arbitrary<Plan[]>

  it('do exactly what the loop does', () => {
    fc.assert(
      fc.property(plans, handlers => {
        expect(play(handlers, HOT)).toEqual(play(handlers, 0))
      }),
      { numRuns: 40 },
    )
  })

  it('are done without where the process forbids code from text', () => {
    vi.stubGlobal('Function', () => {
      throw new EvalError('Code generation from strings disallowed')
    })
    const handlers: Plan[] = [['throw', 'return'], ['return']]
    expect(play(handlers, HOT)).toEqual(play(handlers, 0))
  })
  it.each([1, 2, 5])('let go of whoever leaves during an event, be it the first of %i', count => {
    for (let leaves = 0; leaves < count; leaves++) {
      for (let by = 0; by < count; by++) {
        const heard = { cold: leaving(count, leaves, by, 0), hot: leaving(count, leaves, by, HOT) }
        expect(heard.hot).toEqual(heard.cold)
        expect(heard.hot.filter(entry => entry === `1:${leaves}`)).toEqual(by < leaves ? [] : [`1:${leaves}`])
        expect(heard.hot.filter(entry => entry.startsWith('2:'))).toHaveLength(count - 1)
      }
    }
  })
})

/** Who hears events 1 and 2, where listener `by` takes listener `leaves` away during event 1. */
function leaving(count: number, leaves: number, by: number, warmUp: number): string[] {
  const bus = new TranscendentalEventBus()
  bus.start()
  const heard: string[] = []
  const subscriptions = Array.from({ length: count }, (_, listener) =>
    bus.subscribe('tick', data => {
      if (data === 0) return
      heard.push(`${String(data)}:${listener}`)
      if (data === 1 && listener === by) subscriptions[leaves]?.unsubscribe()
    }),
  )
  for (let index = 0; index < warmUp; index++) void bus.emit('tick', 0)
  for (const data of [1, 2]) void bus.emit('tick', data)
  expect(bus.check()).toEqual([])
  return heard
}
