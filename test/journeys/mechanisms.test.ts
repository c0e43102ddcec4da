import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'

describe('genesis mechanisms', () => {
  const runtime = temporaryDirectory('runtime')
  const env = { XDG_RUNTIME_DIR: runtime }

  it('looks into a run that is under way, once and for as long as it lasts', async () => {
    const stream = start(['stream', 'btcusdt@trade', '--exchange', 'sim', '--duration', '7s', '--json'], { env })
    await stream.saw('"type":"trade"')
    const pid = stream.child.pid!
    const socket = join(runtime, 'genesis', 'run', `${pid}.sock`)
    expect(statSync(socket).mode & 0o777).toBe(0o600)
    const once = await genesis(['mechanisms', '--json'], { env })
    expect(once.events).toHaveLength(13)
    expect(once.events.find(({ key }) => key === 'boundary')).toMatchObject({ pid, counters: { deadLettered: 0 } })
    const watched = await genesis(['mechanisms', String(pid), '--watch', '--json', '--duration', '2s'], { env })
    expect(watched.code).toBe(0)
    const decoded = watched.events
      .filter(({ key }) => key === 'boundary')
      .map(({ counters }) => counters.decoded as number)
    expect(decoded.length).toBeGreaterThan(1)
    expect([...decoded].sort((a, b) => a - b)).toEqual(decoded)
    const untilTheEnd = await genesis(['mechanisms', '--watch', '--json'], { env })
    expect(untilTheEnd.code).toBe(0)
    expect((await stream.finished).code).toBe(0)
    expect(existsSync(socket)).toBe(false)
  })

  it('says what to do where nothing runs', async () => {
    const nothing = await genesis(['mechanisms', '--watch'], { env })
    expect(nothing).toMatchObject({ code: 1, stdout: '' })
    expect(nothing.stderr).toContain('start one in another terminal')
    const wrong = await genesis(['mechanisms', '4194999'], { env })
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('no run of this user has the process number 4194999')
  })
})
