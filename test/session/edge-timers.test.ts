import { describe, expect, it } from 'vitest'
import { edgeTimers } from '../../src/session/edge-timers.js'
import { Session } from '../../src/session/session.js'

describe('deadlines of handlers', () => {
  it('run on real time and are stamped with engine time', async () => {
    const timers = edgeTimers({ now: () => 42 })
    expect(timers.now()).toBe(42)
    await new Promise<void>(resolve => timers.schedule(1, resolve))
  })

  it('can be cancelled, and never come where they are infinite', async () => {
    let fired = 0
    const timers = edgeTimers({ now: () => 0 })
    timers.schedule(1, () => fired++)()
    timers.schedule(Infinity, () => fired++)()
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(fired).toBe(0)
  })

  it('let a run end although a handler never answers and no frame moves the clock any more', async () => {
    const session = new Session({
      command: 'test',
      streams: [],
      feed: null,
      keepDeadLetter: () => undefined,
      filter: null,
    })
    session.bus.subscribe('control', () => new Promise(() => undefined), { componentId: 'silent', deadlineMs: 20 })
    session.deliver({ kind: 'control', receivedAt: 1, topic: 'any', value: null })
    await session.bus.stop()
    expect(session.bus.stats().subscriptions.find(({ componentId }) => componentId === 'silent')?.failed).toBe(1)
  })
})
