/** Reading from a time on by the index: the same events as reading up to it, at a cost that does not grow with the way. */
import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { Random } from '../../../src/engine/random.js'
import { type FileSystem, realFileSystem } from '../../../src/journal/file-system.js'
import { Recorder } from '../../../src/journal/recorder.js'
import { Fold } from '../../../src/session/proof/fold.js'
import { type Checkpoints, indexRecording, LiveCheckpoints } from '../../../src/session/seek/checkpoints.js'
import { checkpointBefore } from '../../../src/session/seek/seek-index.js'
import { Session } from '../../../src/session/session.js'
import { useFolder } from '../../journal/support.js'
import { at, dataFrame, delta, OPTIONS, snapshot, tradeText } from '../proof/support.js'

const SOFTWARE = 'genesis test'
const MINUTE = 60
/** Fifty minutes on one connection, each second a trade and a change of the book, now and then a loss. */
const SECONDS = 3_000
const EVERY = { spacing: 64 * 1024, share: 1 }

const file = useFolder()

const dataOf = (line: string): string => /"d":(.*)\}$/.exec(line)?.[1] ?? ''

interface Recorded {
  readonly rotate?: { every: number } | undefined
  readonly exchange?: string
  /** From when to when. */
  readonly seconds?: readonly [number, number]
  /** Of the first trade. */
  readonly id?: number
}

/** Records as a run does: each frame goes to the recorder and to the session, and now and then somebody looks whether a checkpoint is due. */
async function record(
  path: string,
  { rotate, exchange = 'binance', seconds = [0, SECONDS], id: firstId = 1 }: Recorded = {},
): Promise<void> {
  const [began, end] = seconds
  const session = new Session({
    command: 'record',
    streams: [],
    feed: null,
    keepDeadLetter: () => undefined,
    filter: null,
  })
  const recorder = await Recorder.open({
    path, created: at(began), streams: [`${exchange}:btcusdt@trade`, `${exchange}:btcusdt@depth`], sync: 'none', ...(rotate === undefined ? {} : { rotate }),
  }) // prettier-ignore
  const checkpoints = await LiveCheckpoints.of(session, recorder, SOFTWARE, EVERY)
  const random = new Random(`tape of ${exchange}`)
  const send = (frame: ReturnType<typeof dataFrame>): void => {
    const own = { ...frame, exchange } as typeof frame
    recorder.append(own)
    session.deliver(own)
  }
  const link = { kind: 'link', exchange: 'binance', line: 0, streams: ['btcusdt@trade'], detail: '' } as const
  send({ ...link, receivedAt: at(began), state: 'connected' })
  // Numbers of updates go on, as an exchange's do.
  send(dataFrame(began, dataOf(snapshot(began, began + 10))))
  let [id, update] = [firstId, began + 11]
  for (let second = began + 1; second < end; second++) {
    if (random.next() < 0.01) id += 2
    send(dataFrame(second, tradeText(second, id++, String(random.int(90, 100)))))
    send(dataFrame(second + 0.5, dataOf(delta(second, update++, String(random.int(1, 50))))))
    if (second % 20 === 0) {
      checkpoints?.look()
      await (recorder.isNew || second % 200 !== 0 ? recorder.drained() : recorder.flush())
    }
  }
  if (!recorder.isNew) await followed(path, checkpoints)
  await recorder.close()
  await checkpoints?.close()
}

/** Until whoever follows the tape is near its end. */
async function followed(path: string, checkpoints: Checkpoints | null): Promise<void> {
  const near = statSync(path).size * 0.8
  for (let round = 0; round < 1_000; round++) {
    checkpoints?.look()
    await new Promise(resolve => setTimeout(resolve, 5))
    const found = await checkpointBefore([path], { from: at(2 * SECONDS), software: SOFTWARE })
    if ((found?.place.get(path)?.byte ?? 0) > near) return
  }
}

/** What is told from a time on. */
async function toldFrom(
  path: string | readonly string[],
  seconds: number,
  software?: string,
  files?: FileSystem,
): Promise<string[]> {
  const fold = await Fold.open([path].flat(), {
    ...OPTIONS, from: at(seconds), to: at(seconds + MINUTE), ...(software === undefined ? {} : { software }), ...(files === undefined ? {} : { files }),
  }) // prettier-ignore
  const events: string[] = []
  for await (const batch of fold.batches()) events.push(...batch.map(event => JSON.stringify(event)))
  const { first, last, frames, gaps, duplicates } = fold.session.summary('end', 0)
  return [...events, JSON.stringify({ first, last, frames, gaps, duplicates })]
}

/** Counts the bytes that are read. */
function counting(): { readonly files: FileSystem; bytes: number } {
  const count = {
    bytes: 0,
    files: {
      ...bound(realFileSystem),
      open: async (path: string, flags: number, mode?: number) => {
        const open = await realFileSystem.open(path, flags, mode)
        return {
          ...bound(open),
          read: async (...args: Parameters<typeof open.read>) => {
            const result = await open.read(...args)
            count.bytes += result.bytesRead
            return result
          },
        }
      },
    },
  }
  return count
}

function bound<T extends object>(object: T): T {
  const methods = ['read', 'write', 'datasync', 'truncate', 'stat', 'close', 'rename', 'unlink', 'mkdir', 'readdir']
  return Object.fromEntries(
    methods.flatMap(name => {
      const method: unknown = Reflect.get(object, name)
      return typeof method === 'function' ? [[name, method.bind(object) as unknown]] : []
    }),
  ) as T
}

describe.each([
  ['a plain recording', 'tape.jsonl', undefined],
  ['a packed recording', 'tape.jsonl.gz', undefined],
  ['a recording in many files', 'tape.jsonl.gz', { every: 400_000_000 }],
  ['a plain one in many files', 'tape.jsonl', { every: 400_000_000 }],
])('the index of %s', (_, name, rotate) => {
  const path = (): string => file(rotate === undefined ? name : 'tape.manifest.json')

  it('leads to the same events, whenever one begins, and from what was recorded as from what is read', async () => {
    await record(file(name), { rotate })
    const random = new Random(name)
    const times = Array.from({ length: 4 }, () => random.int(0, SECONDS + 60))
    const expected = await Promise.all(times.map(time => toldFrom(path(), time)))
    const live = statSync(`${path()}.index.gz`).size
    expect(await checkpointBefore([path()], { from: at(SECONDS), software: SOFTWARE })).not.toBeNull()
    for (const [index, time] of times.entries()) expect(await toldFrom(path(), time, SOFTWARE)).toEqual(expected[index])
    expect(await indexRecording(path(), SOFTWARE, OPTIONS, EVERY)).toBeGreaterThan(3)
    expect(statSync(`${path()}.index.gz`).size).not.toBe(live)
    for (const [index, time] of times.entries()) expect(await toldFrom(path(), time, SOFTWARE)).toEqual(expected[index])
  }, 60_000)

  it('makes the cost independent of how far in one begins', async () => {
    await record(file(name), { rotate })
    const cost = async (seconds: number, software?: string): Promise<number> => {
      const count = counting()
      await toldFrom(path(), seconds, software, count.files)
      return count.bytes
    }
    const [early, late] = [await cost(900, SOFTWARE), await cost(SECONDS - 300, SOFTWARE)]
    expect(late).toBeLessThan(early + 4 * EVERY.spacing)
    // Without the index all of the connection is read, and more than once to find where it began.
    expect(await cost(SECONDS - 300)).toBeGreaterThan(late)
  }, 60_000)
})

describe.each(['tape.jsonl', 'tape.jsonl.gz'])('the index of %s that is continued', name => {
  const end = async (path: string): Promise<number> =>
    (await checkpointBefore([path], { from: at(2 * SECONDS), software: SOFTWARE }))?.place.get(path)?.byte ?? 0

  it('goes on behind the checkpoints that are there, twice, and leads to the same events', async () => {
    const path = file(name)
    await record(path, { seconds: [0, 1_000] })
    const [first, size] = [await end(path), statSync(path).size]
    expect(first).toBeGreaterThan(0)
    // Ids go on where they were, or leave a hole.
    await record(path, { seconds: [1_010, 2_000], id: 1_300 })
    const second = await end(path)
    expect(second).toBeGreaterThan(size)
    await record(path, { seconds: [2_200, SECONDS], id: 2_500 })
    expect(await end(path)).toBeGreaterThan(second)
    for (const time of [2_950, 2_210, 1_900, 1_005, 500])
      expect(await toldFrom(path, time, SOFTWARE)).toEqual(await toldFrom(path, time))
    const [late, without] = [counting(), counting()]
    await toldFrom(path, 2_900, SOFTWARE, late.files)
    await toldFrom(path, 2_900, undefined, without.files)
    expect(late.bytes).toBeLessThan(without.bytes)
  }, 120_000)

  it('is begun where there was none, and cut short where the run ends before it has read so far', async () => {
    const path = file(name)
    await record(path, { seconds: [0, 1_000] })
    writeFileSync(`${path}.index.gz`, 'spoilt')
    await record(path, { seconds: [1_010, 1_500], id: 1_300 })
    expect(await end(path)).toBeGreaterThan(0)
    expect(await toldFrom(path, 1_400, SOFTWARE)).toEqual(await toldFrom(path, 1_400))
    const recorder = await Recorder.open({ path, created: at(1_600), streams: [] })
    const checkpoints = await LiveCheckpoints.of({ remember: () => null }, recorder, SOFTWARE, EVERY)
    await recorder.close()
    await checkpoints?.close()
    expect(await toldFrom(path, 1_400, SOFTWARE)).toEqual(await toldFrom(path, 1_400))
  }, 120_000)
})

describe('indexes of several recordings', () => {
  const compare = async (paths: readonly string[], times: readonly number[]): Promise<void> => {
    for (const time of times) {
      const expected = await toldFrom(paths, time)
      expect(expected.length).toBeGreaterThan(100)
      expect(await toldFrom(paths, time, SOFTWARE)).toEqual(expected)
    }
  }
  const places = async (paths: readonly string[], seconds = SECONDS): Promise<number | null> =>
    (await checkpointBefore(paths, { from: at(seconds), software: SOFTWARE }))?.place.size ?? null

  it('join where each is of other exchanges, in either order, packed or in many files', async () => {
    const [a, b, c] = [file('a.jsonl'), file('b.jsonl.gz'), file('c.jsonl')] as const
    await record(a)
    await record(b, { exchange: 'binance-us', seconds: [400, SECONDS - 100] })
    await record(c, { exchange: 'binance-futures', rotate: { every: 400_000_000 } })
    const manifest = file('c.manifest.json')
    expect(await places([a, b, manifest])).toBe(3)
    await compare([a, b], [2_900, 1_700, 700])
    await compare([manifest, b, a], [2_500, 1_000])
  }, 120_000)

  it('help where only some of the files reach back so far, and those read on from there', async () => {
    const [a, b] = [file('a.jsonl'), file('b.jsonl')] as const
    await record(a)
    await record(b, { exchange: 'binance-us', seconds: [2_300, SECONDS] })
    expect(await places([b, a], 2_310)).toBe(1)
    await compare([b, a], [2_310, 2_320])
    const cost = async (software?: string): Promise<number> => {
      const count = counting()
      await toldFrom([b, a], 2_310, software, count.files)
      return count.bytes
    }
    expect(await cost(SOFTWARE)).toBeLessThan((await cost()) / 2)
  }, 120_000)

  it('are not joined where two files are of one exchange, came by other lines, or do not say', async () => {
    const [a, b, c] = [file('a.jsonl'), file('b.jsonl'), file('c.jsonl')] as const
    await record(a)
    await record(b, { seconds: [2_000, SECONDS] })
    await record(c, { exchange: 'binance-us' })
    expect(await places([a, b])).toBeNull()
    await compare([a, b], [2_900])
    const foreign = file('foreign.jsonl')
    writeFileSync(foreign, `${tradeText(1, 1)}\n`)
    expect(await places([a, foreign])).toBeNull()
    expect(await places([a, c])).toBe(2)
    writeFileSync(c, readFileSync(c, 'utf8').replace('"version":1,', '"version":1,"lines":2,'))
    expect(await places([a, c])).toBeNull()
  }, 120_000)
})

describe('an index', () => {
  const begins = (path: string, software = SOFTWARE, seconds = SECONDS): Promise<unknown> =>
    checkpointBefore([path], { from: at(seconds), software })
  let path: string

  it('is used by the program that wrote it, for the file it was written of, and once', async () => {
    path = file('tape.jsonl')
    await record(path)
    expect(await begins(path)).not.toBeNull()
    expect(await begins(path, 'genesis of another day')).toBeNull()
    expect(await begins(path, SOFTWARE, 0)).toBeNull()
    expect(await checkpointBefore([path, path], { from: at(SECONDS), software: SOFTWARE })).toBeNull()
    // What a former program wrote under the same name holds states of another form.
    const index = `${path}.index.gz`
    const text = gunzipSync(readFileSync(index)).toString('latin1')
    writeFileSync(index, gzipSync(Buffer.from(text, 'latin1')))
    expect(await begins(path)).not.toBeNull()
    writeFileSync(index, gzipSync(Buffer.from(text.replace('"checkpoints 2"', '"checkpoints"'), 'latin1')))
    expect(await begins(path)).toBeNull()
    writeFileSync(index, gzipSync(Buffer.from(text, 'latin1')))
    // Another recording in its place.
    const other = readFileSync(path, 'utf8').replaceAll('"p":"9', '"p":"8')
    writeFileSync(path, other)
    expect(await begins(path)).toBeNull()
  }, 60_000)

  it('stands as far as the recording does', async () => {
    path = file('tape.jsonl')
    await record(path)
    const half = Math.floor(statSync(path).size / 2)
    truncateSync(path, half)
    const found = await checkpointBefore([path], { from: at(SECONDS), software: SOFTWARE })
    expect(found!.place.get(path)!.byte).toBeLessThanOrEqual(half)
    expect(await toldFrom(path, SECONDS / 2 - 120, SOFTWARE)).toEqual(await toldFrom(path, SECONDS / 2 - 120))
  }, 60_000)

  it('cut or spoilt at any place leads nowhere wrong', async () => {
    path = file('tape.jsonl')
    await record(path)
    const index = readFileSync(`${path}.index.gz`)
    const expected = await toldFrom(path, 2_500)
    const random = new Random('spoilt')
    for (let round = 0; round < 6; round++) {
      const spoilt = Buffer.from(index.subarray(0, round % 2 === 0 ? index.length : random.int(1, index.length)))
      spoilt[random.int(0, spoilt.length - 1)]! ^= 1 << random.int(0, 7)
      writeFileSync(`${path}.index.gz`, spoilt)
      expect(await toldFrom(path, 2_500, SOFTWARE)).toEqual(expected)
    }
  }, 60_000)

  it('is not continued in many files, and is gone where a recording begins anew', async () => {
    path = file('tape.jsonl')
    await record(path)
    copyFileSync(`${path}.index.gz`, file('kept'))
    const session = { remember: () => null }
    const rotate = { every: 400_000_000 }
    await record(file('many.jsonl'), { rotate, seconds: [0, 900] })
    const recorder = await Recorder.open({ path: file('many.jsonl'), created: at(SECONDS), streams: [], rotate })
    expect(await LiveCheckpoints.of(session, recorder, SOFTWARE)).toBeNull()
    await recorder.close()
    expect(existsSync(file('many.manifest.json.index.gz'))).toBe(true)
    const fresh = file('fresh.jsonl')
    copyFileSync(file('kept'), `${fresh}.index.gz`)
    const next = await Recorder.open({ path: fresh, created: at(0), streams: [] })
    await (await LiveCheckpoints.of(session, next, SOFTWARE))?.close()
    await next.close()
    expect(existsSync(`${fresh}.index.gz`)).toBe(false)
  }, 60_000)

  it('is not made of files that are no recordings', async () => {
    writeFileSync(file('bare.jsonl'), `${tradeText(1, 1)}\n`)
    expect(await indexRecording(file('bare.jsonl'), SOFTWARE, OPTIONS)).toBeNull()
  })
})
