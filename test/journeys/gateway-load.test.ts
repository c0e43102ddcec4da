import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { listen, serve, wait, type Listener, type Served } from '../support/served.js'

/** `GENESIS_CLIENTS=1000 npx vitest run test/journeys/gateway-load.test.ts` prints the figures of docs/scaling.md. */
const CLIENTS = Number(process.env['GENESIS_CLIENTS'] ?? 100)
const STALLED = Math.ceil(CLIENTS / 20)
const SECONDS = CLIENTS > 500 ? 30 : 4
const STREAMS = ['btcusdt@trade', 'btcusdt@quote', 'btcusdt@book', 'ethusdt@trade', 'ethusdt@quote']

interface Figures {
  readonly events: number
  readonly pipelineP50: number
  readonly pipelineP99: number
  readonly loopP99: number
  readonly megabytes: number
}

async function figures(served: Served): Promise<Figures> {
  const text = await (await served.ask('/metrics')).text()
  const value = (name: string): number =>
    Number(new RegExp(`^${name.replace(/[{}"+.]/g, '\\$&')} (.+)$`, 'm').exec(text)?.[1])
  const buckets = [...text.matchAll(/genesis_latency_seconds_bucket\{le="([^"]+)",stage="pipeline",exchange="sim"\} (\d+)/g)].map(([, le, count]) => [Number(le), Number(count)] as const) // prettier-ignore
  const total = buckets.at(-1)?.[1] ?? 0
  const below = (share: number): number => buckets.find(([, count]) => count >= total * share)?.[0] ?? Infinity
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${served.run.child.pid ?? 0}/status`, 'utf8'))?.[1]
  return {
    events: total,
    pipelineP50: below(0.5),
    pipelineP99: below(0.99),
    loopP99: value('nodejs_eventloop_lag_p99_seconds'),
    megabytes: Number(rss) / 1024,
  }
}

describe('a crowd of listeners', () => {
  it(`of ${CLIENTS}, ${STALLED} of them stalled, costs the run nothing: nothing missing, memory bounded, every account exact`, async () => {
    const served = await serve(['serve', ...STREAMS, '--exchange', 'sim', '--rate', '100'])
    await wait(2_000)
    const before = await figures(served)
    const crowd: Listener[] = []
    for (let count = 0; count < CLIENTS; count++) {
      const stalled = count < STALLED
      const listener = await listen(served.url, served.token, {
        topics: ['*'],
        policy: count % 2 === 0 ? 'lossless' : 'latest',
      })
      if (stalled) (listener.socket as unknown as { _socket: { pause(): void } })._socket.pause()
      else if (count >= STALLED + 10) {
        // Only some keep what they hear; the crowd as a whole would need more memory than the server.
        listener.socket.removeAllListeners('message')
        listener.socket.on('message', () => undefined)
      }
      crowd.push(listener)
    }
    await wait(1_000)
    // Figures of the event loop begin anew with each look.
    await figures(served)
    await wait(SECONDS * 1_000)
    const after = await figures(served)
    const account = await served.json('/api/account')
    const { clients } = await served.json('/api/clients')

    expect(account).toMatchObject({ gaps: 0, reconnects: 0, deadLettered: 0 })
    expect(account.frames).toBe(account.decoded + account.control + account.deadLettered)
    const gateway = account.subscribers.filter((one: { component: string }) => one.component === 'gateway')
    for (const { emitted, delivered } of gateway) expect(delivered).toBe(emitted)
    expect(clients.length).toBeGreaterThanOrEqual(CLIENTS - STALLED)
    for (const { offered, delivered, conflated, dropped, waiting, buffered } of clients) {
      expect(offered).toBe(delivered + conflated + dropped + waiting)
      expect(buffered).toBeLessThan(4 * 1024 * 1024)
    }
    for (const { messages } of crowd.slice(STALLED, STALLED + 10)) {
      const trades = messages.flatMap(({ event }) =>
        event?.type === 'trade' && event.symbol === 'BTCUSDT' ? [Number(event.id)] : [],
      )
      expect(trades.length).toBeGreaterThan(50)
      expect(trades).toEqual(Array.from({ length: trades.length }, (_, index) => trades[0]! + index))
    }
    expect(after.megabytes).toBeLessThan(before.megabytes + 150 + STALLED * 3)
    process.stderr.write(`\n${CLIENTS} clients, ${STALLED} stalled\n${JSON.stringify({ before, after })}\n`)
    for (const { socket } of crowd) socket.terminate()
    await served.stop()
  }, 180_000)
})
