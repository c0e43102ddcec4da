import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import WebSocket from 'ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROUTES } from '../../src/gateway/app.js'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'
import { eventually, serve, wait, type Served } from '../support/served.js'
import { eventsIn } from './box.js'

const STREAMS = ['btcusdt@trade', 'btcusdt@quote', 'btcusdt@book']
const guide = readFileSync(new URL('../../docs/gateway.md', import.meta.url), 'utf8')
const examples = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, text = '']) => text)

type Shown = readonly [kind: string, what: { readonly type?: string; readonly id?: string }]

const cwd = temporaryDirectory('gateway')
let served: Served
let session: string

beforeAll(async () => {
  session = join(cwd, 'session')
  const strategy = ['--strategy', 'sma', '--param', 'fast=3', '--param', 'slow=9', '--session', session]
  served = await serve(['paper', ...STREAMS, '--exchange', 'sim', '--rate', '100', ...strategy, '--serve'], { cwd })
  await eventually(
    () => served.json('/api/books'),
    answer => answer.books[0]?.isWhole === true,
  )
  await eventually(
    () => served.json('/api/strategies'),
    answer => answer.strategies[0]?.counts.fills > 2,
  )
})

afterAll(() => served.stop())

describe('the guide, as a reader would follow it', () => {
  const environment = (): NodeJS.ProcessEnv => ({ ...process.env, GENESIS: served.url, TOKEN: served.token })

  it('in curl', async () => {
    for (const text of examples('sh')) {
      for (const line of text.split('\n').filter(line => line.startsWith('curl'))) {
        const setup = text.split('\n').filter(other => other.startsWith('auth=')).join('\n') // prettier-ignore
        const answer = execFileSync('bash', ['-c', `set -e\n${setup}\n${line}`], {
          env: environment(),
          encoding: 'utf8',
        })
        expect(answer, line).toMatch(line.includes('/metrics') ? /genesis_frames_total/ : /^\{/)
      }
    }
    expect(readdirSync(join(cwd, 'recordings'))).toContain('afternoon.jsonl.gz')
    const { strategies } = await served.json('/api/strategies')
    expect(strategies[0].blocks).toBe('none')
  })

  it('in Python', () => {
    const [program = ''] = examples('python')
    const out = execFileSync('python3', ['-c', program], { env: environment(), encoding: 'utf8' })
    expect(out).toMatch(/best bid [\d.]+ best ask [\d.]+/)
    expect(out).toMatch(/'stream': 'sim:solusdt@trade', 'changed': True/)
    expect(out).toMatch(/'blocks': 'entries'.*\n.*'blocks': 'none'/)
    expect(out).toMatch(/equity \d+\.\d+/)
  })

  it('in JavaScript: state, events, and the place where a lost connection goes on', async () => {
    const shown: Shown[] = []
    const show = (kind: string, what: Shown[1]): number => shown.push([kind, what])
    const sockets: WebSocket[] = []
    class Kept extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols)
        sockets.push(this)
      }
    }
    const [events = '', questions = ''] = examples('js')
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the example is code
    new Function('WebSocket', 'GENESIS', 'TOKEN', 'show', events)(Kept, served.url, served.token, show)
    const trades = (): number[] => shown.flatMap(([kind, { type, id }]) => (kind === 'event' && type === 'trade' ? [Number(id)] : [])) // prettier-ignore
    await eventually(
      () => Promise.resolve(trades()),
      ids => ids.length > 5,
    )
    expect(shown[0]).toMatchObject(['subscribed', { resumed: false }])
    expect(shown[1]).toMatchObject(['state', { type: 'book', snapshot: true }])
    sockets[0]?.terminate()
    await eventually(
      () => Promise.resolve(shown),
      seen => seen.some(([kind]) => kind === 'resumed'),
    )
    const had = trades().length
    await eventually(
      () => Promise.resolve(trades()),
      ids => ids.length > had + 5,
    )
    const [first = 0] = trades()
    expect(trades()).toEqual(Array.from({ length: trades().length }, (_, index) => first + index))
    for (const socket of sockets) {
      socket.onclose = null
      socket.terminate()
    }

    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as above
    await (new Function('GENESIS', 'TOKEN', 'show', `return (async () => { ${questions} })()`)(served.url, served.token, show) as Promise<void>) // prettier-ignore
    expect(shown.slice(-3)).toMatchObject([
      ['state', { exchange: 'sim', symbol: 'BTCUSDT' }],
      ['paused', { strategies: ['sma'], blocks: 'entries' }],
      ['resumed', { strategies: ['sma'], blocks: 'none' }],
    ])
  })
})

describe('answers', () => {
  it.each(ROUTES.filter(({ method, path }) => method === 'get' && !path.includes('{')).map(({ path, result }) => [path, result] as const))(
    '%s is what the OpenAPI document promises',
    async (path, result) => {
      expect(result.safeParse(await served.json(path))).toMatchObject({ success: true })
    },
  ) // prettier-ignore

  it('describes every address in OpenAPI', async () => {
    const { openapi, paths } = await served.json('/openapi.json')
    expect(openapi).toBe('3.1.0')
    expect(Object.keys(paths)).toEqual([...new Set(ROUTES.map(({ path }) => path))])
    expect(paths['/api/books/{exchange}/{symbol}'].get.parameters.map((one: { name: string }) => one.name)).toEqual(['exchange', 'symbol', 'depth']) // prettier-ignore
  })

  it('counts a running account that adds up', async () => {
    const { frames, decoded, control, deadLettered } = await served.json('/api/account')
    expect(frames).toBe(decoded + control + deadLettered)
    expect(frames).toBeGreaterThan(0)
  })

  it('measures in Prometheus what the account says', async () => {
    const text = await (await served.ask('/metrics')).text()
    for (const name of ['genesis_latency_seconds_bucket{le="0.001",stage="pipeline",exchange="sim"}', 'genesis_symbol_events_total', 'genesis_conflicts_total', 'genesis_bus_queue_events', 'genesis_mechanism{', 'nodejs_eventloop_lag_seconds']) {
      expect(text).toContain(name)
    } // prettier-ignore
  })

  it('has every figure that the Grafana dashboard asks for', async () => {
    const text = await (await served.ask('/metrics')).text()
    const dashboard = JSON.parse(readFileSync(new URL('../../docs/grafana-dashboard.json', import.meta.url), 'utf8'))
    const asked: string[] = dashboard.panels.flatMap((panel: { targets: { expr: string }[] }) => panel.targets.flatMap(({ expr }) => expr.match(/(?:genesis|nodejs|process)_\w+/g) ?? [])) // prettier-ignore
    expect(asked.length).toBeGreaterThan(15)
    for (const name of asked) expect(text, name).toMatch(new RegExp(`^# HELP ${name.replace(/_bucket$/, '')} `, 'm'))
  })
})

describe('events', () => {
  it('give a snapshot and then every event; a client that returns gets what it missed, once', async () => {
    const first = await served.listen({ topics: ['trade.*', 'book.*'] })
    await first.until(messages => messages.length > 30)
    first.socket.terminate()
    const [hello] = first.messages
    const seen = first.messages.filter(message => message['event'])
    const from = seen.at(-1)!['sequence'] as number
    await wait(300)
    const second = await served.listen({ topics: ['trade.*', 'book.*'], from, epoch: hello!['epoch'] })
    await second.until(messages => messages.length > 30)
    second.socket.terminate()
    expect(second.messages[1]).toMatchObject({ type: 'subscribed', resumed: true, sequence: from })
    const all = [...seen, ...second.messages.filter(message => message['event'])]
    const trades = all.flatMap(({ event }) => (event.type === 'trade' ? [Number(event.id)] : []))
    expect(trades).toEqual(Array.from({ length: trades.length }, (_, index) => trades[0]! + index))
    const numbers = all.map(message => message['sequence'] as number)
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
    expect(new Set(numbers).size).toBe(numbers.length)
  })

  it('begin from a snapshot where the number is of another run', async () => {
    const client = await served.listen({ topics: ['*'], from: 5, epoch: 'other' })
    await client.until(messages => messages.some(message => message['type'] === 'snapshot'))
    expect(client.messages[1]).toMatchObject({ type: 'subscribed', resumed: false })
    client.socket.terminate()
  })

  it('tell what is wrong with a request, and end a client that talks too much', async () => {
    const client = await served.listen({ topics: ['a..b'] })
    await client.until(messages => messages.some(message => message['type'] === 'error'))
    for (let count = 0; count < 40; count++) client.socket.send('{')
    await new Promise(resolve => client.socket.on('close', resolve))
  })

  it('reach another genesis, which shows the same trades', async () => {
    const path = join(cwd, 'follower.token')
    writeFileSync(path, served.token, { mode: 0o600 })
    const { code, events } = await genesis(['stream', '--from', served.url.replace('http', 'ws'), '--from-token', path, '--limit', '200', '--json']) // prettier-ignore
    expect(code).toBe(0)
    const trades = events.filter(event => event['type'] === 'trade').map(event => Number(event['id']))
    expect(trades.length).toBeGreaterThan(20)
    expect(trades).toEqual(Array.from({ length: trades.length }, (_, index) => trades[0]! + index))
    expect(events.find(event => event['type'] === 'book')).toMatchObject({ snapshot: true })
  })
})

describe('nobody comes in who should not', () => {
  const raw = (path: string, headers: Record<string, string>, method = 'GET', body = ''): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(`${served.url}${path}`, { method, headers }, response => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      request.on('error', reject)
      request.end(body)
    })
  const upgrade = (headers: Record<string, string>): Promise<number> =>
    new Promise(resolve => {
      const socket = new WebSocket(`${served.url.replace('http', 'ws')}/events`, { headers })
      socket.on('error', () => undefined)
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
      socket.on('open', () => resolve(101))
    })
  const bearer = (): Record<string, string> => ({ Authorization: `Bearer ${served.token}` })

  it('needs the token for everything but health', async () => {
    for (const { method, path, isOpen } of ROUTES) {
      const status = await raw(path.replace(/\{\w+\}/g, 'x'), {}, method.toUpperCase())
      expect(status, path).toBe(isOpen === true ? 200 : 401)
    }
    expect(await raw('/openapi.json', {})).toBe(401)
    expect(await raw('/metrics', {})).toBe(401)
  })

  it('refuses foreign names, pages and forms, over HTTP and over sockets', async () => {
    expect(await raw('/health', { Host: 'evil.example' })).toBe(403)
    expect(await raw('/api/streams', { ...bearer(), Origin: 'http://evil.example' })).toBe(403)
    expect(await raw('/api/streams', { ...bearer(), Origin: 'null' })).toBe(403)
    expect(await raw('/api/kill', { ...bearer(), 'Content-Type': 'text/plain' }, 'POST', '{"blocks":"all"}')).toBe(415)
    expect(await raw('/api/streams', { ...bearer(), 'Content-Type': 'application/json' }, 'POST', JSON.stringify({ stream: 'x'.repeat(20_000) }))).toBe(413) // prettier-ignore
    expect(await upgrade({ ...bearer(), Origin: 'http://evil.example' })).toBe(403)
    expect(await upgrade({ ...bearer(), Host: 'evil.example' })).toBe(403)
    expect(await upgrade({ ...bearer(), Origin: served.url })).toBe(101)
  })

  it('sends no CORS header and lets no page frame or sniff it', async () => {
    const { headers } = await served.ask('/api/streams', { headers: { Origin: served.url } })
    expect([...headers.keys()].filter(name => name.startsWith('access-control'))).toEqual([])
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    const preflight = await served.ask('/api/kill', { method: 'OPTIONS', headers: { Origin: served.url } })
    expect(preflight.status).toBe(404)
  })

  it('writes recordings below one directory only', async () => {
    for (const name of ['../out.jsonl', '/tmp/out.jsonl', '.hidden', 'a/b', 'a\u0000b', 'x'.repeat(81), '']) {
      expect((await served.post('/api/recordings', { name })).status, name).toBe(400)
    }
  })

  it('takes hostile keys and bodies for what they are', async () => {
    const send = (body: string): Promise<Response> => served.ask('/api/streams', { method: 'POST', body })
    expect((await send('{"__proto__":{"stream":"sim:btcusdt@trade"}}')).status).toBe(400)
    expect((await send('{"stream":"sim:btcusdt@trade","constructor":{}}')).status).toBe(400)
    expect((await send('['.repeat(5_000))).status).toBe(400)
    expect((await served.json('/api/books/__proto__/constructor')).error.code).toBe('no_book')
    const problem = await (await send(JSON.stringify({ stream: '\u001b[2J</script>@trade' }))).text()
    expect(problem).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })

  it('commands that reach nobody are refused', async () => {
    expect((await served.post('/api/strategies/none/pause', {})).status).toBe(404)
    expect((await served.ask('/api/streams?stream=sim:xrpusdt@trade', { method: 'DELETE' })).status).toBe(404)
    expect((await served.post('/api/streams', { stream: 'nonsense' })).status).toBe(400)
    expect((await served.ask('/api/recordings/99', { method: 'DELETE' })).status).toBe(404)
  })

  it('does not open beyond loopback without a token of its own', async () => {
    const { code, stderr } = await genesis(['serve', '--host', '0.0.0.0', '--port', '0'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/lets other machines in, and no token was named.*--token-file/)
    const missing = await genesis(['serve', '--host', '0.0.0.0', '--port', '0', '--token-file', join(cwd, 'none')])
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/does not exist/) })
  })

  it('makes who tries tokens wait', async () => {
    const statuses = []
    for (let count = 0; count < 60; count++) statuses.push(await raw('/api/streams', { Authorization: 'Bearer guess' }))
    expect(statuses.at(-1)).toBe(429)
    expect(await raw('/api/streams', bearer())).toBe(200)
  })

  it('says in one line that a port is taken', async () => {
    const { code, stderr } = await genesis(['serve', '--port', new URL(served.url).port])
    expect(code).toBe(2)
    expect(stderr).toMatch(/cannot serve on 127\.0\.0\.1:\d+.*--port 0/)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})

describe('the run behind it', () => {
  it('leaves recordings whose books are whole, though the book of the run had its snapshot before', async () => {
    const { id, path } = await (await served.post('/api/recordings', { name: 'books.jsonl' })).json()
    const isThere = (): boolean => /depthSnapshot[^]*depthUpdate/.test(readFileSync(path, 'utf8'))
    await eventually(() => Promise.resolve(isThere()), Boolean)
    await served.json(`/api/recordings/${String(id)}`, { method: 'DELETE' })
    const { events, summary } = await genesis(['replay', path, '--speed', 'max', '--json'])
    expect(summary).toMatchObject({ booksWithoutSnapshot: [], gaps: 0 })
    const books = events.filter(({ type }) => type === 'book')
    expect([books[0]?.['snapshot'], books.length > 1]).toEqual([true, true])
  })

  it('stops at the kill switch, and the backtest of its tape stops there too; the token is in none of its output', async () => {
    await served.post('/api/resume', {})
    await wait(500)
    await served.post('/api/kill', { detail: 'end of the day' })
    const halted = await served.json('/api/strategies')
    expect(halted.strategies[0]).toMatchObject({ blocks: 'flatten' })
    await eventually(() => served.json('/api/positions'), ({ positions }) => positions.every((one: { size: string }) => Number(one.size) === 0)) // prettier-ignore
    served.run.child.kill('SIGINT')
    const { code, summary, events, stdout, stderr } = await served.run.finished
    expect(code).toBe(0)
    expect(events.filter(event => event['type'] === 'halt').at(-1)).toMatchObject({
      code: 'command',
      detail: 'end of the day',
    })
    expect(stdout + stderr).not.toContain(served.token)
    const tape = join(session, 'tape.jsonl')
    const again = await genesis([
      'backtest',
      tape,
      '--strategy',
      'sma',
      '--param',
      'fast=3',
      '--param',
      'slow=9',
      '--json',
    ])
    expect(again.summary['digest']).toBe(summary['digest'])
    for (const file of readdirSync(session))
      expect(readFileSync(join(session, file), 'utf8')).not.toContain(served.token)
  })

  it('leaves recordings that replay whole', async () => {
    const path = join(cwd, 'recordings', 'afternoon.jsonl.gz')
    expect(existsSync(path)).toBe(true)
    const { code, summary } = await genesis(['replay', path, '--speed', 'max', '--json'])
    expect(code).toBe(0)
    expect(summary).toMatchObject({ deadLettered: 0 })
  })
})

describe('a server that restarts', () => {
  it('keeps its token, and a follower goes on with the loss named', async () => {
    const stateHome = temporaryDirectory('restart')
    const first = await serve(['serve', 'btcusdt@trade', '--exchange', 'sim'], { stateHome })
    const port = Number(new URL(first.url).port)
    const path = join(stateHome, 'genesis', 'token')
    const follower = start(['stream', '--from', first.url.replace('http', 'ws'), '--from-token', path, '--json'], { timeoutMs: 60_000 }) // prettier-ignore
    await follower.saw('"trade"')
    first.run.child.kill('SIGKILL')
    await first.run.finished
    const second = await serve(['serve', 'btcusdt@trade', '--exchange', 'sim'], { stateHome, port })
    expect(second.token).toBe(first.token)
    const gap = (): number => eventsIn(follower).findIndex(event => event['state'] === 'gap')
    const goesOn = (): boolean =>
      gap() >= 0 &&
      eventsIn(follower)
        .slice(gap())
        .some(event => event['type'] === 'trade')
    await eventually(() => Promise.resolve(goesOn()), Boolean)
    follower.child.kill('SIGINT')
    const { events, code } = await follower.finished
    expect(code).toBe(0)
    expect(events[gap()]).toMatchObject({ type: 'status', exchange: 'sim', stream: 'btcusdt@trade' })
    await second.stop()
  })
})
