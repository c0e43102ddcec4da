import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { steerReplay, type KeyboardOptions } from '../../src/cli/keyboard.js'
import { Paced } from '../../src/feed/paced.js'
import { VirtualTime } from '../feed/virtual-time.js'

/** A terminal's input that notes in which mode it is. */
class Keys extends PassThrough {
  isTTY = true
  modes: boolean[] = []

  setRawMode(on: boolean): this {
    this.modes.push(on)
    return this
  }
}

interface Setup {
  readonly keys: Keys
  readonly pace: Paced
  readonly time: VirtualTime
  readonly signals: string[]
  readonly around: Map<string, () => void>
  readonly steering: ReturnType<typeof steerReplay>
  readonly press: (text: string) => Promise<void>
}

function setUp(speed = 1, isTTY = true): Setup {
  const keys = new Keys()
  keys.isTTY = isTTY
  const time = new VirtualTime()
  const pace = new Paced({ speed: speed === Infinity ? 'max' : speed, monotonicMs: time.monotonicMs, timers: time })
  const signals: string[] = []
  const around = new Map<string, () => void>()
  const steering = steerReplay({
    io: { stdin: keys as unknown as KeyboardOptions['io']['stdin'] },
    pace,
    speed,
    signal: name => signals.push(name),
    around: events => {
      for (const [name, act] of Object.entries(events)) around.set(name, act)
      return () => undefined
    },
  })
  const press = async (text: string): Promise<void> => {
    keys.write(text)
    await new Promise(resolve => setImmediate(resolve))
  }
  return { keys, pace, time, signals, around, steering, press }
}

describe('steerReplay', () => {
  it('pauses, lets one through at a time, and goes on', async () => {
    const { pace, steering, press } = setUp()
    expect(pace.isDue(0)).toBe(true)
    await press(' ')
    expect(steering?.text()).toMatch(/^paused · space goes on/)
    expect(pace.isDue(0)).toBe(false)
    await press('\u001b[C')
    expect([pace.isDue(1), pace.isDue(1)]).toEqual([true, false])
    await press(' ')
    expect(pace.isDue(1)).toBe(true)
  })

  it('a step while it runs pauses it first', async () => {
    const { pace, steering, press } = setUp()
    await press('n')
    expect(steering?.text()).toMatch(/^paused/)
    expect([pace.isDue(0), pace.isDue(0)]).toEqual([true, false])
  })

  it('goes through the speeds and stops at the ends', async () => {
    const { steering, press } = setUp(3)
    await press('+')
    expect(steering?.text()).toMatch(/^5×/)
    await press('--')
    expect(steering?.text()).toMatch(/^1×/)
    await press('+'.repeat(30))
    expect(steering?.text()).toMatch(/^full speed/)
    await press('-'.repeat(30))
    expect(steering?.text()).toMatch(/^0\.1×/)
  })

  it('is a change of pace at once', async () => {
    const { pace, time, press } = setUp()
    pace.isDue(0)
    expect(pace.isDue(1_000_000)).toBe(false)
    await press('++')
    time.advance(250)
    expect(pace.isDue(1_000_000)).toBe(true)
  })

  it('passes the end on as the signal that the terminal no longer sends', async () => {
    const { signals, press } = setUp()
    await press('\u0003')
    await press('q')
    expect(signals).toEqual(['SIGINT', 'SIGINT'])
  })

  it('leaves the terminal as it was: at the end, on exit, and around a stop', async () => {
    const { keys, around, steering, signals, press } = setUp()
    expect(keys.modes).toEqual([true])
    await press('\u001a')
    around.get('resumed')?.()
    expect([keys.modes, signals]).toEqual([[true, false, true], ['SIGTSTP']])
    around.get('exit')?.()
    steering?.close()
    expect(keys.modes.slice(3)).toEqual([false, false])
    expect(keys.listenerCount('data')).toBe(0)
  })

  it('does nothing where nobody can press a key', () => {
    const { keys, steering } = setUp(1, false)
    expect([steering, keys.modes]).toEqual([null, []])
  })
})
