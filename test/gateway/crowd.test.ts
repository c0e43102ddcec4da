/** A thousand listeners, fifty of them stalled: what each may cost is bounded, whatever the speed of anything. */
import { describe, expect, it } from 'vitest'
import { BUFFER_LIMIT, SLOW_CONSUMER, type EventClient, type Outlet } from '../../src/gateway/event-client.js'
import { FanOut } from '../../src/gateway/fan-out.js'
import { parsePattern, TopicFilter } from '../../src/gateway/topic.js'
import { MarketState, stateKey } from '../../src/session/market-state.js'

const CLIENTS = 1_000
const STALLED = 50
const RING = { capacity: 4_096, bytes: 8 * 1024 * 1024 }
const CHUNKS = 40
const CHUNK = 500
/** A batch may end with one line beyond its size. */
const BATCH_LIMIT = 256 * 1024 + 4_096

interface Listener extends Outlet {
  readonly isStalled: boolean
  lines: number
  last: number
  kept: number
  closed: number | null
}

describe('a crowd', () => {
  it('shares what it is sent, and whoever stalls holds a bounded number of bytes and nobody up', async () => {
    const fanOut = new FanOut({ state: new MarketState(), stateKey, ring: RING })
    const buffers = new Set<Buffer>()
    const clients: EventClient[] = []
    let sends = 0
    const listeners = Array.from({ length: CLIENTS }, (_, index) => {
      const isStalled = index < STALLED
      const listener = {
        isStalled, lines: 0, last: 0, kept: 0, closed: null as number | null,
        get buffered() {
          return listener.kept
        },
        send: (text: string | Buffer) => {
          sends++
          // A stalled socket takes nothing off its buffer.
          if (isStalled) listener.kept += text.length
          if (typeof text === 'string') return
          buffers.add(text)
          for (let at = 0; at >= 0; at = text.indexOf('\n', at + 1)) listener.lines++
          listener.last = Number(/^\{"sequence":(\d+)/.exec(text.toString('utf8', text.lastIndexOf('\n') + 1))?.[1])
        },
        close: (code: number) => (listener.closed = code),
      } // prettier-ignore
      const client = fanOut.add(listener)
      client.listen(new TopicFilter([parsePattern('*')!]), index % 2 === 0 ? 'lossless' : 'latest', null)
      clients.push(client)
      return listener satisfies Listener
    })
    const healthy = listeners.filter(({ isStalled }) => !isStalled)
    const stalled = listeners.filter(({ isStalled }) => isStalled)
    const before = sends

    let id = 0
    for (let chunk = 0; chunk < CHUNKS; chunk++) {
      for (let count = 0; count < CHUNK; count++) {
        const at = ++id
        fanOut.take({ type: 'trade', exchange: 'sim', symbol: 'BTCUSDT', pair: 'BTC/USDT', id: String(at), price: at, size: 1, side: 'buy', time: at, received: at } as object as { type: string }) // prettier-ignore
      }
      expect(fanOut.ring.size).toBeLessThanOrEqual(RING.capacity)
      expect(fanOut.ring.weight).toBeLessThanOrEqual(RING.bytes)
      while (clients.slice(STALLED).some(client => client.isBehind))
        await new Promise(resolve => setTimeout(resolve, 1))
    }

    // Nothing is missing where nobody stalled.
    for (const { lines, last, closed } of healthy) expect([lines, last, closed]).toEqual([id, id, null])
    // One batch is made for all who stand at one place; two policies, and those that stalled on the way to their limit.
    expect(sends - before).toBeGreaterThanOrEqual(healthy.length * CHUNKS)
    expect(buffers.size).toBeLessThanOrEqual(CHUNKS * 2 * 2)
    // A stalled one holds what its socket was given before, and whoever wanted everything is ended with the reason.
    for (const { kept } of stalled) expect(kept).toBeLessThanOrEqual(BUFFER_LIMIT + BATCH_LIMIT)
    await new Promise<void>(resolve => {
      const look = (): void => {
        if (stalled.every(({ closed }, index) => index % 2 === 1 || closed !== null)) resolve()
        else setTimeout(look, 1)
      }
      look()
    })
    expect(stalled.map(({ closed }) => closed)).toEqual(
      stalled.map((_, index) => (index % 2 === 0 ? SLOW_CONSUMER : null)),
    )
    for (const { offered, delivered, conflated, dropped, waiting } of fanOut.reports()) {
      expect(offered).toBe(delivered + conflated + dropped + waiting)
    }
    fanOut.close(1001, 'done')
  }, 120_000)
})
