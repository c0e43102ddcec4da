import { describe, expect, it } from 'vitest'
import { genesis } from '../support/genesis.js'

describe('genesis chaos', () => {
  it('runs its trials over real sockets, and prints what was measured beside what is required', async () => {
    const [connection, integrated] = await Promise.all([
      genesis(['chaos', '--intensity', '50', '--trial', '1', '--json', '--quiet'], { timeoutMs: 28_000 }),
      genesis(['chaos', '--intensity', '50', '--trial', '4', '--seed', '7', '--json', '--quiet'], {
        timeoutMs: 28_000,
      }),
    ])
    const [first] = connection.events
    const [fourth] = integrated.events
    expect(Object.keys(first!).slice(0, 5)).toEqual(['type', 'name', 'passed', 'measured', 'required'])
    expect(first).toMatchObject({ type: 'trial', name: 'connection and communication', short: [], passed: true })
    expect(fourth).toMatchObject({ type: 'trial', name: 'integrated system', short: [], passed: true, seed: 7 })
    expect(connection).toMatchObject({ code: 0, stderr: '' })
    expect(integrated.code).toBe(0)
    expect(first!['measured'].acknowledgedOnEach).toBe(12)
    expect(fourth!['measured'].digest).toBe(fourth!['measured'].undisturbedDigest)
    expect(fourth!['measured'].tradesLost).toBe(0)
    expect(fourth!['measured'].deadLettered).toBeGreaterThan(0)
  })

  it('without a mechanism breaks its promise, names it and ends with 3', async () => {
    const { code, events, stderr } = await genesis(['chaos', '--without', 'DimensionalCollapseV4', '--json'])
    expect(code).toBe(3)
    expect(events[0]).toMatchObject({ type: 'trial', name: 'without conflation', passed: false, mechanism: 'DimensionalCollapseV4' }) // prettier-ignore
    expect(stderr).toContain('broken, as it must be: the newest state of every key always arrives')
  })

  it('refuses what it does not know', async () => {
    const unknown = await genesis(['chaos', '--without', 'luck'])
    expect(unknown.code).toBe(2)
    expect(unknown.stderr).toContain('there is no mechanism')
    expect((await genesis(['chaos', '--intensity', '1001'])).code).toBe(2)
    expect((await genesis(['chaos', '--trial', '5'])).code).toBe(2)
  })
})
