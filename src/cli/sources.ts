/** Sources beside exchanges and files: another genesis, or a NATS stream. */
import { join } from 'node:path'
import type { Channel, Stream } from '../model/stream.js'
import { FEED_EVENTS } from '../session/events.js'
import type { RunRequest } from '../session/execute.js'
import type { CommandInput } from './command.js'
import { nowMicros } from './wall-clock.js'
import { stateDirectory } from './state-files.js'

export interface Source {
  /** Without what may be secret in an address. */
  readonly name: string
  readonly open: NonNullable<RunRequest['source']>
}

/** Attempts in a row that may fail before the other side was ever reached. */
const GIVE_UP_AFTER = 6

/** @returns null where `--from` names none. */
export function sourceOf(input: CommandInput, streams: readonly Stream[]): Source | null {
  const url = input.options.source
  if (url === undefined) return null
  const name = publicName(url)
  return {
    name,
    open: /^wss?:/.test(url) ? note => follow(input, url, name, streams, note) : note => consume(url, streams, note),
  }
}

async function follow(
  { options, io }: CommandInput,
  url: string,
  name: string,
  streams: readonly Stream[],
  note: (text: string) => void,
): ReturnType<Source['open']> {
  const [{ Follower }, { readToken }] = await Promise.all([
    import('../gateway/follower.js'),
    import('../gateway/token.js'),
  ])
  const path = options.fromToken ?? join(stateDirectory(io.env), 'token')
  const token = readToken({ path, missing: 'refuse' })
  return new Follower({ url, name, token, topics: topicsOf(streams), note, nowMicros, giveUpAfter: GIVE_UP_AFTER })
}

async function consume(
  url: string,
  streams: readonly Stream[],
  note: (text: string) => void,
): ReturnType<Source['open']> {
  const { NatsConsumer } = await import('../gateway/nats/consumer.js')
  return new NatsConsumer({ url, streams, note })
}

/** Scheme, host and port. */
export function publicName(url: string): string {
  return /^[a-z]+:\/\/(?:[^@/]*@)?([^/?]+)/.exec(url)?.[0].replace(/\/\/[^@/]*@/, '//') ?? url
}

/** Patterns of the events that these streams bring; of all market events where there are none. */
function topicsOf(streams: readonly Stream[]): string[] {
  if (streams.length === 0) return FEED_EVENTS.map(type => `${type}.*`)
  const events = streams.map(({ exchange, symbol, channel }) => `${typeOf(channel)}.${exchange}.${symbol}`)
  const states = streams.map(({ exchange }) => `status.${exchange}.*`)
  return [...new Set([...events, ...states])]
}

function typeOf(channel: Channel): string {
  if (channel === 'aggTrade') return 'trade'
  return channel.startsWith('book') ? 'book' : channel
}
