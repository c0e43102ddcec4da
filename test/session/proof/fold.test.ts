import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Recorder } from '../../../src/journal/recorder.js'
import { connectionsBefore } from '../../../src/session/proof/connections-before.js'
import { Fold, type FoldedEvent, type FoldOptions } from '../../../src/session/proof/fold.js'
import { inspect } from '../../../src/session/proof/inspection.js'
import { restFrame } from '../../../src/session/proof/rest-frame.js'
import { at, BEGAN, dataFrame, delta, header, link, OPTIONS, recording, snapshot, trade, tradeText } from './support.js'

async function folded(
  path: string,
  options: Partial<FoldOptions> = {},
): Promise<{ events: FoldedEvent[]; fold: Fold }> {
  const fold = await Fold.open([path], { ...OPTIONS, ...options })
  const events: FoldedEvent[] = []
  for await (const batch of fold.batches()) events.push(...batch)
  return { events, fold }
}

const BOOK = ['binance:btcusdt@depth', 'binance:btcusdt@trade']

describe('a fold that begins in the middle', () => {
  const path = recording('middle.jsonl', [
    header(BOOK),
    link(0, 'connected', '', ['btcusdt@depth', 'btcusdt@trade']),
    snapshot(0, 10),
    ...Array.from({ length: 20 }, (_, index) => [
      delta(index + 1, index + 11, String(index)),
      trade(index + 1, index + 1),
    ]).flat(),
  ])

  it('tells the books as they stood, then the same events as a fold from the beginning', async () => {
    const whole = await folded(path)
    const { events, fold } = await folded(path, { from: at(11) })
    const [first, ...rest] = events
    expect(first).toMatchObject({
      type: 'book',
      snapshot: true,
      bids: [[100, 9]],
      asks: [[101, 2]],
      received: at(10),
      sequence: '20',
    })
    expect(rest).toEqual(whole.events.filter(event => 'received' in event && event.received >= at(11)))
    expect(fold.session.summary('end', 0)).toMatchObject({
      frames: 20,
      decoded: 20,
      control: 0,
      gaps: 0,
      first: at(11),
    })
  })

  it('keeps losses, refused frames and copies from before out of the account', async () => {
    const trouble = recording('before.jsonl', [
      header(),
      link(0, 'connected'),
      trade(1, 1),
      trade(2, 5),
      trade(3, 5),
      `{"t":${at(4)},"c":"binance","d":{"e":"nothing known"}}`,
      trade(8, 6),
      trade(9, 8),
    ])
    const letters: unknown[] = []
    const { fold, events } = await folded(trouble, { from: at(8), keepDeadLetter: letter => letters.push(letter) })
    expect(fold.session.summary('end', 0)).toMatchObject({ frames: 2, deadLettered: 0, duplicates: 0, gaps: 1 })
    expect([letters, events.map(event => event.type)]).toEqual([[], ['trade', 'status', 'trade']])
  })

  it('tells the last books where nothing comes any more', async () => {
    const { events } = await folded(path, { from: at(500) })
    expect(events).toMatchObject([{ type: 'book', snapshot: true, sequence: '30' }])
  })
})

describe('connectionsBefore', () => {
  /** Hours of trades in which the connection is replaced once. */
  async function long(): Promise<string> {
    const path = recording('long.jsonl', [])
    writeFileSync(path, '')
    const recorder = await Recorder.open({ path, created: BEGAN, streams: ['binance:btcusdt@trade'], sync: 'none' })
    const connected = (seconds: number): void =>
      void recorder.append({
        kind: 'link',
        receivedAt: at(seconds),
        exchange: 'binance',
        line: 0,
        state: 'connected',
        streams: [],
        detail: '',
      })
    for (let index = 0; index < 12_000; index++) {
      if (index === 0 || index === 9_000) connected(index)
      recorder.append(dataFrame(index, tradeText(index, index + 1)))
    }
    await recorder.close()
    return path
  }

  it('goes back to where the connection of that time began, and no further', async () => {
    const path = await long()
    const begins = (seconds: number): Promise<number | undefined> => connectionsBefore(path, at(seconds), {})
    expect(await begins(11_000)).toBe(at(9_000))
    expect(await begins(9_010)).toBe(at(9_000))
    expect(await begins(8_990)).toBeUndefined()
  })

  it('reads every other file from its beginning', async () => {
    const path = recording('bare.jsonl', [tradeText(1, 1), tradeText(2, 2)])
    expect(await connectionsBefore(path, at(2), {})).toBeUndefined()
  })
})

describe('inspect', () => {
  it('tells each loss with its cause and counts what is there', async () => {
    const path = recording('losses.jsonl', [
      header(['binance:btcusdt@trade', 'binance:btcusdt@bookTicker']),
      link(0, 'connected', '', ['btcusdt@trade', 'btcusdt@bookTicker']),
      trade(1, 1),
      trade(2, 4),
      link(3, 'disconnected', 'reset by the exchange', ['btcusdt@trade', 'btcusdt@bookTicker']),
      link(5, 'connected', '', ['btcusdt@trade', 'btcusdt@bookTicker']),
      trade(6, 5),
      JSON.stringify({ t: at(7), control: 'recording.lost', value: { lost: 12, from: at(6), to: at(7) } }),
      '#### no line',
      trade(8, 6),
      link(9, 'disconnected', 'stopped: end', ['btcusdt@trade', 'btcusdt@bookTicker']),
      '{"t":17',
    ])
    writeFileSync(path, (await import('node:fs')).readFileSync(path, 'utf8').trimEnd())
    const { losses, streams } = await inspect(path, OPTIONS)
    expect(losses.map(({ cause, stream, missing, start, end }) => [cause, stream, missing, start, end])).toEqual([
      ['sequence', 'btcusdt@trade', 2, at(1), at(2)],
      ['disconnected', 'btcusdt@bookTicker', null, at(3), at(5)],
      ['recorder', null, 12, at(6), at(7)],
      ['corrupt', null, null, null, null],
      ['torn', null, null, null, null],
    ])
    expect(streams).toMatchObject([
      { stream: 'btcusdt@trade', events: 4, firstId: '1', lastId: '6', missing: 2, coverage: 4 / 6, by: 'ids' },
    ])
  })

  it('measures the coverage of a book by the time in which it was whole', async () => {
    const path = recording('cover.jsonl', [
      header(['binance:btcusdt@depth']),
      link(0, 'connected', '', ['btcusdt@depth']),
      snapshot(0, 10),
      delta(1, 11),
      delta(5, 12),
      delta(6, 14),
      snapshot(7, 14),
      delta(8, 15),
      delta(11, 16),
    ])
    const { streams, losses } = await inspect(path, OPTIONS)
    expect(losses).toMatchObject([{ cause: 'sequence', from: '13', to: '13', missing: 1, start: at(5), end: at(7) }])
    expect(streams).toMatchObject([{ stream: 'btcusdt@depth', coverage: 1 - 2 / 11, by: 'time' }])
  })

  it('calls nothing whole that nothing numbers', async () => {
    const quote = (seconds: number): string =>
      `{"t":${at(seconds)},"c":"binance","d":{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"1","B":"1","a":"2","A":"1"}}}`
    const path = recording('quotes.jsonl', [header(['binance:btcusdt@bookTicker']), quote(1), quote(2)])
    expect((await inspect(path, OPTIONS)).streams).toMatchObject([{ events: 2, coverage: null, by: null }])
  })

  it('lets ids tell of holes in files whose events passed no check', async () => {
    const event = (id: number): string =>
      `{"type":"trade","exchange":"binance","symbol":"BTCUSDT","pair":"BTC/USDT","id":"${id}","price":1,"size":1,"side":"buy","time":${at(id)},"received":${at(id)}}`
    const path = recording('events.jsonl', [1, 2, 3, 8].map(event))
    expect((await inspect(path, OPTIONS)).streams).toMatchObject([{ events: 4, missing: 4, coverage: 0.5 }])
  })
})

describe('restFrame', () => {
  it('makes the snapshot frame of a logged answer', () => {
    const body = '{"lastUpdateId":7,"bids":[],"asks":[]}'
    expect(restFrame('binance')('https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=5000', body)).toBe(
      `{"stream":"btcusdt@depthSnapshot","generated":true,"data":${body}}`,
    )
    expect(restFrame('bitstamp')('https://www.bitstamp.net/api/v2/order_book/btcusd', body)).toContain('btcusd')
  })

  it('leaves what is no book alone', () => {
    expect(restFrame('binance')('https://api.binance.com/api/v3/exchangeInfo', '{"symbols":[]}')).toBeUndefined()
    expect(restFrame('binance')('no address', '{"bids":[],"asks":[]}')).toBeUndefined()
    expect(restFrame('coinbase')('https://x/?symbol=A', '{"bids":[],"asks":[]}')).toBeUndefined()
  })
})
