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
})
