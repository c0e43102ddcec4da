import { describe, expect, it } from 'vitest'
import { TranscendentalEventBus } from '../../src/session/real-time-bus.js'

describe('the bus as the library exports it', () => {
  it('ends a request that nobody answers at its deadline', async () => {
    const bus = new TranscendentalEventBus()
    bus.start()
    bus.respond('slow', 'ask', () => new Promise(() => undefined))
    await expect(bus.request('slow', 'ask', null, { timeoutMs: 20 })).rejects.toThrow(/20|time/)
    await bus.stop({ withinMs: 10 })
  })

  it('refuses a call cycle at once, also behind an await', async () => {
    const bus = new TranscendentalEventBus()
    bus.start()
    bus.respond('a', 'ask', async () => {
      await Promise.resolve()
      return bus.request('b', 'ask')
    })
    bus.respond('b', 'ask', async () => {
      await Promise.resolve()
      return bus.request('a', 'ask')
    })
    await expect(bus.request('a', 'ask', null, { timeoutMs: 5_000 })).rejects.toThrow(/a.*b.*a/)
    await bus.stop()
  })

  it('delivers to a lane without being asked to', async () => {
    const bus = new TranscendentalEventBus<{ tick: number }>()
    const seen: number[] = []
    bus.subscribe('tick', tick => seen.push(tick), { delivery: 'queue' })
    bus.start()
    for (let tick = 0; tick < 5; tick++) void bus.emit('tick', tick)
    await bus.stop()
    expect(seen).toEqual([0, 1, 2, 3, 4])
  })
})
