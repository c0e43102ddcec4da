/** A session that takes over what another one remembers tells the same from there on, over every recorded exchange. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { Random } from '../../../src/engine/random.js'
import { findExchange } from '../../../src/exchanges/registry.js'
import type { FeedEvent } from '../../../src/model/event.js'
import type { Frame } from '../../../src/model/frame.js'
import { encode } from '../../../src/session/seek/seek-index.js'
import type { SessionState } from '../../../src/session/seek/session-memory.js'
import { Session } from '../../../src/session/session.js'
import { recordedFrames } from '../../exchanges/recordings.js'
import { hasShared, sharedDirectory } from '../../support/shared.js'
import { at, dataFrame, delta, snapshot, tradeText } from '../proof/support.js'

const EXCHANGE_OF: Readonly<Record<string, string>> = {
  binance: 'binance', binance_us: 'binance-us', binance_usdm: 'binance-futures', binance_coinm: 'binance-futures', bitfinex: 'bitfinex',
  bitstamp: 'bitstamp', bybit: 'bybit', coinbase: 'coinbase', coinbase_adv: 'coinbase-advanced', deribit: 'deribit', gateio: 'gateio',
  gateio_futures: 'gateio', gemini: 'gemini', hyperliquid: 'hyperliquid', kraken: 'kraken', kraken_v2: 'kraken',
  kucoin: 'kucoin', okx: 'okx',
} // prettier-ignore

const MOST_FRAMES = 800
const CUTS = 3

function session(): Session {
  return new Session({ command: 'test', streams: [], lines: 2, feed: null, keepDeadLetter: () => undefined, filter: null }) // prettier-ignore
}

/** Everything told from `speaks` on, and the account; a state stands for the frames before `begins`. */
function told(frames: readonly Frame[], speaks: number, begins = 0, state?: SessionState): unknown[] {
  const folding = session()
  const events: FeedEvent[] = []
  folding.observer = event => events.push(event)
  folding.beSilent()
  if (state !== undefined) folding.takeOver(state)
  for (let index = begins; index < frames.length; index++) {
    if (index === speaks) folding.speak()
    folding.deliver(frames[index]!)
  }
  const { first, last, ...summary } = folding.summary('end', 0)
  const since = frames[speaks]?.receivedAt ?? 0
  const gaps = folding.gaps.list().filter(({ end }) => end === null || end >= since)
  return [...events.map(event => JSON.stringify(event)), JSON.stringify([summary, first, last, gaps])]
}

/** Line by line, which is faster than comparing them all at once, and tells the first difference. */
function expectSame(found: readonly unknown[], expected: readonly unknown[]): void {
  const different = expected.findIndex((line, index) => line !== found[index])
  expect(found[different]).toBe(expected[different])
  expect(found).toHaveLength(expected.length)
}

/** As an index keeps it: through bytes and back. */
function stateAfter(frames: readonly Frame[], count: number): SessionState | null {
  const folding = session()
  folding.beSilent()
  for (const frame of frames.slice(0, count)) folding.deliver(frame)
  const state = folding.remember()
  return state === null ? null : (deserialize(encode(state)) as SessionState)
}

/** The frames on two lines, with losses and a connection that goes and comes back. */
function troubled(texts: readonly string[], exchange: string, random: Random): Frame[] {
  const frames: Frame[] = []
  const link = (index: number, line: number, state: 'connected' | 'disconnected'): Frame => ({
    kind: 'link', receivedAt: at(index / 100), exchange, line, state, streams: ['all'], detail: state === 'connected' ? '' : 'reset',
  }) // prettier-ignore
  const down = random.int(0, texts.length)
  texts.forEach((text, index) => {
    if (index === down) frames.push(link(index, 0, 'disconnected'), link(index, 0, 'connected'))
    if (random.next() < 0.01) return
    for (const line of [0, 1]) {
      if (random.next() < 0.02) continue
      frames.push({ kind: 'data', receivedAt: at(index / 100), exchange, line, data: Buffer.from(text), binary: false })
    }
  })
  return frames
}

function recordings(folder: string): readonly string[] {
  const path = join(sharedDirectory, 'recorded', folder)
  return existsSync(path)
    ? readdirSync(path)
        .filter(file => (file.startsWith('_session.') || file.includes('.cap-')) && !file.includes('.meta.'))
        .sort()
    : []
}

const connected = (seconds: number, line = 0, state: 'connected' | 'disconnected' = 'connected'): Frame => ({
  kind: 'link', receivedAt: at(seconds), exchange: 'binance', line, state, streams: ['btcusdt@trade'], detail: 'reset',
}) // prettier-ignore
const tick = (seconds: number): Frame => ({ kind: 'tick', receivedAt: at(seconds) })
const onLine = (line: number, frame: Frame): Frame => ({ ...frame, line }) as Frame
const traded = (seconds: number, id: number): Frame => dataFrame(seconds, tradeText(seconds, id))
const quote = (seconds: number, size: string, more = ''): Frame =>
  dataFrame(seconds, `{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"1","B":"${size}","a":"2","A":"1"${more}}}`) // prettier-ignore
const update = (seconds: number, id: number): Frame => dataFrame(seconds, dataOf(delta(seconds, id)))
const dataOf = (line: string): string => /"d":(.*)\}$/.exec(line)?.[1] ?? ''

describe('what a session remembers', () => {
  it.each<[string, (frames: readonly Frame[], begins: number) => void, Frame[], number]>([
    [
      'the last trade of a stream, by which a loss is known',
      eventsHave('"state":"gap"'),
      [traded(1, 1), traded(60, 5), tick(61)],
      1,
    ],
    ['trades that were seen', eventsHave('"duplicates":1'), [traded(1, 1), traded(1, 2), onLine(1, traded(1, 2))], 2],
    ['which line is followed', noMoreThan(1), [quote(1, '1'), onLine(1, quote(1.1, '1')), quote(1.2, '2')], 1],
    [
      'a connection that is down',
      eventsHave('"reconnects":1'),
      [connected(1), connected(2, 0, 'disconnected'), connected(3)],
      2,
    ],
    [
      'an open gap',
      eventsHave('"state":"resynced"'),
      [
        dataFrame(1, dataOf(snapshot(1, 10))),
        update(2, 11),
        update(3, 14),
        dataFrame(4, dataOf(snapshot(4, 14))),
        update(5, 15),
      ],
      3,
    ],
    [
      'layouts that it learned',
      eventsHave('"state":"drift"'),
      [...Array.from({ length: 120 }, (_, index) => quote(index, '1')), quote(121, '1', ',"new":7')],
      120,
    ],
    [
      'how much could not be read within the last minute',
      eventsHave('5 of 6 frames'),
      [connected(1), quote(2, '1'), ...[3, 4, 5, 6, 7].map(second => dataFrame(second, '{"e":"trade"}'))],
      5,
    ],
  ])('holds %s', (_, holds, frames, begins) => holds(frames, begins))

  it('is nothing while a trade waits for its other copy', () => {
    expect(stateAfter([traded(1, 1), traded(2, 3)], 2)).toBeNull()
  })
})

/** The same as without a break, and the text is in it. */
function eventsHave(text: string): (frames: readonly Frame[], begins: number) => void {
  return (frames, begins) => {
    const linear = told(frames, begins)
    expect(linear.join('\n')).toContain(text)
    expect(told(frames, begins, begins, stateAfter(frames, begins)!)).toEqual(linear)
  }
}

function noMoreThan(count: number): (frames: readonly Frame[], begins: number) => void {
  return (frames, begins) => {
    const linear = told(frames, begins)
    expect(linear).toHaveLength(count + 1)
    expect(told(frames, begins, begins, stateAfter(frames, begins)!)).toEqual(linear)
  }
}

const SESSION = /^_session\.(.*)$/

describe.each(Object.entries(EXCHANGE_OF))('recordings of %s', (folder, name) => {
  const path = join('recorded', folder)
  if (!hasShared(path)) {
    it('are not on this machine', () => expect(true).toBe(true))
    return
  }
  it.each(recordings(folder))(
    '%s',
    file => {
      const exchange = findExchange(name)
      const texts = [...recordedFrames(exchange, path, file)].slice(0, MOST_FRAMES)
      const rest = file.replace(SESSION, '_rest.$1')
      // Snapshots by REST come a while after the stream has begun.
      if (rest !== file && exchange.book?.request !== undefined && existsSync(join(sharedDirectory, path, rest))) {
        texts.splice(Math.min(400, texts.length >> 2), 0, ...recordedFrames(exchange, path, rest))
      }
      const random = new Random(file)
      const frames = troubled(texts, name, random)
      let compared = 0
      for (let cut = 0; cut < CUTS; cut++) {
        const begins = random.int(1, frames.length - 1)
        // At once, and a while later.
        const speaks = cut % 2 === 0 ? begins : random.int(begins, frames.length - 1)
        const state = stateAfter(frames, begins)
        if (state === null) continue
        compared++
        expectSame(told(frames, speaks, begins, state), told(frames, speaks))
      }
      expect(compared).toBeGreaterThan(0)
    },
    120_000,
  )
})
