/** The address of a NATS stream, as one text: `nats://host:4222?stream=GENESIS&start=all`. */
import { UsageError } from '../../model/errors.js'
import { parseIsoMicros } from '../../model/time.js'

export interface NatsAddress {
  readonly server: string
  readonly user: string | undefined
  readonly password: string | undefined
  /** Name of the JetStream stream. */
  readonly stream: string
  /** Where a consumer begins. */
  readonly start: 'all' | 'new' | { readonly sequence: number } | { readonly time: string }
  /** Under which name the broker remembers how far this consumer has come. */
  readonly durable: string | null
}

const STREAM = 'GENESIS'
const NAME = /^[A-Za-z0-9_-]{1,64}$/
const KEYS = new Set(['stream', 'start', 'durable'])

/** @throws UsageError naming the part that is wrong. The user's name and password stay out of messages. */
export function parseNatsAddress(text: string): NatsAddress {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new UsageError('nats', 'the NATS address cannot be read', { hint: 'for example nats://127.0.0.1:4222' })
  }
  const parameters = url.searchParams
  for (const key of parameters.keys()) {
    if (!KEYS.has(key)) throw bad(key, 'unknown', 'stream, start and durable')
  }
  return {
    server: `${url.protocol}//${url.host}`,
    user: decoded(url.username),
    password: decoded(url.password),
    stream: name(parameters, 'stream') ?? STREAM,
    start: startOf(parameters.get('start')),
    durable: name(parameters, 'durable') ?? null,
  }
}

function startOf(text: string | null): NatsAddress['start'] {
  if (text === null || text === 'new') return 'new'
  if (text === 'all') return 'all'
  if (/^[1-9]\d{0,14}$/.test(text)) return { sequence: Number(text) }
  if (parseIsoMicros(text) !== undefined) return { time: text }
  throw bad('start', text, 'all, new, a sequence number, or a time such as 2024-08-08T23:54:13Z')
}

function name(parameters: URLSearchParams, key: string): string | undefined {
  const text = parameters.get(key)
  if (text === null) return undefined
  if (!NAME.test(text)) throw bad(key, text, 'letters, digits, _ and -')
  return text
}

function decoded(text: string): string | undefined {
  return text === '' ? undefined : decodeURIComponent(text)
}

function bad(key: string, text: string, expected: string): UsageError {
  return new UsageError('nats', `${key}=${text} in the NATS address: expected ${expected}`)
}
