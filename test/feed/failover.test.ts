import { describe, expect, it } from 'vitest'
import { Failover } from '../../src/feed/failover.js'
import { VirtualTime } from './virtual-time.js'

const routes = ['a', 'b', 'c'].map(base => ({ base, proxy: null }))
const fails = { dataMs: 0, final: false, protocolError: false }

function start(bases = routes): { failover: Failover; time: VirtualTime } {
  const time = new VirtualTime()
  return { time, failover: new Failover(bases, time.monotonicMs, () => 1) }
}

describe('Failover', () => {
  it('tries every route before delays grow, and goes on for ever', () => {
    const { failover } = start()
    const walk = Array.from({ length: 7 }, () => {
      const { base } = failover.attempt()
      return [base, failover.failed(fails)]
    })
    expect(walk.map(([base]) => base)).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a'])
    expect(walk.slice(0, 3).map(([, delay]) => delay)).toEqual([0, 0, 250])
    expect(walk.at(-1)?.[1]).toBeGreaterThan(walk[3]?.[1] as number)
  })

  it('returns to a route that carried data before it tries another', () => {
    const { failover } = start()
    failover.attempt()
    expect(failover.failed({ ...fails, dataMs: 5_000 })).toBe(250)
    expect(failover.route.base).toBe('a')
    failover.attempt()
    failover.failed(fails)
    expect(failover.route.base).toBe('b')
  })

  it('leaves out a route that refused for good, and ends when all did', () => {
    const { failover } = start()
    failover.attempt()
    failover.failed({ ...fails, final: true })
    failover.failed(fails)
    failover.failed(fails)
    expect(failover.route.base).toBe('b')
    failover.failed({ ...fails, final: true })
    expect(failover.route.base).toBe('c')
    expect(failover.failed({ ...fails, final: true })).toBeNull()
    expect(failover.stats().routes.map(route => route.dead)).toEqual([true, true, true])
  })

  it('rests a route for five minutes after more than five protocol errors in one', () => {
    const { failover, time } = start([{ base: 'a', proxy: null }])
    const broken = { dataMs: 10, final: false, protocolError: true }
    const delays = Array.from({ length: 6 }, () => {
      time.advance(1_000)
      return failover.failed(broken)
    })
    expect(Math.max(...(delays.slice(0, 5) as number[]))).toBeLessThan(60_000)
    expect(delays[5]).toBe(300_000)
  })

  it('turns to another route while one rests', () => {
    const { failover } = start()
    for (let error = 0; error < 6; error++) failover.failed({ dataMs: 2_000, final: false, protocolError: true })
    expect(failover.route.base).toBe('b')
  })

  it('leaves a route that brings a little data and ends, again and again', () => {
    const { failover } = start()
    const bases = Array.from({ length: 5 }, () => {
      failover.failed({ ...fails, dataMs: 50 })
      return failover.route.base
    })
    expect(bases.slice(0, 2)).toEqual(['a', 'a'])
    expect(bases).toContain('b')
  })

  it('tries once and no more where it is switched off', () => {
    const failover = new Failover(routes, () => 0, () => 1, 'once') // prettier-ignore
    failover.attempt()
    expect(failover.failed({ ...fails, dataMs: 60_000 })).toBeNull()
    expect(failover.stats().routes).toHaveLength(1)
  })

  it('counts attempts, failures and switches', () => {
    const { failover } = start()
    failover.attempt()
    failover.failed(fails)
    failover.attempt()
    expect(failover.stats()).toMatchObject({ failures: 1, switches: 1 })
    expect(failover.stats().routes.map(route => route.attempts)).toEqual([1, 1, 0])
  })
})
