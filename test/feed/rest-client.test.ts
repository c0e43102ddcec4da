import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Shared } from '../../src/feed/feed-options.js'
import { HostPenalties } from '../../src/feed/host-penalty.js'
import type { Line } from '../../src/feed/line.js'
import { RealClock } from '../../src/feed/real-clock.js'
import { RestClient } from '../../src/feed/rest-client.js'
import { realTimers, type Timers } from '../../src/feed/timers.js'

/** No pause takes any time; the deadlines of requests do. */
const hasty = (pauses: number[]): Timers => ({
  after: (ms, run) => {
    if (ms >= 5_000) return realTimers.after(ms, run)
    pauses.push(ms)
    return realTimers.after(0, run)
  },
})

async function server(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const http = createServer(answer)
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return `ws://127.0.0.1:${(http.address() as { port: number }).port}`
}

function client(base: string, pauses: number[] = []): { readonly rest: RestClient; readonly penalties: HostPenalties } {
  const clock = new RealClock()
  const penalties = new HostPenalties(
    () => clock.monotonicMs(),
    () => 0,
  )
  const shared = { clock, timers: hasty(pauses), random: () => 0, penalties, timing: {}, ca: undefined, urls: [base] }
  const line = { route: { base, proxy: null } } as unknown as Line
  return {
    rest: new RestClient(shared as unknown as Shared, name => (name === 'binance' ? line : undefined)),
    penalties,
  }
}

const question = { exchange: 'binance', url: (base: string | null) => `${base ?? ''}/rules` }

describe('RestClient', () => {
  it('asks where the line goes, again after an error of the server, and no more after three times', async () => {
    let asked = 0
    const base = await server((request, response) => {
      asked++
      if (asked < 3) response.writeHead(503).end()
      else response.end(request.url)
    })
    expect(await client(base).rest.ask(question)).toEqual({ body: '/rules' })
    expect(asked).toBe(3)
    asked = -10
    expect(await client(base).rest.ask(question)).toEqual({ why: expect.stringContaining('503') as string })
    expect(asked).toBe(-7)
  })

  it('sends along by POST what the address wants to be told', async () => {
    const base = await server((request, response) => {
      const { method, headers } = request
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => response.end(JSON.stringify([method, headers['content-type'], body])))
    })
    const answer = await client(base).rest.ask({ ...question, body: '{"type":"meta","of":"µ"}' })
    expect(answer).toEqual({ body: JSON.stringify(['POST', 'application/json', '{"type":"meta","of":"µ"}']) })
    expect(await client(base).rest.ask(question)).toEqual({ body: JSON.stringify(['GET', null, '']) })
  })

  it('takes a refusal for an answer', async () => {
    let asked = 0
    const base = await server((_, response) => {
      asked++
      response.writeHead(451).end()
    })
    expect(await client(base).rest.ask(question)).toEqual({ why: expect.stringContaining('451') as string })
    expect(asked).toBe(1)
  })

  it('leaves a host alone that asks for it, as its connections do', async () => {
    const base = await server((_, response) => response.writeHead(429, { 'retry-after': '3' }).end())
    const pauses: number[] = []
    const { rest, penalties } = client(base, pauses)
    await rest.ask(question)
    expect(penalties.waitMs(new URL(base).host)).toBeGreaterThan(1_000)
    expect(Math.max(...pauses)).toBeGreaterThan(1_000)
  })

  it('says so where there is nobody or nothing to ask', async () => {
    const { rest } = client('ws://127.0.0.1:9')
    expect(await rest.ask({ ...question, exchange: 'kraken' })).toEqual({ why: 'no connection' })
    expect(await rest.ask({ exchange: 'binance', url: () => undefined })).toEqual({ why: 'the exchange does not tell' })
  })

  it('ends what it waits for when it is stopped', async () => {
    let isAsked: () => void = () => undefined
    const arrived = new Promise<void>(resolve => (isAsked = resolve))
    const { rest } = client(await server(() => isAsked()))
    const answer = rest.ask(question)
    await arrived
    rest.stop()
    expect(await answer).toHaveProperty('why')
    expect(await rest.ask(question)).toEqual({ why: 'no connection' })
  })
})
