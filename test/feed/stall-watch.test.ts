import { describe, expect, it } from 'vitest'
import { RealClock } from '../../src/feed/real-clock.js'
import { StallWatch } from '../../src/feed/stall-watch.js'

const LOOK_MS = 250

class Machine {
  readonly clock: RealClock
  readonly watch: StallWatch
  private wall = 1_700_000_000_000
  private monotonic = 500

  constructor() {
    this.clock = new RealClock({ wallMs: () => this.wall, monotonicMs: () => this.monotonic })
    this.watch = new StallWatch(this.clock)
    this.watch.expect(LOOK_MS)
  }

  pass(ms: number): this {
    this.wall += ms
    this.monotonic += ms
    return this
  }

  /** The monotonic clock stands still; so does a clock that is set. */
  sleep(ms: number): this {
    this.wall += ms
    return this
  }

  /** Looks when they are due, for so long. */
  looks(ms: number): (string | null)[] {
    const found: (string | null)[] = []
    for (let passed = 0; passed < ms; passed += LOOK_MS) {
      this.pass(LOOK_MS)
      found.push(this.watch.look().stall)
      this.watch.expect(LOOK_MS)
    }
    return found
  }

  said(ms = 2_000): (string | null)[] {
    return this.looks(ms).filter(stall => stall !== null)
  }

  get now(): number {
    return this.clock.now()
  }
}

describe('the watch for standstills of our own', () => {
  it('tells a process that stood still from one that is a little late', () => {
    const machine = new Machine()
    expect(machine.said()).toEqual([])
    machine.pass(4_750)
    expect(machine.said()).toEqual([])
    machine.pass(6_000)
    expect(machine.said()).toEqual(['this process stood still for 6000 ms'])
    expect(machine.watch.longestMs).toBe(6_000)
    expect(machine.said()).toEqual([])
  })

  it('suspects a sleep where the wall clock ran ahead of the monotonic one, once, and never where it was set back', () => {
    const machine = new Machine()
    machine.looks(1_000)
    machine.sleep(3_600_000)
    expect(machine.said(10_000)).toEqual(['this machine slept, or its clock was set forward, by 3600000 ms'])
    machine.sleep(-3_600_000)
    expect(machine.said(10_000)).toEqual([])
    machine.sleep(4_000)
    expect(machine.said(10_000)).toEqual([])
  })

  it('takes the blame for a connection on which nothing came since, until it was heard of', () => {
    const machine = new Machine()
    machine.looks(1_000)
    const opened = machine.now
    machine.pass(1_000)
    const heard = machine.now
    expect(machine.watch.blame(opened, heard)).toBeNull()
    machine.pass(6_000)
    // Before the look that is overdue.
    expect(machine.watch.blame(opened, heard)).toBe('this process stood still for 6750 ms')
    expect(machine.watch.blame(machine.now, machine.now)).toBeNull()
    machine.looks(LOOK_MS)
    // Read at once, and sent long before.
    const backlog = machine.now
    machine.looks(30_000)
    expect(machine.watch.blame(opened, backlog)).toBe('this process stood still for 7000 ms')
    expect(machine.watch.blame(opened, machine.now)).toBeNull()
    expect(machine.watch.blame(backlog, backlog)).toBeNull()
  })
})
