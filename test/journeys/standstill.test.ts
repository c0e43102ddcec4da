/** D11 and P11 of the fault catalogue: the process is stopped, and its connection does not survive it. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FaultServer, type Peer } from '../support/fault-server.js'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'
import { eventsIn, until, type Event } from './box.js'

const MS = 1_732_400_000_000
const STREAMS = ['btcusdt@trade', 'btcusdt@ticker']
/** Longer than what counts as a long standstill, and far below the 25 s after which Binance's adapter asks by itself. */
const STOPPED_MS = 6_500

/** A market at which something happens all the time, and whose connections can be told to be dead without a sign. */
class Market {
  readonly alive = new Set<Peer>()
  private id = 0

  join = (peer: Peer): void => {
    peer.accept().onText = text => {
      peer.json({ result: null, id: (JSON.parse(text) as { id: number }).id })
      if (text.includes('"SUBSCRIBE"')) this.alive.add(peer)
    }
  }

  step(): void {
    const id = ++this.id
    const [time, price] = [MS + id, '"97000.10"']
    const trade = `{"e":"trade","E":${time},"s":"BTCUSDT","t":${id},"p":${price},"q":"0.5","T":${time},"m":false,"M":true}`
    const ticker = `{"e":"24hrTicker","E":${time},"s":"BTCUSDT","c":${price},"o":${price},"h":${price},"l":${price},"v":"${id}"}`
    for (const peer of this.alive) peer.text(trade).text(ticker)
  }

  /** The socket stays open, and nobody is there. */
  die(): void {
    for (const peer of this.alive) peer.answersPings = false
    this.alive.clear()
  }
}

/** What `command` tells of a market while it is stopped in the middle. */
async function stopped(command: readonly string[], meanwhile: (market: Market, server: FaultServer) => void) {
  const market = new Market()
  const server = await FaultServer.start({ script: market.join })
  const timer = setInterval(() => market.step(), 20)
  const [name = '', ...options] = command
  const args = [name, ...STREAMS, ...options, '--url', server.url, '--json']
  const running = start(args, { timeoutMs: 90_000 })
  await until(() => server.peers.length === 1 && market.alive.size === 1, 30_000)
  await new Promise(resolve => setTimeout(resolve, 1_000))
  running.child.kill('SIGSTOP')
  meanwhile(market, server)
  await new Promise(resolve => setTimeout(resolve, STOPPED_MS))
  running.child.kill('SIGCONT')
  return {
    market,
    server,
    running,
    end: async () => {
      running.child.kill('SIGINT')
      const finished = await running.finished
      clearInterval(timer)
      await server.stop()
      return finished
    },
  }
}

const states = (events: readonly Event[], stream: string): string[] =>
  events.filter(event => event['stream'] === stream).map(({ state, detail }) => `${String(state)}: ${String(detail)}`)

const CAUSE = 'own_stall: this process stood still for 6\\d{3} ms; '

describe.concurrent('a process that was stopped', () => {
  it('D11 P11 has its dead connection replaced at once, and tells that itself is the cause', async () => {
    const { market, running, server, end } = await stopped(['stream'], one => one.die())
    const isBack = (): boolean =>
      states(eventsIn(running), 'btcusdt@trade').some(text => text.startsWith('disconnected'))
    expect(await until(isBack, 60_000)).toBe(true)
    const { events, summary } = await end()
    expect(server.peers).toHaveLength(2)
    expect(market.alive.size).toBe(1)
    const told = states(events, 'btcusdt@trade')
    // By the probe, and not by the silence that it is.
    expect(told).toContainEqual(expect.stringMatching(new RegExp(`^disconnected: ${CAUSE}no answer to a ping in 2000 ms$`))) // prettier-ignore
    expect(told.filter(text => text.startsWith('gap'))).toEqual([expect.stringMatching(/^gap: trades \d+ to \d+ missing$/)]) // prettier-ignore
    expect(summary).toMatchObject({ gaps: 1, deadLettered: 0 })
  })

  it('D11 P11 leaves a hole in the recording that names it', async () => {
    const tape = join(temporaryDirectory('standstill'), 'tape.jsonl')
    // The exchange does not wait for those who do not read.
    const { server, end } = await stopped(['record', '-o', tape], (_, one) => one.peers[0]?.reset())
    expect(await until(() => server.peers.length === 2, 60_000)).toBe(true)
    await new Promise(resolve => setTimeout(resolve, 500))
    await end()
    const { events } = await genesis(['gaps', tape, '--json'])
    const rows = events.filter(event => event['type'] === 'gap')
    expect(rows.map(({ stream, cause }) => [stream, cause]).sort()).toEqual([
      ['btcusdt@ticker', 'disconnected'],
      ['btcusdt@trade', 'sequence'],
    ])
    const detail = new RegExp(`^${CAUSE}connection cut without a close message$`)
    expect(rows.find(({ stream }) => stream === 'btcusdt@ticker')?.['detail']).toMatch(detail)
  })

  it('D11 P11 that kept its connection reads on where it was', async () => {
    const { market, running, server, end } = await stopped(['stream'], () => undefined)
    const [peer] = server.peers
    expect(await until(() => (peer?.pings ?? 0) > 0, 30_000)).toBe(true)
    const before = eventsIn(running).length
    expect(await until(() => eventsIn(running).length > before + 100, 30_000)).toBe(true)
    // Longer than a probe takes.
    await new Promise(resolve => setTimeout(resolve, 3_000))
    const { summary } = await end()
    expect(server.peers).toHaveLength(1)
    expect(market.alive.size).toBe(1)
    expect(summary).toMatchObject({ gaps: 0, reconnects: 0 })
  })
})
