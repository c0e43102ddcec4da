/** Verifying, repairing, exporting, keeping state and following: what is said of a recording is true of it. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, it } from 'vitest'
import type { FeedEvent } from '../../src/model/event.js'
import { eventLine } from '../../src/model/event-line.js'
import { createExporter } from '../../src/journal/export/exporter.js'
import type { JournalItem } from '../../src/journal/item.js'
import { openJournal } from '../../src/journal/reader.js'
import { Recorder } from '../../src/journal/recorder.js'
import { repairJournal } from '../../src/journal/repair.js'
import { verifyJournal } from '../../src/journal/verify.js'
import { awkward, comparable, data, readAll, record, start, useFolder } from './support.js'

const file = useFolder()

describe('verifyJournal', () => {
  it.each(['tape.jsonl', 'tape.jsonl.gz'])('says that %s is whole, and what is in it', async name => {
    await record(file(name), awkward)
    const seen: JournalItem[] = []
    const report = await verifyJournal(file(name), { observe: item => seen.push(item) })
    expect(report).toMatchObject({
      whole: true,
      counts: { binance: 15, coinbase: 1 },
      first: start,
      last: start + 3,
      lost: 0,
    })
    expect(seen).toHaveLength(awkward.length)
  })

  it('says what is torn, corrupt, lost or out of order', async () => {
    await record(file('tape.jsonl'), awkward)
    appendFileSync(file('tape.jsonl'), '####\n{"t":1,"control":"recording.lost","value":{"lost":7}}\n{"t":')
    const report = await verifyJournal(file('tape.jsonl'))
    expect(report).toMatchObject({ whole: false, lost: 7, outOfOrder: 1 })
    expect(report.report.corruptions).toMatchObject([{ line: awkward.length + 2 }])
    expect(report.report.torn).toMatchObject({ length: 5 })
  })

  it('names the file of many that was changed, gone or exchanged', async () => {
    const recorder = await Recorder.open({
      path: file('tape.jsonl'),
      created: start,
      streams: [],
      rotate: { every: 1_000_000 },
    })
    for (let at = 0; at < 4; at++) recorder.append(data(`{"i":${at}}`, start + at * 1_000_000))
    await recorder.close()
    const manifest = file('tape.manifest.json')
    expect(await verifyJournal(manifest)).toMatchObject({ whole: true, checkedFiles: 4, mismatches: [] })
    const second = file('tape.000002.jsonl')
    writeFileSync(second, readFileSync(second, 'utf8').replace('{"i":1}', '{"i":9}'))
    expect(await verifyJournal(manifest)).toMatchObject({ whole: false, mismatches: [{ file: 'tape.000002.jsonl' }] })
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"chain": "..../, '"chain": "0000'))
    expect((await verifyJournal(manifest)).mismatches.map(({ file }) => file)).toContain('tape.000001.jsonl')
  })
})

describe('repairJournal', () => {
  it('keeps every frame that can be read, verbatim, and what cannot apart', async () => {
    await record(file('tape.jsonl'), awkward.slice(0, 5))
    appendFileSync(file('tape.jsonl'), '####\n')
    appendFileSync(file('tape.jsonl'), '{"t":9,"c":"okx","d":{"a" : 1}}\n{"t":10,"c":')
    const kept: string[] = []
    const quarantine = (bytes: Buffer): number => kept.push(bytes.toString())
    const { found, frames } = await repairJournal(file('tape.jsonl'), file('mended.jsonl.gz'), start, { quarantine })
    expect([frames, kept, found.torn?.length]).toEqual([6, ['####'], 12])
    const { items, reader } = await readAll(file('mended.jsonl.gz'))
    expect(comparable(items)).toEqual(comparable([...awkward.slice(0, 5), data('{"a" : 1}', 9, 'okx')]))
    expect(reader.header).toMatchObject({ created: start, streams: ['btcusdt@trade'], repaired: start })
    await expect(repairJournal(file('tape.jsonl'), file('mended.jsonl.gz'), start)).rejects.toThrow(/exists already/)
  })
})

const head = { exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT' }
const trade: FeedEvent = {
  type: 'trade',
  ...head,
  id: '9007199254740993',
  price: 0.00000012,
  size: 97123.45,
  side: 'buy',
  time: start,
  received: start + 1,
}
const quote: FeedEvent = {
  type: 'quote',
  ...head,
  bid: 1.1,
  bidSize: 2,
  ask: 1.2,
  askSize: 3,
  time: start,
  received: start + 1,
}
const book: FeedEvent = {
  type: 'book',
  ...head,
  snapshot: true,
  bids: [
    [1, 2],
    [0.9, 3],
  ],
  asks: [[1.1, 4]],
  sequence: '7',
  time: start,
  received: start + 1,
}

async function exported(
  path: string,
  format: Parameters<typeof createExporter>[1],
  events: FeedEvent[],
): ReturnType<Awaited<ReturnType<typeof createExporter>>['close']> {
  const exporter = await createExporter(path, format)
  await exporter.write(events)
  return exporter.close()
}

describe('export', () => {
  it('JSONL comes back as the same events', async () => {
    const { files } = await exported(file('out.jsonl'), 'jsonl', [trade, quote, book])
    expect(files).toMatchObject([{ type: 'all', events: 3 }])
    expect(readFileSync(file('out.jsonl'), 'utf8')).toBe(
      [trade, quote, book].map(event => `${eventLine(event)}\n`).join(''),
    )
    const { items } = await readAll(file('out.jsonl'))
    expect(items.map(item => item.kind === 'event' && item.event)).toEqual([trade, quote, book])
  })

  it('CSV comes back as the same events', async () => {
    expect(await exported(file('out.csv'), 'csv', [trade])).toEqual({
      files: [{ path: file('out.csv'), type: 'trade', events: 1, rows: 1 }],
      leftOut: 0,
    })
    const [, row] = readFileSync(file('out.csv'), 'utf8').split('\n')
    expect(row).toBe(`binance,BTCUSDT,BTC/USDT,9007199254740993,0.00000012,97123.45,buy,${start},${start + 1}`)
    expect((await readAll(file('out.csv'))).items).toMatchObject([{ event: trade }])
  })

  it('tardis CSV has its columns, one file for each type', async () => {
    const { files, leftOut } = await exported(file('out.csv'), 'tardis', [
      trade,
      quote,
      book,
      { type: 'openInterest', ...head, openInterest: 1, time: 1, received: 1 },
    ])
    expect(files.map(({ path, rows }) => [path, rows])).toEqual([
      [file('out.trade.csv'), 1],
      [file('out.quote.csv'), 1],
      [file('out.book.csv'), 3],
    ])
    expect(leftOut).toBe(1)
    expect(readFileSync(file('out.book.csv'), 'utf8').split('\n').slice(0, 2)).toEqual([
      'exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount',
      `binance,BTCUSDT,${start},${start + 1},true,bid,1,2`,
    ])
    for (const [name, event] of [
      ['trade', trade],
      ['quote', quote],
      ['book', { ...book, sequence: '' }],
    ] as const) {
      expect((await readAll(file(`out.${name}.csv`))).items).toMatchObject([{ event }])
    }
  })

  it('Parquet holds ids, prices and times exactly, over several row groups', async () => {
    const many = Array.from({ length: 250_000 }, (_, at): FeedEvent => ({
      ...trade,
      id: String(9007199254740993n + BigInt(at)),
      price: at / 100,
    }))
    const exporter = await createExporter(file('out.parquet'), 'parquet')
    for (let at = 0; at < many.length; at += 50_000) await exporter.write(many.slice(at, at + 50_000))
    expect((await exporter.close()).files).toMatchObject([{ path: file('out.parquet'), rows: 250_000 }])
    const bytes = readFileSync(file('out.parquet'))
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    const rows = await parquetReadObjects({ file: buffer, rowStart: 249_999 })
    expect(rows).toMatchObject([{ id: String(9007199254740993n + 249_999n), price: 2499.99, side: 'buy' }])
    const [first] = await parquetReadObjects({ file: buffer, rowEnd: 1, columns: ['time'] })
    expect((first?.['time'] as Date).getTime()).toBe(start / 1000)
  })

  it('never overwrites', async () => {
    writeFileSync(file('out.csv'), 'mine')
    await expect(createExporter(file('out.csv'), 'csv')).rejects.toThrow(/exists already/)
  })

  it('a text that looks like a formula is disarmed', async () => {
    await exported(file('out.csv'), 'csv', [{ ...trade, symbol: '=HYPERLINK("x")' }])
    expect(readFileSync(file('out.csv'), 'utf8')).toContain(`"'=HYPERLINK(""x"")"`)
  })
})

describe('following', () => {
  it.each(['tape.jsonl', 'tape.jsonl.gz'])('%s gives what is appended while it is read', async name => {
    const path = file(name)
    const recorder = await Recorder.open({ path, created: start, streams: [] })
    let appended = 0
    const follow = async (): Promise<boolean> => {
      if (appended === awkward.length) return false
      recorder.append(awkward[appended++]!)
      await recorder.flush()
      return true
    }
    const reader = await openJournal(path, { follow })
    const items: JournalItem[] = []
    const known: number[] = []
    for await (const batch of reader.batches()) {
      items.push(...batch)
      known.push(appended - items.length)
    }
    expect(comparable(items)).toEqual(comparable(awkward))
    // Each item came as soon as it was there.
    expect(Math.max(...known)).toBeLessThanOrEqual(1)
    await recorder.close()
  })
})
