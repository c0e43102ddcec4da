import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { genesis, temporaryDirectory } from '../support/genesis.js'
import { listen, serve, type Listener, type Served } from '../support/served.js'

/** `GENESIS_CLIENTS=1000 npx vitest run test/journeys/gateway-load.test.ts` prints the figures of docs/scaling.md. */
const MEASURES = process.env['GENESIS_CLIENTS'] !== undefined
const CLIENTS = Number(process.env['GENESIS_CLIENTS'] ?? 1_000)
const STALLED = Math.ceil(CLIENTS / 20)
const KEEPING = 10
/** Where nobody measures, as much as shows that nothing is lost, at a pace that a busy machine bears. */
const EVENTS = MEASURES ? 5_000 : 300
const RATE = MEASURES ? 100 : 5
/** What one socket may hold before it gets no more, and one batch. */
const MOST_BUFFERED = 1024 * 1024 + 256 * 1024 + 64 * 1024
const STREAMS = ['btcusdt@trade', 'btcusdt@quote', 'btcusdt@book', 'ethusdt@trade', 'ethusdt@quote']
const STRATEGY = ['--strategy', 'sma', '--param', 'fast=2', '--param', 'slow=5']

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

/** Processor time of the run so far, milliseconds. */
function cpuMs(served: Served): number {
  const fields =
    readFileSync(`/proc/${served.run.child.pid ?? 0}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

describe('a crowd of listeners', () => {
  it(`of ${CLIENTS}, ${STALLED} of them stalled, changes nothing for the run: nothing missing, buffers bounded, every account exact, the digest that of the tape`, async () => {
    const cwd = temporaryDirectory('crowd')
    const session = join(cwd, 'session')
    const served = await serve(['paper', ...STREAMS, '--exchange', 'sim', '--rate', String(RATE), ...STRATEGY, '--session', session, '--serve'], { cwd }) // prettier-ignore
    const before = await figures(served)
    const crowd: Listener[] = []
    for (let count = 0; count < CLIENTS; count++) {
      const policy = count % 2 === 0 ? 'lossless' : 'latest'
      const listener = await listen(served.url, served.token, { topics: ['*'], policy })
      if (count < STALLED) (listener.socket as unknown as { _socket: { pause(): void } })._socket.pause()
      else if (count >= STALLED + KEEPING) {
        // Only some keep what they hear; the crowd as a whole would need more memory than the server.
        listener.socket.removeAllListeners('message')
        listener.socket.on('message', () => undefined)
      }
      crowd.push(listener)
    }
    // Figures of the event loop begin anew with each look.
    const crowded = await figures(served)
    const keeping = crowd.slice(STALLED, STALLED + KEEPING)
    const heard = keeping.map(({ messages }) => messages.length)
    const cpuBefore = cpuMs(served)
    const began = performance.now()
    await Promise.all(keeping.map((listener, index) => listener.until(messages => messages.length >= (heard[index] ?? 0) + EVENTS))) // prettier-ignore
    const seconds = (performance.now() - began) / 1000
    const cpuShare = (cpuMs(served) - cpuBefore) / 1000 / seconds
    const after = await figures(served)
    const account = await served.json('/api/account')
    const { clients } = await served.json('/api/clients')

    expect(account).toMatchObject({ gaps: 0, reconnects: 0, deadLettered: 0 })
    expect(account.frames).toBe(account.decoded + account.control + account.deadLettered)
    for (const { emitted, delivered, conflated, shed, failed } of account.subscribers) {
      expect(emitted).toBe(delivered + conflated + shed + failed)
    }
    const owed = account.subscribers.filter((one: { component: string }) => /^(?:gateway|strategy:)/.test(one.component))
    expect(owed.length).toBeGreaterThan(5)
    for (const { emitted, delivered } of owed) expect(delivered).toBe(emitted)
    expect(clients.length).toBeGreaterThanOrEqual(CLIENTS - STALLED)
    for (const { offered, delivered, conflated, dropped, waiting, buffered } of clients) {
      expect(offered).toBe(delivered + conflated + dropped + waiting)
      expect(buffered).toBeLessThanOrEqual(MOST_BUFFERED)
    }
    for (const { messages } of keeping) {
      const trades = messages.flatMap(({ event }) =>
        event?.type === 'trade' && event.symbol === 'BTCUSDT' ? [Number(event.id)] : [],
      )
      expect(trades.length).toBeGreaterThan(EVENTS / 20)
      expect(trades).toEqual(Array.from({ length: trades.length }, (_, index) => trades[0]! + index))
    }
    if (MEASURES) {
      const perSecond = (after.events - crowded.events) / seconds
      process.stderr.write(`\n${CLIENTS} clients, ${STALLED} stalled\n${JSON.stringify({ before, after, perSecond, cpuShare })}\n`)
    }
    for (const { socket } of crowd) socket.terminate()
    served.run.child.kill('SIGINT')
    const { summary } = await served.run.finished
    const verified = await genesis(['verify', session, '--json'], { timeoutMs: 120_000 })
    expect([verified.code, verified.summary['digest']]).toEqual([0, summary['digest']])
  }, 300_000)
}) // prettier-ignore
