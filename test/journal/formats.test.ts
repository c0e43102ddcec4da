/** Every format is told by its content and read as its own rules want it. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { JournalItem } from '../../src/journal/item.js'
import type { JournalOptions } from '../../src/journal/reader.js'
import { comparable, readAll, useFolder } from './support.js'

const file = useFolder()

async function read(content: string | Buffer, options: JournalOptions = {}, name = 'x'): Promise<JournalItem[]> {
  writeFileSync(file(name), content)
  return (await readAll(file(name), options)).items
}

const texts = (items: readonly JournalItem[]): string[] =>
  items.map(item => (item.kind === 'data' ? item.data.toString() : item.kind))
const times = (items: readonly JournalItem[]): number[] => items.map(item => item.receivedAt)

describe('golden files of format version 1', () => {
  it.each(['version-1.jsonl', 'version-1.jsonl.gz'])('%s', async name => {
    const path = fileURLToPath(new URL(`../fixtures/journal/${name}`, import.meta.url))
    const { items, reader } = await readAll(path)
    expect(reader.header).toMatchObject({
      version: 1,
      created: 1700000000000000,
      streams: ['btcusdt@trade'],
      note: 'hand-written',
    })
    const source = { kind: 'data', exchange: 'binance', line: 0, binary: false }
    expect(comparable(items)).toEqual([
      {
        kind: 'link',
        receivedAt: 1700000000000001,
        exchange: 'binance',
        line: 0,
        state: 'connected',
        streams: ['btcusdt@trade'],
        detail: '',
      },
      { ...source, receivedAt: 1700000000000002, data: '{"e":"trade","p":"97123.40","q":"0.0100"}' },
      { ...source, receivedAt: 1700000000000003, exchange: 'kraken', line: 2, data: '[0,{"a":[["1.0","2"]]}]' },
      { ...source, receivedAt: 1700000000000004, data: 'pong\n' },
      { ...source, receivedAt: 1700000000000005, data: '\x00\x01\xff', binary: true },
      { kind: 'control', receivedAt: 1700000000000006, topic: 'end', value: { reason: 'limit' } },
      {
        kind: 'link',
        receivedAt: 1700000000000007,
        exchange: 'kraken',
        line: 2,
        state: 'disconnected',
        streams: [],
        detail: '1006',
      },
    ])
  })

  it('a later version is refused with the version it needs', async () => {
    const later = '{"genesis":"recording","version":2,"created":1,"streams":[]}\n'
    await expect(read(later)).rejects.toThrow(/format version 2; this genesis reads versions up to 1/)
  })

  it('spaces, other key orders, later keys and a missing header do no harm', async () => {
    const lines = [
      '{ "t" : 1, "c" : "binance", "d" : {"a": 1} }',
      '{"t":2,"c":"binance","d":{"a":2},"later":[1]}',
      '{"t":3,"c":"okx","s":"pong","later":1}',
      '{"status":"stale","c":"okx","t":4}',
    ]
    const items = await read(`${lines.join('\r\n')}\r\n`)
    expect(texts(items)).toEqual(['{"a": 1}', '{"a":2}', 'pong', 'link'])
    expect(times(items)).toEqual([1, 2, 3, 4])
  })
})

describe('damage', () => {
  const good = '{"t":1,"c":"binance","d":{"a":1}}\n'
  const cases: [string, string][] = [
    ['no JSON', '#####\n'],
    ['cut in the payload', '{"t":1,"c":"binance","d":{"a":{}\n'],
    ['garbage in the payload', '{"t":1,"c":"binance","d":{"a":@}}\n'],
    ['zero bytes', '\0\0\0\0\0\n'],
    ['no time', '{"c":"binance","d":{"a":1}}\n'],
    ['time of a string', '{"t":"1","c":"binance","d":{}}\n'],
    ['broken base64', '{"t":1,"c":"binance","b":"a*b="}\n'],
    ['another object', '{"type":"nothing"}\n'],
    ['an endless line', `${'x'.repeat(1_100_000)}\n`],
    ['an unknown state', '{"t":1,"c":"binance","status":"sleeping"}\n'],
  ]

  it.each(cases)('%s is located, and skipped or kept as it stands', async (_, bad) => {
    const content = good + good + bad + good
    await expect(read(content)).rejects.toThrow(`${file('x')}: line 3, byte ${good.length * 2}: `)
    const kept: string[] = []
    const { items, reader } = await readAll(file('x'), {
      onCorrupt: 'quarantine',
      quarantine: bytes => kept.push(bytes.toString()),
    })
    expect(items).toHaveLength(3)
    expect(bad.startsWith(kept[0]!)).toBe(true)
    const { bytes, bytesOf, lines, linesOf, corruptions } = reader.report()
    expect(bytes).toBe(content.length)
    expect(bytesOf).toMatchObject({ corrupt: bad.length, item: good.length * 3 })
    expect([lines, linesOf.corrupt]).toEqual([4, 1])
    expect(corruptions).toMatchObject([{ line: 3, byte: good.length * 2 }])
  })

  it('a line may be as long as the header says', async () => {
    const header = '{"genesis":"recording","version":1,"created":1,"streams":[],"lineLimit":8388608}\n'
    const items = await read(`${header}{"t":1,"c":"binance","d":["${'x'.repeat(2_000_000)}"]}\n${good}`)
    expect(items).toHaveLength(2)
  })

  it.each([
    ['UTF-16', Buffer.from('\ufeff{"a":1}\n', 'utf16le'), /UTF-16.*/],
    ['binary', Buffer.from('ab\0\0\n'), /binary/],
    ['nothing', Buffer.alloc(0), /is empty/],
    ['prose', Buffer.from('Dear diary\n'), /"Dear diary", which is no format/],
  ])('%s is refused with its name', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message)
  })

  it('a missing file and a folder are told apart', async () => {
    await expect(readAll(file('none'))).rejects.toThrow(/none: cannot read it: no such file/)
    await expect(readAll(file('.'))).rejects.toThrow(/is a directory without a manifest/)
  })

  it('a byte order mark is passed over and counted', async () => {
    writeFileSync(file('bom'), `\ufeff${good}`)
    const { items, reader } = await readAll(file('bom'))
    expect(items).toHaveLength(1)
    expect(reader.report()).toMatchObject({ bytes: good.length + 3, bytesOf: { header: 3 } })
  })

  it('a bomb is refused before it fills the memory', async () => {
    writeFileSync(file('bomb.gz'), gzipSync(Buffer.alloc(200 << 20, '{"a":1}\n')))
    await expect(readAll(file('bomb.gz'))).rejects.toThrow(/have unpacked to/)
  })
})

describe('frames of other recorders', () => {
  it('bare frames take their own times, and the first ones the first that is known', async () => {
    const timeOf = (bytes: Buffer): number | undefined => (JSON.parse(bytes.toString()) as { E?: number }).E
    const items = await read('{"a":1}\n{"E":5}\n\n{"E":3}\n{"a":2}\n{"E":9}', { timeOf, exchange: 'okx' })
    expect(times(items)).toEqual([5, 5, 5, 5, 9])
    expect(items[0]).toMatchObject({ exchange: 'okx', line: 0 })
  })

  it('a last bare frame is torn only if it is not whole', async () => {
    expect(texts(await read('{"a":1}\n{"a":2}'))).toHaveLength(2)
    writeFileSync(file('torn'), '{"a":1}\n{"a":2')
    const { items, reader } = await readAll(file('torn'))
    expect(texts(items)).toEqual(['{"a":1}'])
    expect(reader.report().torn).toMatchObject({ line: 2, byte: 8, length: 6 })
  })

  it('tardis: an empty line is a disconnect', async () => {
    const items = await read('2020-01-01T00:00:00.0000010Z {"a":1}\n\n\n2020-01-01T00:00:00.1234567Z {"a":2}\n\n')
    expect(texts(items)).toEqual(['{"a":1}', 'link', 'link', '{"a":2}'])
    expect(times(items)[3]).toBe(1577836800123456)
  })

  it.each([
    ['hftbacktest', '1723161255215123456 {"a":1}\n', 1723161255215123],
    ['cryptofeed', '1617557000.123456: {"a":1}\n', 1617557000123456],
    ['cryptofeed, short', '1617557000.1: {"a":1}\n', 1617557000100000],
    ['milliseconds', '1617557000123 {"a":1}\n', 1617557000123000],
  ])('%s', async (_, line, time) => {
    const items = await read(line)
    expect([texts(items), times(items)]).toEqual([['{"a":1}'], [time]])
  })

  it('cryptofeed: what the log says of itself is no frame; REST answers can be, and so can bytes', async () => {
    const log = [
      "configuration: {'x': 1}",
      'wss://stream.example:443 <-> 1617557000.1',
      'wss://stream.example:443 -> 1617557000.2: {"method":"SUBSCRIBE"}',
      'https://api.example/depth?s=X -> 1617557000.3: {"lastUpdateId":1}',
      '1617557000.4: {"a":1}',
      "1617557000.5: b'\\x1f\\x8b\\x00'",
    ].join('\n')
    expect(texts(await read(log))).toHaveLength(2)
    const items = await read(log, { restFrame: (url, body) => `${url} ${body}` })
    expect(comparable(items)).toMatchObject([
      { data: 'https://api.example/depth?s=X {"lastUpdateId":1}', receivedAt: 1617557000300000 },
      { data: '{"a":1}', binary: false },
      { data: '\x1f\x8b\x00', binary: true },
    ])
  })

  it('arrays of events in one frame are frames', async () => {
    expect(texts(await read('[{"e":"24hrTicker"}]\n[{"e":"24hrTicker"}]\n'))).toHaveLength(2)
    expect(texts(await read('[17470,"tu",[1,1574694478808,0.005,7245.3]]\n'))).toHaveLength(1)
  })
})

describe('events', () => {
  it('of trades keep whether they are sums, where that is said', async () => {
    const line = (rest: string): string =>
      `{"type":"trade","exchange":"binance","symbol":"BTCUSDT","pair":"BTC/USDT","id":"7","price":1,"size":2,"side":"buy","time":1704067200000000,"received":1704067200000000${rest}}`
    const items = await read([line(',"aggregated":true'), line(''), line(',"aggregated":1,"x":2')].join('\n'))
    const events = items.map(item => (item.kind === 'event' ? item.event : null))
    expect(events).toHaveLength(3)
    expect(events.map(event => event !== null && 'aggregated' in event)).toEqual([true, false, false])
  })
})

describe('tables', () => {
  const vision: [string, string, string, object][] = [
    ['trades, spot, µs', 'BTCUSDT-trades-2025-01-01.csv', '4394,93576.00,0.00054,50.53,1735689600081012,False,True\n', { id: '4394', side: 'buy', time: 1735689600081012, pair: 'BTC/USDT' }],
    ['trades, futures', 'BTCUSDT-trades-2024-01-01.csv', 'id,price,qty,quote_qty,time,is_buyer_maker\n4394,42313.9,0.006,253.8,1704067200016,true\n', { id: '4394', size: 0.006, side: 'sell', time: 1704067200016000 }],
    ['aggTrades, spot', 'BTCUSDT-aggTrades-2024-01-01.csv', '281,42283.58,0.00111,3331,3332,1704067200000,True,True\n', { id: '281', price: 42283.58, side: 'sell', aggregated: true }],
    ['aggTrades, futures', 'BTCUSDT-aggTrades-2024-01-01.csv', 'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n196,42313.9,0.013,445,446,1704067200016,false\n', { id: '196', size: 0.013, side: 'buy', aggregated: true }],
    ['bookTicker', 'BTCUSDT-bookTicker-2024-01-01.csv', 'update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time\n38,42313.9,8.0,42314.0,1.5,1704067200000,1704067200005\n', { bid: 42313.9, askSize: 1.5, time: 1704067200005000 }],
    ['bookTicker, no header', 'BTCUSDT-bookTicker-2024-01-01.csv', '38,42313.9,8.0,42314.0,1.5,1704067200000,1704067200005\n', { bid: 42313.9, askSize: 1.5 }],
    ['klines, µs', 'BTCUSDT-1m-2025-01-01.csv', '1735689600000000,93576.00,93610.93,93537.50,93610.93,8.21,1735689659999999,768978.7,2631,3.9,372098.7,0\n', { interval: '1m', start: 1735689600000000, time: 1735689660000000, close: 93610.93 }],
    ['klines, header', 'ETHUSDT-1h-2024-01.csv', 'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n1704067200000,2281.8,2297.9,2281.2,2295.5,76,1704070799999,17,83,41,95,0\n', { symbol: 'ETHUSDT', interval: '1h', volume: 76 }],
  ] // prettier-ignore
  it.each(vision)('Binance Vision %s', async (_, name, content, event) => {
    const items = await read(content, {}, name)
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({ kind: 'event', event: { exchange: 'binance', ...event } })
  })

  it('candles of Coinbase, newest first, are turned around', async () => {
    const rows = '[[1700000120,5,9,6,8,1.5],[1700000060,4,8,5,6,2.5],[1700000000,3,7,4,5,3.5]]'
    const items = await read(rows, { symbol: 'BTC-USD', exchange: 'coinbase' })
    expect(items.map(item => item.kind === 'event' && item.event)).toMatchObject([
      { start: 1700000000000000, low: 3, high: 7, open: 4, close: 5, volume: 3.5, interval: '1m', pair: 'BTC/USD' },
      { start: 1700000060000000 },
      { start: 1700000120000000 },
    ])
  })

  it('columns can be named, and an address above the header is passed over', async () => {
    const columns = ['time', 'close', 'open', 'low', 'high', 'volume']
    const named = await read('1700000000,5,4,3,7,1\n1700000060,6,5,4,8,2\n', { symbol: 'X/Y', columns })
    expect(named[0]).toMatchObject({ event: { open: 4, close: 5, low: 3, high: 7 } })
    const download = await read(
      'https://www.example.com\nunix,date,symbol,open,high,low,close,Volume BTC,Volume USD\n1700000000,2023-11-14 22:13:20,BTC/USD,4,7,3,5,1,5\n1700000060,2023-11-14 22:14:20,BTC/USD,4,7,3,5,1,5\n',
    )
    expect(download).toMatchObject([{ event: { pair: 'BTC/USD', volume: 1 } }, { event: { interval: '1m' } }])
  })

  it('what a table cannot say is asked for, and a cell that is no number is a corrupt line', async () => {
    await expect(read('1700000000,1,2\n', {}, 'trades.csv')).rejects.toThrow(/which instrument/)
    await expect(read('1700000000,4,7,3,5,1\n', { symbol: 'X/Y' })).rejects.toThrow(/how long its candles/)
    await expect(read('a,b,c\n1,2,3\n')).rejects.toThrow(/cannot tell what its columns are: a,b,c/)
    const row = '1700000000,1.5,2\n'
    await expect(
      read(`${row}1700000001,1.5,0x10\n${row}`, { symbol: 'X/Y', columns: ['time', 'price', 'size'] }),
    ).rejects.toThrow(/line 2, byte 17: size: .*0x10/)
  })
})

describe('normalised events', () => {
  const trade =
    '{"type":"trade","exchange":"binance","symbol":"BTCUSDT","pair":"BTC/USDT","id":"1","price":0.1,"size":2,"side":"buy","time":5,"received":7}'

  it('come back as they were printed, whatever stands between them', async () => {
    const summary = '{"type":"summary","frames":1}'
    writeFileSync(file('events'), `${trade}\n${summary}\n`)
    const { items, reader } = await readAll(file('events'))
    expect(items).toEqual([{ kind: 'event', receivedAt: 7, event: JSON.parse(trade) as unknown }])
    expect(reader.report().linesOf).toMatchObject({ item: 1, other: 1 })
  })

  it('with a wrong field are corrupt', async () => {
    await expect(read(`${trade}\n${trade.replace('"price":0.1', '"price":"0.1"')}\n`)).rejects.toThrow(/line 2/)
    await expect(read(`${trade}\n${trade.replace('"buy"', '"both"')}\n`)).rejects.toThrow(/line 2/)
  })
})
