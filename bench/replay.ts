/** A recording to events as fast as it can be read: the session beside readline and tardis-dev, start-up left out. */
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip, gzipSync } from 'node:zlib'
import { init, normalizeBookTickers, normalizeTrades, replayNormalized } from 'tardis-dev'
import type { Quote, Trade } from '../src/model/event.js'
import { JournalSource } from '../src/session/journal-source.js'
import { unpaced } from '../src/session/pace.js'
import { Session } from '../src/session/session.js'
import type { Bench, Contender, Timed } from './bench.js'
import { Digest, sink } from './harness.js'
import { recordedFrames, writeRecording } from './record.js'
import { tardisFound } from './rivals/tardis.js'
import { scratchPath } from './scratch.js'
import { Stopwatch } from './stopwatch.js'

const FRAMES = 300_000

export const replayBench: Bench = {
  name: 'replay',
  about: 'File → events at a subscriber of the bus, `--speed max`; from the first event to the last.',
  cases: () => [
    {
      name: 'plain',
      unit: 'events',
      rounds: 5,
      open: async () => [
        await genesisReplay('jsonl'),
        readlineReplay('jsonl'),
        tardisReplay('reads its own gzip format; plain it has none'),
      ],
      targets: { 'readline + JSON.parse': 4, 'tardis-dev replayNormalized': 4 },
    },
    {
      name: 'gzip',
      unit: 'events',
      rounds: 5,
      open: async () => [
        await genesisReplay('jsonl.gz'),
        readlineReplay('jsonl.gz'),
        tardisReplay('reads its own gzip format'),
      ],
      targets: { 'tardis-dev replayNormalized': 3 },
    },
  ],
}

async function genesisReplay(suffix: string): Promise<Contender> {
  const path = scratchPath(`replay.${suffix}`)
  await writeRecording(path, FRAMES)
  const replay = async (take: (event: Trade | Quote) => void): Promise<Timed> => {
    const watch = new Stopwatch()
    const source = await JournalSource.open({
      paths: [path],
      exchange: 'binance',
      pace: unpaced(() => performance.now()),
      onCorrupt: 'stop',
      stdin: process.stdin,
    })
    const session = new Session({
      command: 'replay',
      streams: [],
      feed: null,
      filter: null,
      keepDeadLetter: () => undefined,
    })
    const heard = (event: Trade | Quote): void => {
      watch.count()
      take(event)
    }
    session.bus.subscribe('trade', heard)
    session.bus.subscribe('quote', heard)
    await source.run(
      frame => session.deliver(frame),
      event => session.deliverEvent(event),
    )
    return watch.stop()
  }
  return contender('genesis', replay, event =>
    event.type === 'trade'
      ? ['trade', event.symbol, event.id, event.price, event.size, event.side, event.time]
      : ['quote', event.symbol, event.bid, event.bidSize, event.ask, event.askSize],
  )
}

interface Line {
  readonly t: number
  readonly d: { readonly data: Readonly<Record<string, string>> & { readonly m?: boolean; readonly T: number } }
}

/** Reads the lines of the recording and maps them by hand, without a bus. */
function readlineReplay(suffix: string): Contender {
  const path = scratchPath(`replay.${suffix}`)
  const replay = async (take: (event: Trade | Quote) => void): Promise<Timed> => {
    const watch = new Stopwatch()
    const file = createReadStream(path)
    const lines = createInterface({ input: suffix.endsWith('.gz') ? file.pipe(createGunzip()) : file })
    for await (const text of lines) {
      if (text.startsWith('{"genesis"')) continue
      watch.count()
      take(eventOf(JSON.parse(text) as Line))
    }
    return watch.stop()
  }
  return contender('readline + JSON.parse', replay, event =>
    event.type === 'trade'
      ? ['trade', event.symbol, event.id, event.price, event.size, event.side, event.time]
      : ['quote', event.symbol, event.bid, event.bidSize, event.ask, event.askSize],
  )
}

function eventOf({ t: received, d: { data } }: Line): Trade | Quote {
  const head = { exchange: 'binance', symbol: String(data['s']), pair: 'BTC/USDT' }
  return data.m === undefined
    ? {
        type: 'quote',
        ...head,
        bid: Number(data['b']),
        bidSize: Number(data['B']),
        ask: Number(data['a']),
        askSize: Number(data['A']),
        time: received,
        received,
      }
    : {
        type: 'trade',
        ...head,
        id: String(data['t']),
        price: Number(data['p']),
        size: Number(data['q']),
        side: data.m ? 'sell' : 'buy',
        time: data.T * 1000,
        received,
      }
}

type TardisEvent = Parameters<typeof tardisFound>[0]

/** Its own cache is filled with the same frames, so that it reads from disk as it does on a second replay. */
function tardisReplay(note: string): Contender {
  const from = '2024-11-23T22:13:00.000Z'
  const to = '2024-11-23T22:14:00.000Z'
  const cacheDir = scratchPath('tardis')
  init({ cacheDir })
  fillCache(cacheDir, from)
  const replay = async (take: (event: TardisEvent) => void): Promise<Timed> => {
    const watch = new Stopwatch()
    const messages = replayNormalized({ exchange: 'binance', from, to }, normalizeTrades, normalizeBookTickers)
    for await (const event of messages) {
      watch.count()
      take(event)
    }
    return watch.stop()
  }
  return { ...contender('tardis-dev replayNormalized', replay, tardisFound), note }
}

function fillCache(cacheDir: string, from: string): void {
  // The folder's name is the digest of the filters that the two normalisers ask for.
  const filters = [{ channel: 'bookTicker' }, { channel: 'trade' }]
  const name = createHash('sha256').update(JSON.stringify(filters)).digest('hex')
  const [day = '', time = ''] = from.split('T')
  const path = `${cacheDir}/feeds/binance/${name}/${day.replaceAll('-', '/')}/${time.slice(0, 2)}/${time.slice(3, 5)}.json.gz`
  mkdirSync(dirname(path), { recursive: true })
  const lines = recordedFrames(FRAMES).map(({ receivedAt, data }) => {
    const text = new Date(receivedAt / 1000).toISOString().replace('Z', '')
    return `${text}${String(receivedAt % 1000).padStart(3, '0')}0Z ${data.toString()}\n`
  })
  writeFileSync(path, gzipSync(lines.join(''), { level: 1 }))
}

function contender<Event>(
  name: string,
  replay: (take: (event: Event) => void) => Promise<Timed>,
  foundOf: (event: Event) => readonly unknown[],
): Contender {
  return {
    name,
    run: () => replay(() => sink.sum++),
    digest: async () => {
      const digest = new Digest()
      await replay(event => digest.add(foundOf(event)))
      return digest.hex()
    },
  }
}
