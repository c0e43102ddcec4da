/** A recording proves what happened: it replays to the same events at any speed, says what is missing, and hides no damage. */
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { startBinanceServer, tradeMessages, type BinanceServer } from '../support/binance-server.js'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'

let server: BinanceServer | undefined

afterEach(async () => {
  await server?.stop()
  server = undefined
})

const directory = temporaryDirectory('proof')
const file = (name: string): string => join(directory, name)
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/journal/${name}`, import.meta.url))
const SECOND = 1_000_000
const BEGAN = 1_732_400_000 * SECOND

/** Records 1,500 trades over two cuts of the connection, with two trades withheld and two broken frames among them. */
async function recordTrouble(name: string): Promise<Awaited<ReturnType<typeof genesis>>> {
  const messages = tradeMessages(1_500)
  messages.splice(1_000, 2)
  messages.splice(400, 0, '{"stream":"btcusdt@trade","data":{"e":"trade"', '{"e":"somethingElse","s":"BTCUSDT"}')
  server = await startBinanceServer({ messages, burst: 10, cutsAt: [300, 900] })
  return genesis(
    ['record', 'btcusdt@trade', '--url', server.url, '-o', file(name), '--limit', '1498', '--digest', '--json'],
    { cwd: directory },
  )
}

/** A hand-written recording of one book: a snapshot, its deltas a second apart, a hole at the fifth, and no way back. */
function bookRecording(name: string): string {
  const line = (seconds: number, frame: string): string =>
    `{"t":${BEGAN + seconds * SECOND},"c":"binance","d":${frame}}`
  const delta = (seconds: number, id: number, bid: string, size: string): string =>
    line(
      seconds,
      `{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":${1_732_400_000_000 + seconds * 1000},"s":"BTCUSDT","U":${id},"u":${id},"b":[["${bid}","${size}"]],"a":[]}}`,
    )
  const lines = [
    `{"genesis":"recording","version":1,"created":${BEGAN},"streams":["binance:btcusdt@depth"]}`,
    `{"t":${BEGAN},"c":"binance","status":"connected","streams":["btcusdt@depth"]}`,
    line(
      0,
      '{"stream":"btcusdt@depthSnapshot","generated":true,"data":{"lastUpdateId":100,"bids":[["97000.10","1.5"],["97000.00","2"]],"asks":[["97001.00","3"],["97002.00","4"]]}}',
    ),
    delta(1, 101, '97000.20', '0.5'),
    delta(2, 102, '97000.10', '0'),
    delta(3, 103, '97000.30', '0.7'),
    delta(4, 104, '97000.30', '0'),
    delta(5, 110, '97000.40', '9'),
    delta(6, 111, '97000.50', '9'),
  ]
  writeFileSync(file(name), `${lines.join('\n')}\n`)
  return file(name)
}

const at = (seconds: number): string => String(BEGAN + seconds * SECOND)

describe('the live run and its replay', () => {
  it('have one digest at every speed, over reconnects, a gap and dead letters', async () => {
    const live = await recordTrouble('trouble.jsonl.gz')
    expect(live.code).toBe(0)
    expect(live.summary).toMatchObject({ reconnects: 2, gaps: 1, deadLettered: 2, events: { trade: 1_498 } })
    expect(live.summary['eventsDigest']).toMatch(/^[0-9a-f]{64}$/)
    const replays = ['1', '10', 'max'].map(speed =>
      genesis(['replay', file('trouble.jsonl.gz'), '--speed', speed, '--digest', '--json']),
    )
    for (const { summary } of await Promise.all(replays)) {
      expect(summary['eventsDigest']).toBe(live.summary['eventsDigest'])
      expect(summary).toMatchObject({ frames: live.summary['frames'], deadLettered: 2, reconnects: 2, gaps: 1 })
    }
    const gaps = await genesis(['gaps', file('trouble.jsonl.gz')])
    expect(gaps.events).toHaveLength(2)
    expect(gaps.events[0]).toMatchObject({ cause: 'sequence', from: '2000', to: '2001', missing: 2, provable: true })
    expect(gaps.summary).toMatchObject({ gaps: 1, missing: 2 })
    const whole = await genesis(['verify', file('trouble.jsonl.gz'), '--min-coverage', '99%'])
    expect([whole.code, whole.summary]).toMatchObject([0, { passed: true, deadLettered: 2, coverage: 1498 / 1500 }])
    const short = await genesis(['verify', file('trouble.jsonl.gz'), '--min-coverage', '99.9%'])
    expect([short.code, short.summary]).toMatchObject([3, { passed: false }])
    expect(short.stdout).toMatch(/btcusdt@trade covers 99\.8666%, less than 99\.9%/)
  })

  it('have another digest when one event is another', async () => {
    const text = tradeMessages(20).join('\n')
    writeFileSync(file('one.jsonl'), text)
    writeFileSync(file('two.jsonl'), text.replace('"q":"0.01250000"', '"q":"0.01250001"'))
    const [one, two] = await Promise.all(
      ['one', 'two'].map(async name => {
        const { summary } = await genesis(['replay', file(`${name}.jsonl`), '--speed', 'max', '--digest', '--json'])
        return summary['eventsDigest'] as string
      }),
    )
    expect(one).not.toBe(two)
  })

  it('have the digest of the format’s first version for ever', async () => {
    for (const name of ['version-1.jsonl', 'version-1.jsonl.gz']) {
      const { code, summary } = await genesis(['replay', fixture(name), '--speed', 'max', '--digest', '--json'])
      expect([code, summary['eventsDigest']]).toEqual([0, GOLDEN])
    }
  })
})

/** Of what {@link fixture} holds; it may change with a better decoder of these frames, and with nothing else. */
const GOLDEN = '83d0a6e98830016a2f65f1cda87248305c540506b199cf35497dcabb7c5a36f2'

describe('damage is never silent', () => {
  it('a flipped bit is located, fails the verification, and none of its member is told', async () => {
    await genesis([
      'record',
      'btcusdt@trade',
      '--exchange',
      'sim',
      '--rate',
      '500',
      '--limit',
      '800',
      '-o',
      file('flipped.jsonl.gz'),
      '--json',
    ])
    const bytes = readFileSync(file('flipped.jsonl.gz'))
    const place = Math.floor(bytes.length / 2)
    bytes[place] = (bytes[place] ?? 0) ^ 4
    writeFileSync(file('flipped.jsonl.gz'), bytes)
    const { code, stdout, summary } = await genesis(['verify', file('flipped.jsonl.gz')])
    expect([code, summary['passed'], summary['whole']]).toEqual([3, false, false])
    expect(stdout).toMatch(/byte \d+, \d+ bytes: gzip member: checksum/)
    const stopped = await genesis([
      'replay',
      file('flipped.jsonl.gz'),
      '--speed',
      'max',
      '--on-corrupt',
      'stop',
      '--json',
    ])
    expect([stopped.code, stopped.stderr]).toEqual([1, expect.stringMatching(/byte \d+.*genesis repair/)])
    const repaired = await genesis(['repair', file('flipped.jsonl.gz')])
    expect(repaired.summary['output']).toBe(file('flipped.repaired.jsonl.gz'))
    expect((await genesis(['verify', file('flipped.repaired.jsonl.gz')])).code).toBe(0)
  })

  it('a torn tail is told and is no failure; mending it keeps every whole line', async () => {
    const whole = readFileSync(bookRecording('whole.jsonl'))
    writeFileSync(file('torn.jsonl'), whole.subarray(0, whole.length - 40))
    const verified = await genesis(['verify', file('torn.jsonl')])
    expect([verified.code, verified.summary]).toMatchObject([0, { whole: false, frames: 6 }])
    expect(verified.stderr).toMatch(/cut off by a crash.*genesis repair/)
    const gaps = await genesis(['gaps', file('torn.jsonl')])
    expect(gaps.events.map(row => row['cause'])).toContain('torn')
    await genesis(['repair', file('torn.jsonl'), '-o', file('mended.jsonl')])
    expect((await genesis(['verify', file('mended.jsonl')])).summary).toMatchObject({ whole: true, frames: 6 })
    const again = await genesis(['repair', file('torn.jsonl'), '-o', file('mended.jsonl')])
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/exists already/)])
  })

  it('lines that cannot be read are kept as they stand, by replay and by repair', async () => {
    const lines = readFileSync(bookRecording('lines.jsonl'), 'utf8').trimEnd().split('\n')
    lines.splice(5, 0, '{"t":1,"c":"binance","d":{"a":}}', 'no line at all')
    writeFileSync(file('lines.jsonl'), `${lines.join('\n')}\n`)
    const letters = file('letters.jsonl')
    const replayed = await genesis([
      'replay',
      file('lines.jsonl'),
      '--speed',
      'max',
      '--json',
      '--on-corrupt',
      'quarantine',
      '--dead-letters',
      letters,
    ])
    expect([replayed.code, replayed.stderr]).toEqual([0, expect.stringContaining(`kept in ${letters}.corrupt`)])
    const kept = '{"t":1,"c":"binance","d":{"a":}}\nno line at all\n'
    expect(readFileSync(`${letters}.corrupt`, 'utf8')).toBe(kept)
    await genesis(['repair', file('lines.jsonl'), '-o', file('lines-mended.jsonl')])
    expect(readFileSync(`${file('lines-mended.jsonl')}.corrupt`, 'utf8')).toBe(kept)
  })

  it('a changed or missing file of many is named', async () => {
    const many = file('many/')
    await genesis([
      'record',
      'btcusdt@trade',
      '--exchange',
      'sim',
      '--rate',
      '200',
      '--duration',
      '3s',
      '-o',
      many,
      '--rotate',
      '1s',
      '--json',
    ])
    const manifest = JSON.parse(readFileSync(join(many, 'manifest.json'), 'utf8')) as {
      segments: { file: string; streams: Record<string, { firstId?: string; lastId?: string }> }[]
    }
    expect(manifest.segments.length).toBeGreaterThanOrEqual(3)
    const ids = manifest.segments.flatMap(({ streams }) => Object.entries(streams))
    for (const [stream, { firstId, lastId }] of ids.filter(([, { firstId }]) => firstId !== undefined)) {
      expect(stream).toBe('sim:btcusdt@trade')
      expect(Number(lastId)).toBeGreaterThanOrEqual(Number(firstId))
    }
    expect((await genesis(['verify', many])).summary).toMatchObject({
      passed: true,
      checkedFiles: manifest.segments.length,
    })
    const second = join(many, manifest.segments[1]?.file ?? '')
    writeFileSync(second, readFileSync(second, 'utf8').replace('"p":"9', '"p":"8'))
    const { code, stdout } = await genesis(['verify', many])
    expect(code).toBe(3)
    expect(stdout).toContain(`${manifest.segments[1]?.file ?? ''}: was changed`)
  })

  it('a recording of a later version is refused with who can read it', async () => {
    writeFileSync(file('later.jsonl'), '{"genesis":"recording","version":2,"created":1,"streams":[]}\n{"t":1,"x":{}}\n')
    for (const command of ['replay', 'verify', 'gaps']) {
      const { code, stderr } = await genesis([command, file('later.jsonl')])
      expect(code).toBe(1)
      expect(stderr).toMatch(
        /format version 2; this genesis reads versions up to 1.*a genesis that knows format version 2/,
      )
    }
  })
})

describe('memory', () => {
  it('of a replay does not grow with the recording, nor with a reader that is slower: a heap smaller than the file is enough', async () => {
    writeFileSync(file('size.jsonl'), tradeMessages(400_000).join('\n'))
    expect(statSync(file('size.jsonl')).size).toBeGreaterThan(60_000_000)
    // Not the process's size, which tells how late the collector came: what is still in use must fit here, or the process dies.
    const env = {
      NODE_OPTIONS: `--max-old-space-size=56 --import=data:text/javascript,${encodeURIComponent(TELL_MEMORY)}`,
    }
    const { child, finished } = start(['replay', file('size.jsonl'), '--speed', 'max', '--json'], {
      env,
      timeoutMs: 90_000,
    })
    child.stdout?.pause()
    setTimeout(() => child.stdout?.resume(), 2_000)
    const { code, stderr, stdout } = await finished
    expect(code).toBe(0)
    expect(stdout.split('\n').filter(line => line.startsWith('{"type":"trade"'))).toHaveLength(400_000)
    const [, buffers] = /buffers (\d+)/.exec(stderr) ?? []
    expect(Number(buffers)).toBeLessThan(32_000_000)
  }, 120_000)
})

const TELL_MEMORY =
  "process.on('exit', () => process.stderr.write('buffers ' + process.memoryUsage().arrayBuffers + '\\n'))"

describe('kill -9', () => {
  it('leaves a prefix without holes, which the next recording goes on behind', async () => {
    for (const [round, wait] of [200, 700].entries()) {
      const path = file(`killed-${round}.jsonl${round === 0 ? '' : '.gz'}`)
      const args = ['record', 'btcusdt@trade', '--exchange', 'sim', '--rate', '2000', '-o', path, '--json']
      const running = start(args)
      await running.saw('"state":"connected"')
      await new Promise(resolve => setTimeout(resolve, wait))
      running.child.kill('SIGKILL')
      expect((await running.finished).signal).toBe('SIGKILL')
      const verified = await genesis(['verify', path])
      expect([verified.code, verified.summary]).toMatchObject([0, { deadLettered: 0, corrupt: 0 }])
      const gaps = await genesis(['gaps', path])
      expect(gaps.events.filter(row => row['cause'] === 'sequence')).toEqual([])
      const appended = await genesis([...args, '--duration', '1s'])
      expect(appended.code).toBe(0)
      expect(appended.stderr).toContain('recording goes on behind')
      expect((await genesis(['verify', path])).summary).toMatchObject({ whole: true, torn: 0 })
    }
  }, 60_000)
})

describe('sessions', () => {
  it('are run again from their tape; a changed tape and another strategy are found out', async () => {
    const paper = (name: string, fast: string): ReturnType<typeof genesis> =>
      genesis([
        'paper', 'btcusdt@trade', '--exchange', 'sim', '--rate', '300', '--limit', '300', '--strategy', 'sma', '--param', `fast=${fast}`,
        '--param', 'slow=9', '--session', file(name), '--json',
      ]) // prettier-ignore
    const [one] = await Promise.all([paper('one', '3'), paper('two', '8')])
    const same = await genesis(['verify', file('one')])
    expect([same.code, same.summary]).toMatchObject([0, { passed: true, digest: one.summary['digest'] }])
    const tape = join(file('two'), 'tape.jsonl')
    copyFileSync(join(file('one'), 'tape.jsonl'), tape)
    const other = await genesis(['diff', file('one'), file('two')])
    expect(other.code).toBe(3)
    // Whichever strategy acts first: where one has a signal the other still hears the market.
    const sides = [other.events[0]?.['a']?.['type'], other.events[0]?.['b']?.['type']]
    expect(sides.some(type => type !== 'trade')).toBe(true)
    const changed = await genesis(['verify', file('two')])
    expect([changed.code, changed.summary]).toMatchObject([3, { passed: false }])
  })
})

describe('genesis book', () => {
  it('gives the book as it was known at the instant', async () => {
    const path = bookRecording('book.jsonl')
    const { events } = await genesis(['book', path, '--at', at(3)])
    expect(events[0]).toMatchObject({
      type: 'book',
      snapshot: true,
      sequence: '103',
      bids: [
        [97000.3, 0.7],
        [97000.2, 0.5],
        [97000, 2],
      ],
      asks: [
        [97001, 3],
        [97002, 4],
      ],
      received: BEGAN + 3 * SECOND,
    })
    const top = await genesis(['book', path, '--at', '2024-11-23T22:13:22.5Z', '--depth', '1'])
    expect(top.events[0]).toMatchObject({ bids: [[97000.2, 0.5]], asks: [[97001, 3]] })
  })

  it('says that a book is unknown after a gap, before the first one and past the end', async () => {
    const path = bookRecording('unknown.jsonl')
    const [gap, before, after] = await Promise.all(
      [5, -5, 60].map(seconds => genesis(['book', path, '--at', at(seconds)])),
    )
    expect([gap?.code, gap?.stderr]).toEqual([1, expect.stringMatching(/no book is known to be right.*genesis gaps/)])
    expect([before?.code, before?.stderr]).toEqual([1, expect.stringMatching(/nothing was recorded up to then/)])
    expect([after?.code, after?.stderr]).toEqual([
      1,
      expect.stringMatching(/ends at 2024-11-23 22:13:26.* does not reach/),
    ])
    const usage = await genesis(['book', path])
    expect([usage.code, usage.stderr]).toEqual([2, expect.stringMatching(/--at 2024/)])
  })
})

describe('genesis diff', () => {
  const recording = (name: string, frames: readonly string[], shift = 0): string => {
    const lines = frames.map((frame, index) => `{"t":${BEGAN + index * 1000 + shift},"c":"binance","d":${frame}}`)
    const header = `{"genesis":"recording","version":1,"created":${BEGAN},"streams":["binance:btcusdt@trade"]}`
    writeFileSync(file(name), `${[header, ...lines].join('\n')}\n`)
    return file(name)
  }
  const frames = tradeMessages(30)
  const changed = (edit: (frames: string[]) => void): string[] => {
    const copy = [...frames]
    edit(copy)
    return copy
  }

  it.each<[string, string[], number, object]>([
    [
      'value',
      changed(copy => (copy[9] = copy[9]?.replace('0.0125', '0.0126') ?? '')),
      0,
      { cause: 'value', index: { a: 9, b: 9 }, detail: 'differs in size' },
    ],
    ['missing', changed(copy => copy.splice(9, 1)), 0, { cause: 'state' }],
    ['end', changed(copy => copy.splice(20)), 0, { cause: 'end', index: { a: 20, b: 20 }, b: null }],
  ])('names the first difference: %s', async (_, other, shift, expected) => {
    const [a, b] = [recording('a.jsonl', frames), recording('b.jsonl', other, shift)]
    const { code, events } = await genesis(['diff', a, b])
    expect(code).toBe(3)
    expect(events[0]).toMatchObject({ type: 'difference', ...expected })
  })

  it('finds no difference between a run and its copy, nor between two that received the same at other times', async () => {
    const a = recording('a.jsonl', frames)
    copyFileSync(a, file('copy.jsonl'))
    const copy = await genesis(['diff', a, file('copy.jsonl')])
    expect([copy.code, copy.summary]).toMatchObject([0, { same: true, events: 30, receivedApart: 0 }])
    const later = await genesis(['diff', a, recording('later.jsonl', frames, 500)])
    expect([later.code, later.summary]).toMatchObject([0, { same: false, events: 0, receivedApart: 30 }])
  })
})

describe('genesis export', () => {
  it('writes what a replay tells, and candles of the trades', async () => {
    writeFileSync(file('trades.jsonl'), tradeMessages(500).join('\n'))
    const replayed = await genesis(['replay', file('trades.jsonl'), '--speed', 'max', '--json'])
    const { code, summary } = await genesis(['export', file('trades.jsonl'), '-o', file('out.jsonl')])
    expect([code, summary]).toMatchObject([0, { events: 500, files: 1 }])
    const lines = readFileSync(file('out.jsonl'), 'utf8').trimEnd().split('\n')
    expect(lines).toEqual(replayed.stdout.trimEnd().split('\n').slice(0, -1))
    await genesis(['export', file('trades.jsonl'), '-o', file('out.csv'), '--candles', '5s'])
    const [header, ...candles] = readFileSync(file('out.csv'), 'utf8').trimEnd().split('\n')
    expect(header).toBe('exchange,symbol,pair,interval,start,open,high,low,close,volume,closed,time,received,complete')
    expect(candles.map(row => row.split(',')[9]).reduce((sum, volume) => sum + Number(volume), 0)).toBeCloseTo(
      500 * 0.0125,
      9,
    )
  })

  it('refuses an existing target, an unknown format and nothing to write', async () => {
    writeFileSync(file('trades.jsonl'), tradeMessages(5).join('\n'))
    writeFileSync(file('mine.csv'), 'mine')
    const results = await Promise.all(
      [
        ['mine.csv'],
        ['out.xyz'],
        ['none.csv', '--candles', '1m', '--stream', 'ethusdt@trade'],
        ['none.jsonl', '--stream', 'ethusdt@trade'],
      ].map(([name = '', ...rest]) => genesis(['export', file('trades.jsonl'), '-o', file(name), ...rest])),
    )
    expect(results.map(({ code }) => code)).toEqual([1, 2, 1, 1])
    expect(readFileSync(file('mine.csv'), 'utf8')).toBe('mine')
    expect(results.map(({ stderr }) => stderr.trimEnd().split('\n').length)).toEqual([1, 1, 1, 1])
  })
})
