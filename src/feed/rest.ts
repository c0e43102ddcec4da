/** One HTTP request with a deadline for the whole of it and a bound on the answer. */
import { request as requestPlain } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as requestTls } from 'node:https'
import { Dialer } from './dial.js'
import { ending, connectEnding, httpEnding } from './ending.js'
import type { Ending } from './ending.js'
import { parseRetryAfter } from './host-penalty.js'
import type { EdgeClock } from './real-clock.js'
import type { Timers } from './timers.js'

export interface RestRequest {
  readonly url: string
  readonly method: 'GET' | 'POST'
  /** JSON that is sent along. */
  readonly body?: string | undefined
  readonly proxy: string | null
  readonly clock: EdgeClock
  readonly timers: Timers
  readonly deadlineMs?: number | undefined
  readonly ca?: string | undefined
}

export type RestAnswer = { readonly body: string } | { readonly failure: Ending }

export interface PendingRequest {
  /** Never rejects. */
  readonly answer: Promise<RestAnswer>
  readonly abort: () => void
}

const DEADLINE_MS = 10_000
const LARGEST_BODY = 16 * 1024 * 1024

export function startRequest(options: RestRequest): PendingRequest {
  const secure = options.url.startsWith('https:')
  const dialer = new Dialer(secure, options.proxy, options.ca)
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS
  let settle: (answer: RestAnswer) => void = () => undefined
  const answer = new Promise<RestAnswer>(resolve => (settle = resolve))
  const http = (secure ? requestTls : requestPlain)(options.url, {
    method: options.method,
    headers: {
      accept: 'application/json',
      'user-agent': 'genesis',
      connection: 'close',
      ...(options.body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(options.body) }),
    },
    createConnection: dialer.open,
  })
  const finish = (result: RestAnswer): void => {
    cancel()
    settle(result)
    http.destroy()
    dialer.destroy()
  }
  const fail = (failure: Ending): void => finish({ failure })
  const cancel = options.timers.after(deadlineMs, () =>
    fail(ending('connect_timeout', `no complete answer within ${String(deadlineMs)} ms`)),
  )
  http.on('error', error => fail(connectEnding(error)))
  http.on('response', response => {
    const { statusCode = 0, headers } = response
    if (statusCode === 200) {
      readBody(response, finish)
      return
    }
    fail(httpEnding(statusCode, headers.location, parseRetryAfter(headers['retry-after'], options.clock.now() / 1_000)))
  })
  http.end(options.body)
  return { answer, abort: () => fail(ending('stopped', 'stopped')) }
}

function readBody(response: IncomingMessage, finish: (answer: RestAnswer) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  response.on('data', (chunk: Buffer) => {
    size += chunk.length
    chunks.push(chunk)
    if (size > LARGEST_BODY) finish({ failure: ending('http', `answer of more than ${String(LARGEST_BODY)} bytes`) })
  })
  response.on('end', () => finish({ body: Buffer.concat(chunks).toString('utf8') }))
  response.on('error', error => finish({ failure: connectEnding(error) }))
}
