import { describe, expect, it } from 'vitest'
import { replayFooter } from '../../src/cli/progress.js'

type Session = Parameters<typeof replayFooter>[0]

interface State {
  frames: number
  imported: number
  read: number
  total: number | null
  now: number
  time: number
}

function setUp(): { readonly set: (next: Partial<State>) => void; readonly footer: (width: number) => string } {
  let state: State = { frames: 0, imported: 0, read: 0, total: 1000, now: 0, time: 0 }
  const session = {
    boundary: { stats: () => ({ frames: state.frames }) },
    clock: { now: () => state.time },
    get imported() {
      return state.imported
    },
  } as unknown as Session
  const lines = replayFooter(session, { progress: () => ({ read: state.read, total: state.total }) }, () => state.now)
  return { set: next => (state = { ...state, ...next }), footer: width => lines(width)[0] ?? '' }
}

describe('replayFooter', () => {
  it('shows bar, recorded time, rate, share and the time left', () => {
    const { set, footer } = setUp()
    set({ now: 1000, read: 250, frames: 400, imported: 100, time: 1_732_400_000_000_000 })
    expect(footer(120)).toBe(
      `${'█'.repeat(10)}${'░'.repeat(30)}  2024-11-23 22:13:20.000 · 500 frames/s · 25% · 3.0s left`,
    )
  })

  it('tells the present rate and not that of the whole run', () => {
    const { set, footer } = setUp()
    for (let at = 1; at <= 20; at++) {
      set({ now: at * 500, frames: at <= 10 ? at * 1000 : 10_000 })
      footer(100)
    }
    expect(footer(100)).toMatch(/ 0 frames\/s/)
  })

  it('goes without a bar where the size is not known or the window is narrow', () => {
    const { set, footer } = setUp()
    set({ now: 1000, read: 2_500, total: null })
    expect(footer(100)).toBe('0 frames/s · 2.5 kB')
    set({ total: 5_000 })
    expect(footer(20)).toMatch(/^0 frames\/s · 50%/)
  })
})
