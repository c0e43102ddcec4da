import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findExchange } from '../../src/exchanges/registry.js'
import type { JournalItem } from '../../src/journal/item.js'
import type { KnownReader } from '../../src/journal/known-frame.js'
import { openJournal } from '../../src/journal/reader.js'
import type { Decoded } from '../../src/model/event.js'
import { KnownMessages } from '../../src/session/known-messages.js'

const tradeText = (id: number, price = '97000.10'): string =>
  `{"e":"trade","E":${id},"s":"BTCUSDT","t":${id},"p":"${price}","q":"0.1","T":${id},"m":true,"M":true}`
const trade = (id: number, price?: string): Buffer => Buffer.from(tradeText(id, price))

function decoded(data: Buffer): Decoded[] {
  const out: Decoded[] = []
  findExchange('binance').decoder().decode(data, 5, out)
  return out
}

/** The layout of these trades, learned by the decoders of the exchange. */
function learn(): void {
  for (let id = 1; id < 4; id++) decoded(trade(id))
}

describe('KnownMessages', () => {
  it('says of messages in a layout that was learned what a decoder would find, and nothing of others', () => {
    learn()
    const known = new KnownMessages()
    expect(known.read('binance', trade(77), 5)).toEqual(decoded(trade(77))[0])
    for (const other of ['{"e":"trade"', '{"a":1}', trade(1, '9e4').toString(), trade(1, 'ä').toString()])
      expect(known.read('binance', Buffer.from(other), 5), other).toBeUndefined()
    expect(known.read('binance', trade(78), 6)).toMatchObject({ type: 'trade', id: '78', received: 6 })
  })

  it('knows nothing of exchanges whose messages have no layouts, or that are none', () => {
    const known = new KnownMessages()
    for (const exchange of ['bitfinex', 'nowhere']) {
      expect(known.read(exchange, trade(1), 5)).toBeUndefined()
      expect(known.readAt(exchange, trade(1), 0, 5)).toBeUndefined()
    }
  })

  it('reads message after message of blocks longer than what is loaded at once, whoever decodes in between', () => {
    learn()
    const known = new KnownMessages()
    const texts = Array.from({ length: 5_000 }, (_, index) => tradeText(1_000 + index))
    const blocks = [0, 1].map(() => Buffer.from(texts.map(text => `${text}}\n`).join('')))
    let at = 0
    texts.forEach((text, index) => {
      for (const block of blocks) {
        expect(known.readAt('binance', block, at, 5)).toMatchObject({ type: 'trade', id: String(1_000 + index) })
        expect(known.end).toBe(at + text.length)
      }
      if (index % 7 === 0) decoded(trade(9_999_999))
      at += text.length + 2
    })
    expect(known.readAt('binance', blocks[0] ?? Buffer.alloc(0), at, 5)).toBeUndefined()
    expect(known.readAt('binance', blocks[0] ?? Buffer.alloc(0), 1, 5)).toBeUndefined()
  })
})

describe('a recording read with what is known', () => {
  const header = '{"genesis":"recording","version":1,"created":1700000000000000,"streams":[]}'
  const lineOf = (message: string, index: number, key = 'd'): string =>
    `{"t":${1_700_000_000_000_000 + index},"c":"binance","${key}":${message}}`
  const line = fc.oneof(
    { weight: 12, arbitrary: fc.nat(1e6).map(id => lineOf(tradeText(id), id)) },
    { weight: 1, arbitrary: fc.nat(1e6).map(id => `${lineOf(tradeText(id), id)}\r`) },
    fc.nat({ max: tradeText(7).length }).map(length => lineOf(tradeText(7).slice(0, length), 7)),
    fc.nat({ max: lineOf(tradeText(7), 7).length }).map(length => lineOf(tradeText(7), 7).slice(0, length)),
    fc.constantFrom(
      '',
      ' ',
      header,
      lineOf('{"result":null,"id":1}', 5),
      lineOf(tradeText(8, '9e4'), 8),
      lineOf(tradeText(8, 'é'), 8),
      lineOf(tradeText(8).replace(',', ' ,'), 8),
      lineOf(`${tradeText(8)} `, 8),
      lineOf(JSON.stringify(tradeText(8)), 8, 's'),
      lineOf(tradeText(9), 9).replace('}}', '},"x":1}'),
      lineOf(tradeText(9), 9).replace('"c"', '"l":3,"c"'),
      lineOf(tradeText(9), 9).replace('"binance"', '"binance","l":2'),
      `${lineOf(tradeText(9), 9)}${lineOf(tradeText(9), 9)}`,
      `${lineOf(tradeText(9), 9)}}`,
      `${lineOf(tradeText(9), 9)} `,
      lineOf(tradeText(9), 9).replace('97000', '\0\0\0\0\0'),
    ),
  )

  /** Items without what is known of them, and the account; with all that was known checked against the decoder. */
  async function read(chunks: readonly Buffer[], known?: KnownReader): Promise<{ whole: unknown; count: number }> {
    const stdin = (async function* () {
      for (const chunk of chunks) yield await Promise.resolve(chunk)
    })()
    const reader = await openJournal('-', { stdin, onCorrupt: 'skip', ...(known === undefined ? {} : { known }) })
    const items: JournalItem[] = []
    for await (const batch of reader.batches()) items.push(...batch)
    let count = 0
    const shown = items.map(item => {
      if (item.kind !== 'data') return item
      const { kind, receivedAt, exchange, line, binary, data } = item
      if (item.known !== undefined) {
        count++
        expect([{ ...item.known, received: 5 }]).toEqual(decoded(data))
        expect('received' in item.known && item.known.received).toBe(receivedAt)
      }
      return { kind, receivedAt, exchange, line, binary, data: data.toString('latin1') }
    })
    return { whole: { shown, report: reader.report() }, count }
  }

  it('gives the same frames and the same account as read without, whatever is in it and however it comes', async () => {
    learn()
    let known = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 60 }),
        fc.array(fc.nat(), { maxLength: 5 }),
        async (lines, places) => {
          const file = Buffer.from([header, lineOf(tradeText(1), 1), ...lines].join('\n'))
          const cuts = places.map(place => place % file.length).sort((one, other) => one - other)
          const chunks = [...cuts, file.length].map((end, index) => file.subarray(cuts[index - 1] ?? 0, end))
          const found = await read(chunks, new KnownMessages())
          known += found.count
          expect(found.whole).toEqual((await read([file])).whole)
        },
      ),
      { numRuns: 300 },
    )
    expect(known).toBeGreaterThan(1_000)
  })
})
