/** A running `genesis … --serve` on a free port, and ways to talk to it. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import WebSocket from 'ws'
import { start, type Running } from './genesis.js'

export interface Served {
  readonly url: string
  readonly token: string
  readonly run: Running
  ask(path: string, init?: RequestInit): Promise<Response>
  json(path: string, init?: RequestInit): Promise<any> // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever was answered
  post(path: string, body: unknown): Promise<Response>
  listen(request: object): Promise<Listener>
  stop(): Promise<void>
}

/** Messages of one client of `/events`, as they come. */
export interface Listener {
  readonly messages: Record<string, any>[] // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever came
  readonly socket: WebSocket
  until(isThere: (messages: Listener['messages']) => boolean): Promise<void>
}

export async function serve(
  args: readonly string[],
  options: { readonly stateHome?: string; readonly cwd?: string; readonly port?: number } = {},
): Promise<Served> {
  const stateHome = options.stateHome ?? mkdtempSync(join(tmpdir(), 'genesis-serve-'))
  const run = start([...args, '--port', String(options.port ?? 0), '--json'], {
    env: { XDG_STATE_HOME: stateHome },
    cwd: options.cwd ?? stateHome,
    timeoutMs: 120_000,
  })
  let stdout = ''
  run.child.stdout?.on('data', (text: string) => (stdout += text))
  await run.saw('"serving"')
  while (!/"serving".*\n/.test(stdout)) await wait(10)
  const line = stdout.split('\n').find(text => text.includes('"serving"')) ?? ''
  const { url, tokenFile } = JSON.parse(line) as { url: string; tokenFile: string }
  const token = readFileSync(tokenFile, 'utf8').trim()
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetchOverFreshSocket(`${url}${path}`, {
      ...init,
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        ...(init.headers as Record<string, string> | undefined),
      },
    })
  return {
    url,
    token,
    run,
    ask,
    json: async (path, init) => (await ask(path, init)).json(),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
    listen: request => listen(url, token, request),
    stop: async () => {
      run.child.kill('SIGINT')
      await run.finished
    },
  }
}

export async function listen(url: string, token: string, request: object): Promise<Listener> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/events`, { headers: { Authorization: `Bearer ${token}` } })
  const listener: Listener = {
    socket,
    messages: [],
    until: async isThere => {
      while (!isThere(listener.messages)) await wait(10)
    },
  }
  socket.on('error', () => undefined)
  socket.on('message', (data: Buffer) => {
    for (const text of data.toString('utf8').split('\n')) listener.messages.push(JSON.parse(text))
  })
  await listener.until(messages => messages.some(message => message['type'] === 'hello'))
  socket.send(JSON.stringify({ op: 'subscribe', ...request }))
  return listener
}

export function wait(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}

/** Well below the time a journey has, so that it says what it saw instead of being cut off. */
const LONGEST_WAIT_MS = 20_000

/** Asks until the answer is as wanted. */
export async function eventually<Value>(
  ask: () => Promise<Value>,
  isWanted: (value: Value) => boolean,
): Promise<Value> {
  const until = performance.now() + LONGEST_WAIT_MS
  for (;;) {
    const value = await ask()
    if (isWanted(value)) return value
    if (performance.now() > until) throw new Error(`never came about; at last it was ${JSON.stringify(value)}`)
    await wait(50)
  }
}

/** An idle connection may be closed by the server at the moment it is used again: then the request goes out once more. */
async function fetchOverFreshSocket(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    const cause = error instanceof TypeError ? error.cause : undefined
    if (cause instanceof Error && 'code' in cause && cause.code === 'UND_ERR_SOCKET') return fetch(url, init)
    throw error
  }
}
