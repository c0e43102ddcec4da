/** A host that asked one run to stay away is left alone by the next one, too: exchanges count by address, not by process. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FaultServer } from '../support/fault-server.js'
import { start, temporaryDirectory } from '../support/genesis.js'
import { until } from './box.js'

const RETRY_AFTER_S = 8

describe('two processes of one user', () => {
  it.each([[[]], [['--workers', '1']]])('do not storm a host that has refused one of them %j', async more => {
    const server = await FaultServer.start({
      script: (peer, index) => {
        if (index === 0) peer.respond(429, { 'Retry-After': String(RETRY_AFTER_S) })
        else peer.accept()
      },
    })
    const state = temporaryDirectory('penalty-state')
    const run = () =>
      start(['stream', 'btcusdt@trade', '--url', server.url, '--json', ...more], {
        env: { XDG_STATE_HOME: state },
        timeoutMs: 60_000,
      })
    const first = run()
    const penalties = join(state, 'genesis', 'penalties')
    const noted = (): boolean => {
      try {
        return readdirSync(penalties).some(name => name.endsWith('.until'))
      } catch {
        return false
      }
    }
    expect(await until(noted, 20_000)).toBe(true)
    const refusedAt = server.handshakes[0] ?? 0
    const second = run()
    await second.saw('has asked to be left alone')
    expect(await until(() => server.handshakes.length >= 3, 40_000)).toBe(true)
    for (const at of server.handshakes.slice(1)) expect(at - refusedAt).toBeGreaterThanOrEqual(RETRY_AFTER_S * 1_000)
    for (const { child } of [first, second]) child.kill('SIGINT')
    const { summary } = await second.finished
    await first.finished
    await server.stop()
    expect(summary['reconnects']).toBe(0)
  })
})
