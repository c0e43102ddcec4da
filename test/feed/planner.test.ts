import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planLines } from '../../src/feed/planner.js'
import type { Stream } from '../../src/model/stream.js'
import { LIMITS_WITH, plainExchange, plainStream } from './plain-exchange.js'

const byChannel = (stream: Stream, base: string): string => `${base}/${stream.channel}`

describe('planLines', () => {
  it('puts every stream on exactly one line, none over the limit, and none with another address', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.constantFrom('trade', 'quote', 'book')), {
          selector: ([number, channel]) => `${String(number)}@${channel}`,
        }),
        fc.integer({ min: 1, max: 30 }),
        (names, most) => {
          const exchange = plainExchange({ address: byChannel, limits: LIMITS_WITH({ streamsPerConnection: most }) })
          const streams = names.map(([number, channel]) => plainStream(`S${String(number)}@${channel}`))
          const plans = planLines(
            streams,
            () => exchange,
            () => 'wss://x',
          )
          expect(plans.flatMap(plan => plan.streams.map(stream => stream.name)).sort()).toEqual(
            streams.map(stream => stream.name).sort(),
          )
          for (const plan of plans) {
            expect(plan.streams.length).toBeGreaterThan(0)
            expect(plan.streams.length).toBeLessThanOrEqual(most)
            expect(new Set(plan.streams.map(stream => stream.channel)).size).toBe(1)
          }
        },
      ),
    )
  })

  it('carries a thousand streams on five even connections of two hundred', () => {
    const exchange = plainExchange({ limits: LIMITS_WITH({ streamsPerConnection: 200 }) })
    const streams = Array.from({ length: 1_000 }, (_, index) => plainStream(`S${String(index)}@trade`))
    const plans = planLines(
      streams,
      () => exchange,
      () => 'wss://x',
    )
    expect(plans.map(plan => plan.streams.length)).toEqual([200, 200, 200, 200, 200])
  })
})
