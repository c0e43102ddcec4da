import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunningParts } from '../../src/session/execute.js'
import { MechanismFollower } from '../../src/session/follower.js'
import { MECHANISMS } from '../../src/session/mechanism-list.js'
import type { MechanismState } from '../../src/session/mechanisms.js'
import { Monitor, monitorAttachment, monitoredProcesses } from '../../src/session/monitor.js'
import { Session } from '../../src/session/session.js'
import { temporaryDirectory } from '../support/genesis.js'

/** Thirteen states of which the first one's counter can be turned. */
function turnable() {
  const box = { turn: 0 }
  const states = (): MechanismState[] =>
    MECHANISMS.map((spec, index) => ({
      ...spec,
      state: 'idle',
      counters: { turn: index === 0 ? box.turn : 0 },
      last: null,
    }))
  return { box, states }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(resolve => setTimeout(resolve, 5))
}

describe('the monitor', () => {
  it('tells everything first, then what changed, and its follower holds the whole', async () => {
    const path = join(temporaryDirectory('monitor'), 'a.sock')
    const { box, states } = turnable()
    const monitor = new Monitor({ states }, 7)
    await monitor.listen(path)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const seen: { readonly turn: unknown; readonly count: number; readonly names: readonly string[] }[] = []
    const follower = await MechanismFollower.open(path, {
      changed: (all, names) => seen.push({ turn: all[0]?.counters['turn'], count: all.length, names }),
    })
    await until(() => seen.length === 1)
    box.turn = 5
    await until(() => seen.length === 2)
    expect(seen[0]).toMatchObject({ turn: 0, count: 13 })
    expect(seen[1]).toEqual({ turn: 5, count: 13, names: ['DimensionalCollapseV4'] })
    expect(follower.stats()).toMatchObject({ status: 'live', applied: 1, gaps: 0 })
    await monitor.close()
    await follower.ended
    expect(existsSync(path)).toBe(false)
  })

  it('answers whoever has missed something with everything', async () => {
    const path = join(temporaryDirectory('monitor'), 'a.sock')
    const monitor = new Monitor(turnable(), 7)
    await monitor.listen(path)
    let text = ''
    const socket = createConnection(path).setEncoding('utf8')
    socket.on('data', (more: string) => (text += more))
    await until(() => text.endsWith('\n'))
    socket.write('s')
    await until(() => text.split('\n').length === 3)
    expect(text.split('\n').slice(0, 2).map(line => (JSON.parse(line) as { type: string }).type)).toEqual(['snapshot', 'snapshot']) // prettier-ignore
    socket.destroy()
    await monitor.close()
  })

  it('lies in a directory of the user alone, found by process number, and stale sockets are removed', async () => {
    const runtime = temporaryDirectory('runtime')
    const directory = join(runtime, 'genesis', 'run')
    mkdirSync(directory, { recursive: true, mode: 0o755 })
    writeFileSync(join(directory, '4194999.sock'), '')
    const session = new Session({
      command: 'test',
      streams: [],
      feed: null,
      keepDeadLetter: () => undefined,
      filter: null,
    })
    const parts = { session, recorder: null, trading: null, live: null, journal: null } as unknown as RunningParts
    const notes: string[] = []
    const attachment = await monitorAttachment({ XDG_RUNTIME_DIR: runtime })(parts, note => notes.push(note))
    expect(notes).toEqual([])
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(monitoredProcesses({ XDG_RUNTIME_DIR: runtime }).map(({ pid }) => pid)).toEqual([process.pid])
    await attachment.close()
    expect(monitoredProcesses({ XDG_RUNTIME_DIR: runtime })).toEqual([])
  })

  it('does not stop a run where it cannot be opened', async () => {
    const file = join(temporaryDirectory('runtime'), 'file')
    writeFileSync(file, '')
    const session = new Session({
      command: 'test',
      streams: [],
      feed: null,
      keepDeadLetter: () => undefined,
      filter: null,
    })
    const parts = { session, recorder: null, trading: null, live: null, journal: null } as unknown as RunningParts
    const notes: string[] = []
    const attachment = await monitorAttachment({ XDG_RUNTIME_DIR: file })(parts, note => notes.push(note))
    expect(notes[0]).toMatch(/^genesis mechanisms cannot look into this run: /)
    await attachment.close()
  })

  it('is refused with a reason where nobody listens', async () => {
    const path = join(temporaryDirectory('monitor'), 'none.sock')
    await expect(MechanismFollower.open(path, { changed: () => undefined })).rejects.toThrow('cannot look into the run')
  })
})
