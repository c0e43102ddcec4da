import { describe, expect, it } from 'vitest'
import { marketFrames } from '../../src/session/chaos/market.js'
import { MECHANISMS, mechanismNamed } from '../../src/session/mechanism-list.js'
import { MechanismWatch } from '../../src/session/mechanisms.js'
import { Session } from '../../src/session/session.js'

function rig() {
  const session = new Session({
    command: 'test',
    streams: [],
    feed: null,
    keepDeadLetter: () => undefined,
    filter: null,
  })
  const watch = new MechanismWatch({ session, recorder: null, trading: null, live: null, journal: null })
  const stateOf = (key: string) => watch.states().find(state => state.key === key)!
  return { session, watch, stateOf }
}

describe('the mechanisms of a session', () => {
  it('are thirteen, and those that are no part of the run are off', () => {
    const { watch } = rig()
    const states = watch.states()
    expect(states.map(({ name }) => name)).toEqual(MECHANISMS.map(({ name }) => name))
    const off = states.filter(({ state }) => state === 'off').map(({ key }) => key)
    expect(off).toEqual(['failover', 'compression', 'journal', 'detector'])
    expect(states.every(({ last }) => last === null)).toBe(true)
  })

  it('count what happens, and remember what each did last', () => {
    const { session, stateOf } = rig()
    const [frame, ...frames] = marketFrames({
      seed: 1,
      symbols: ['BTCUSDT'],
      channels: ['trade'],
      rate: 50,
      seconds: 2,
    })
    expect(stateOf('boundary')).toMatchObject({ state: 'idle', last: null })
    for (const each of frames) session.deliver(each)
    session.deliver({ ...frame!, receivedAt: frames.at(-1)!.receivedAt + 5, data: Buffer.from('{"broken"') })
    const boundary = stateOf('boundary')
    expect(boundary.counters).toMatchObject({
      frames: frames.length + 1,
      decoded: frames.length,
      deadLettered: 1,
      lastCode: 'json',
    })
    expect(boundary).toMatchObject({
      state: 'working',
      last: { time: session.clock.now(), text: '1 frames kept as dead letters' },
    })
    expect(stateOf('boundary').last).toEqual(boundary.last)
    expect(stateOf('drift').counters).toMatchObject({ messages: frames.length, layouts: 1 })
    expect(stateOf('backpressure').state).toBe('normal')
    expect(stateOf('context').state).toBe('journal, orders none')
    expect(stateOf('convergence').counters['checks']).toBe(0)
    expect(session.checkAccount()).toBeUndefined()
    expect(stateOf('convergence').counters).toMatchObject({ checks: 2, agreed: 2, differed: 0, first: null })
  })
})

describe('mechanismNamed', () => {
  it('knows each by its name, its term and its key, in any case', () => {
    for (const spec of MECHANISMS) {
      for (const text of [spec.name, spec.name.toLowerCase(), spec.term, spec.key, spec.key.toUpperCase()]) {
        expect(mechanismNamed(text)).toBe(spec)
      }
    }
    expect(mechanismNamed('QuantumTime').key).toBe('clock')
    expect(mechanismNamed('dead letters').key).toBe('boundary')
  })

  it('names the nearest, and all', () => {
    expect(() => mechanismNamed('conflaton')).toThrow('there is no mechanism "conflaton"')
    try {
      mechanismNamed('conflaton')
    } catch (error) {
      expect((error as { hint: string }).hint).toMatch(/^did you mean conflation\? there are conflation, boundary/)
    }
  })
})
