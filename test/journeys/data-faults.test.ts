/**
 * D1 to D14 of the fault catalogue: what an exchange should never send, over real sockets, and what is told of it.
 * D11 is in `standstill.test.ts` and `test/feed`; N1 to N25, the faults of the network, are in `test/feed`: `faults-handshake`, `faults-open`, `make-before-break`, `subscriptions`.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kraken } from '../../src/exchanges/kraken.js'
import { FaultServer, frame, type HttpAnswer, type Peer } from '../support/fault-server.js'
import { start, temporaryDirectory, type Finished } from '../support/genesis.js'
import { eventsIn, until, type Event } from './box.js'

const MS = 1_732_400_000_000

interface Told extends Finished {
  readonly trades: readonly Event[]
  readonly statuses: readonly string[]
  readonly deadLetters: readonly string[]
  /** The file of dead letters, where there are any. */
  readonly letters: string
  readonly connections: number
}

interface Setting {
  /** `stream` unless told. */
  readonly command?: readonly string[]
  readonly streams?: readonly string[]
  readonly args?: readonly string[]
  readonly http?: (path: string, index: number) => HttpAnswer
  /** Until this was printed; a trade with the id 900 unless told otherwise. */
  readonly sees?: string
}

/** What `genesis stream` tells of these messages, the last of which is a good trade. */
async function told(messages: readonly (string | Buffer)[], setting: Setting = {}): Promise<Told> {
  const { command = ['stream'], streams = ['btcusdt@trade'], args = [], http, sees = '"id":"900"' } = setting
  const server = await FaultServer.start({
    script: peer => {
      peer.accept().onText = text => {
        peer.json({ result: null, id: (JSON.parse(text) as { id: number }).id })
        if (text.includes('"SUBSCRIBE"')) for (const message of messages) put(peer, message)
      }
    },
    ...(http === undefined ? {} : { http }),
  })
  const letters = join(temporaryDirectory('data'), 'letters.jsonl')
  const running = start([...command, ...streams, '--url', server.url, '--json', '--dead-letters', letters, ...args])
  await until(() => running.printed().includes(sees), 20_000)
  running.child.kill('SIGINT')
  const finished = await running.finished
  await server.stop()
  return {
    ...finished,
    trades: finished.events.filter(event => event['type'] === 'trade'),
    statuses: finished.events.flatMap(({ type, state, detail }) => (type === 'status' ? [`${String(state)}: ${String(detail)}`] : [])),
    deadLetters: existsSync(letters) ? readFileSync(letters, 'utf8').trimEnd().split('\n').slice(1) : [],
    letters,
    connections: server.handshakes.length,
  }
} // prettier-ignore

function put(peer: Peer, message: string | Buffer): void {
  if (typeof message === 'string') peer.text(message)
  else peer.write(frame(0x2, message))
}

const trade = (id: number | string, fields: Readonly<Record<string, string>> = {}): string => {
  const all = { e: '"trade"', E: String(MS), s: '"BTCUSDT"', t: String(id), p: '"97000.10"', q: '"0.5"', T: String(MS), m: 'false', M: 'true', ...fields } // prettier-ignore
  return `{${Object.entries(all)
    .map(([key, value]) => `"${key}":${value}`)
    .join(',')}}`
}
const last = trade(900)
const alarms = (events: readonly Event[]): Event[] =>
  events.filter(({ detail }) => String(detail).includes('cannot be read'))
const ids = ({ trades }: Told): string[] => trades.map(event => String(event['id']))

describe.concurrent('messages', () => {
  it('D1 that are none are kept whole, and the connection stays', async () => {
    const broken = ['{"e":', 'null', '"x"', '42', '', Buffer.from([0, 1, 2, 255])]
    const outcome = await told([trade(899), ...broken, last])
    expect(ids(outcome)).toEqual(['899', '900'])
    expect(outcome.connections).toBe(1)
    expect(outcome.summary).toMatchObject({ deadLettered: broken.length, reconnects: 0 })
    const kept = outcome.deadLetters.flatMap(line => {
      const record = JSON.parse(line) as { c?: string; d?: unknown; s?: string; b?: string }
      return record.c === undefined ? [] : [record]
    })
    expect(kept.map(({ d, s, b }) => (b === undefined ? (s ?? JSON.stringify(d)) : Buffer.from(b, 'base64')))).toEqual(broken) // prettier-ignore
  })

  it('D1 that are more than one in a hundred of a minute are an alarm, once, and the same in a replay', async () => {
    const good = Array.from({ length: 400 }, (_, index) => trade(1_000 + index))
    const messages = [...good, '{"e":', trade(1_400), ...Array.from({ length: 40 }, () => '{"e":'), last]
    const tape = join(temporaryDirectory('data'), 'tape.jsonl')
    const recording = { command: ['record', '-o', tape], args: ['--limit', '402'], sees: '"type":"summary"' }
    const [live, recorded] = await Promise.all([told(messages), told(messages, recording)])
    const replayed = await start(['replay', tape, '--json', '--speed', 'max']).finished
    expect(live.summary).toMatchObject({ deadLettered: 41, reconnects: 0 })
    // The answer to the subscription is a frame, too.
    const detail = '5 of 407 frames of the last minute on line 0 cannot be read; they are kept whole as dead letters'
    const alarm = { exchange: 'binance', stream: 'btcusdt@trade', state: 'drift', detail }
    expect(alarms(live.events)).toMatchObject([alarm])
    expect(alarms(replayed.events)).toMatchObject([alarm])
    expect(replayed.summary['events']).toEqual(recorded.summary['events'])
  })

  it('D2 with a field missing or of a wrong type are refused, with a new one understood', async () => {
    const missing = trade(1).replace('"p":"97000.10",', '')
    const wrong = [trade(1, { p: '{}' }), trade(1, { q: 'true' }), trade(1, { m: '"no"' }), trade(1, { s: '7' })]
    const outcome = await told([missing, ...wrong, trade(899, { zz: '{"new":[1]}' }), last])
    expect(ids(outcome)).toEqual(['899', '900'])
    expect(outcome.summary).toMatchObject({ deadLettered: 5 })
  })

  it('D3 with a price or a size that is none are refused, never rounded', async () => {
    const numbers = ['"NaN"', '"Infinity"', '1e400', '""', 'null', '"0x10"', '"-1"', '"0"', `"1.${'0'.repeat(398)}1"`, '"9007199254740993"'] // prettier-ignore
    const sizes = ['"NaN"', '"-1"', 'null', '"1,5"']
    const outcome = await told([...numbers.map(p => trade(1, { p })), ...sizes.map(q => trade(1, { q })), trade(899), last]) // prettier-ignore
    expect(ids(outcome)).toEqual(['899', '900'])
    expect(outcome.summary).toMatchObject({ deadLettered: numbers.length + sizes.length })
  })

  it('D4 with ids beyond a double keep them to the digit, and a new count is no gap', async () => {
    const outcome = await told([trade(898), trade('9007199254740993'), trade(1, { T: String(MS + 5) }), trade(2, { T: String(MS + 6) }), trade(900, { T: String(MS + 7) })]) // prettier-ignore
    expect(ids(outcome)).toEqual(['898', '9007199254740993', '1', '2', '900'])
    expect(outcome.statuses).toContain('drift: trade ids start again at 1')
    expect(outcome.statuses.filter(text => text.startsWith('gap'))).toEqual(['gap: trades 3 to 899 missing'])
  })

  it('D5 that come twice pass once; one that says something else under the same id is kept beside the first', async () => {
    const other = trade(899, { p: '"1.5"' })
    const outcome = await told([trade(899), trade(899), other, last])
    expect(outcome.trades).toMatchObject([{ id: '899', price: 97_000.1 }, { id: '900' }])
    // With the answer to the subscription. What was decoded is counted as that and as nothing else.
    const account = { frames: 5, decoded: 4, control: 1, deadLettered: 0, duplicates: 1, conflicts: 1 }
    expect(outcome.summary).toMatchObject({ ...account, deadLetters: { kept: 1, lost: 0 } })
    expect(outcome.statuses.filter(text => text.startsWith('drift'))).toEqual(['drift: two different trades with id 899']) // prettier-ignore

    expect(outcome.deadLetters).toHaveLength(2)
    const { control, value } = JSON.parse(outcome.deadLetters[0]!) as { control: string; value: Event }
    const copies = value['conflicts'] as { first: string; second: string }[]
    expect([control, value['code'], value['stage']]).toEqual(['deadLetter', 'conflict', 'arbiter'])
    expect(copies.map(({ first }) => JSON.parse(first) as Event)).toEqual([outcome.trades[0]])
    expect(copies.map(({ second }) => JSON.parse(second) as Event)).toMatchObject([{ id: '899', price: 1.5 }])
    expect(outcome.deadLetters[1]).toContain(`"d":${other}}`)
    const again = await start(['replay', outcome.letters, '--json', '--speed', 'max']).finished
    expect(again.summary).toMatchObject({ frames: 1, decoded: 1, conflicts: 0, events: { trade: 1 } })
    expect(again.events).toContainEqual(expect.objectContaining({ type: 'trade', id: '899', price: 1.5 }))
  })

  it('D5 are kept by a replay as they were by the run', async () => {
    const tape = join(temporaryDirectory('data'), 'tape.jsonl')
    const recording = { command: ['record', '-o', tape], args: ['--limit', '2'], sees: '"type":"summary"' }
    const recorded = await told([trade(899), trade(899, { q: '"0.25"' }), trade(899), last], recording)
    const letters = join(temporaryDirectory('data'), 'letters.jsonl')
    const replayed = await start(['replay', tape, '--json', '--speed', 'max', '--dead-letters', letters]).finished
    expect(recorded.summary).toMatchObject({ duplicates: 1, conflicts: 1, deadLetters: { kept: 1 } })
    expect(replayed.summary).toMatchObject({ duplicates: 1, conflicts: 1, deadLetters: { kept: 1 } })
    expect(readFileSync(letters, 'utf8').trimEnd().split('\n').slice(1)).toEqual(recorded.deadLetters)
  })

  it('D6 that were overtaken are late, not sorted in silence', async () => {
    const outcome = await told([trade(897), trade(899), trade(898), last])
    expect(ids(outcome)).toEqual(['897', '899', '898', '900'])
    expect(outcome.statuses).toContain('gap: trade 898 missing')
    expect(outcome.summary).toMatchObject({ gaps: 1, duplicates: 0 })
  })

  it('D7 that are missing are named at once, before what follows them', async () => {
    const { events } = await told([trade(895), last])
    const story = events.flatMap(({ type, id, state, detail }) =>
      type === 'trade' ? [id] : state === 'gap' ? [detail] : [],
    )
    expect(story).toEqual(['895', 'trades 896 to 899 missing', '900'])
  })

  it('D10 from another time keep it; a time in the wrong unit is none', async () => {
    const at = (id: number, T: string): string => trade(id, { T })
    const outcome = await told([at(896, String(MS + 3_600_000)), at(1, '0'), at(1, `${String(MS)}000000`), at(897, String(MS - 5)), trade(898), trade(899), last]) // prettier-ignore
    expect(ids(outcome)).toEqual(['896', '897', '898', '899', '900'])
    expect(outcome.trades[0]).toMatchObject({ time: (MS + 3_600_000) * 1_000 })
    expect(outcome.summary).toMatchObject({ deadLettered: 2 })
  })

  it('D12 with control characters reach neither a terminal nor a pipe as such', async () => {
    const hostile = ['\u001b[2J', '\u009b2J', '\u001b]52;c;aGk=\u0007', '\r\n', '\u202e', '\ufeff', '\u0000']
    const outcome = await told([...hostile.map(text => trade(1, { s: JSON.stringify(`BTC${text}USDT`) })), last])
    expect(outcome.summary).toMatchObject({ deadLettered: hostile.length })
    expect(outcome.stdout + outcome.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\ufeff]/)
  })

  it('D13 with keys of every object, or nested beyond reason, change nothing', async () => {
    const deep = `{"e":"trade","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const keys = ['__proto__', 'constructor', 'prototype']
    const polluting = keys.map(key => `{"${key}":{"e":"trade","polluted":1}}`)
    const decorated = keys.map((key, index) => trade(897 + index, { [key]: '{"polluted":1}' }))
    const outcome = await told([deep, ...polluting, ...decorated, last])
    expect(ids(outcome)).toEqual(['897', '898', '899', '900'])
    expect(outcome.trades.every(event => !('polluted' in event))).toBe(true)
    expect(outcome.summary).toMatchObject({ deadLettered: 4 })
  })

  it('D14 come for as long as asked, also where that is longer than a timer counts', async () => {
    const outcome = await told([trade(899), last], { args: ['--duration', '30d'] })
    expect(ids(outcome)).toEqual(['899', '900'])
    expect(outcome.stderr).not.toContain('TimeoutOverflowWarning')
    expect(outcome.code).toBe(0)
  })
})

describe.concurrent('books', () => {
  const depth = (first: number, final: number, bid = '97000.00', ask = '97001.00'): string =>
    `{"e":"depthUpdate","E":${String(MS)},"s":"BTCUSDT","U":${String(first)},"u":${String(final)},"b":[["${bid}","2"]],"a":[["${ask}","1"]]}`
  const snapshot = (id: number): HttpAnswer => ({
    status: 200,
    body: `{"lastUpdateId":${String(id)},"bids":[["96999.00","1"],["96998.00","3"]],"asks":[["97001.00","1"]]}`,
  })
  /** Sends each update once what it follows was printed, and tells what became of the book. */
  async function followed(
    steps: readonly (readonly [printed: string, ...updates: string[]])[],
    snapshots: readonly number[],
  ): Promise<{ readonly story: unknown[]; readonly events: readonly Event[]; readonly fetched: number }> {
    let peer: Peer | undefined
    const server = await FaultServer.start({
      script: one => {
        peer = one.accept()
        peer.onText = text => peer?.json({ result: null, id: (JSON.parse(text) as { id: number }).id })
      },
      http: (_path, index) => snapshot(snapshots[index] ?? snapshots.at(-1) ?? 0),
    })
    const running = start(['stream', 'btcusdt@depth', '--url', server.url, '--json'])
    for (const [printed, ...updates] of steps) {
      await until(() => running.printed().includes(printed), 20_000)
      for (const update of updates) peer?.text(update)
    }
    running.child.kill('SIGINT')
    const { events } = await running.finished
    await server.stop()
    const story = events.flatMap(({ type, snapshot: whole, state, sequence }) => {
      if (type === 'book') return [whole === true ? `whole ${String(sequence)}` : sequence]
      return state === 'gap' || state === 'resynced' ? [state] : []
    })
    return { story, events, fetched: server.httpRequests }
  }

  it('D8 are told only from a snapshot that meets the updates', async () => {
    // The first snapshot is older than what is buffered.
    const { story, fetched } = await followed(
      [['connected', depth(11, 12), depth(13, 14)], ['"sequence":"14"']],
      [5, 12],
    )
    expect(story).toEqual(['whole 12', '14'])
    expect(fetched).toBe(2)
  })

  it('D7 D8 that miss an update are silent until they are whole again', async () => {
    const { story } = await followed(
      [['connected', depth(11, 12)], ['"sequence":"12"', depth(17, 18)], ['"state":"resynced"']],
      [11, 17],
    )
    expect(story).toEqual(['whole 11', '12', 'gap', 'resynced', 'whole 17', '18'])
  })

  it('D9 that are crossed are withdrawn and fetched anew; a size of nothing removes a level', async () => {
    const removal = `{"e":"depthUpdate","E":${String(MS)},"s":"BTCUSDT","U":13,"u":13,"b":[["96999.00","0"]],"a":[]}`
    const { story, events } = await followed(
      [
        ['connected', depth(12, 12)],
        ['"sequence":"12"', removal],
        ['"sequence":"13"', depth(14, 14, '97005.00', '97009.00')],
        ['"state":"gap"', depth(15, 15)],
        ['"sequence":"15"'],
      ],
      [11, 14],
    )
    expect(story.slice(0, 4)).toEqual(['whole 11', '12', '13', 'gap'])
    expect(story.at(-1)).toBe('15')
    const books = events.filter(event => event['type'] === 'book')
    expect(books[2]).toMatchObject({ bids: [[96_999, 0]], asks: [] })
    for (const { bids } of books) expect(bids).not.toContainEqual([97_005, 2])
  })

  it('D9 whose checksum fails are withdrawn until the exchange sends them again', async () => {
    const levels = { bids: [['97000.0', '1.00000000']], asks: [['97010.5', '2.00000000']] } as const
    const right = kraken.book?.checksum?.(levels)
    const whole = (checksum: number | undefined): string =>
      `{"channel":"book","type":"snapshot","data":[{"symbol":"BTC/USD","bids":[{"price":97000.0,"qty":1.00000000}],"asks":[{"price":97010.5,"qty":2.00000000}],"checksum":${String(checksum)}}]}`
    let subscriptions = 0
    const server = await FaultServer.start({
      script: peer => {
        peer.accept().onText = text => {
          const { method, req_id: id } = JSON.parse(text) as { method: string; req_id: number }
          peer.json({ method, result: { channel: 'book', symbol: 'BTC/USD', depth: 10 }, success: true, req_id: id })
          if (method === 'subscribe') peer.text(whole(subscriptions++ === 0 ? 1 : right))
        }
      },
    })
    const running = start(['stream', 'BTC/USD@book', '--exchange', 'kraken', '--url', server.url, '--json'])
    await until(() => eventsIn(running).some(event => event['type'] === 'book'), 20_000)
    running.child.kill('SIGINT')
    const { events } = await running.finished
    await server.stop()
    expect(subscriptions).toBe(2)
    expect(events.filter(event => event['type'] === 'book')).toHaveLength(1)
    expect(events.find(event => event['state'] === 'gap')?.['detail']).toMatch(/checksum/)
  })
})
