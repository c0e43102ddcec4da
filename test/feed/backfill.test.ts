/** Missed trades by REST, over real sockets. */
import { afterAll, describe, expect, it } from 'vitest'
import type { Exchange } from '../../src/exchanges/exchange.js'
import { DecodeError } from '../../src/model/errors.js'
import type { BackfillStats } from '../../src/feed/backfill.js'
import { FaultServer, type HttpAnswer } from '../support/fault-server.js'
import { Harness, serve, until, type HarnessOptions } from './harness.js'
import { plainExchange } from './plain-exchange.js'

const plain = plainExchange()

/** The plain exchange, with an archive of trades in pages of ten. */
const exchange: Exchange = {
  ...plain,
  trades: {
    most: 10,
    url: ({ symbol, channel }, { from, to }, base) =>
      channel === 'trade' ? `${base ?? 'https://plain.invalid'}/trades/${symbol}/${from}-${to}` : undefined,
    wrap: ({ symbol }, _, body) => `{"archive":${JSON.stringify(symbol)},"ids":${body}}`,
    answer: () => undefined,
  },
  decoder: () => {
    const decoder = plain.decoder()
    return {
      decode: (data, received, out) => {
        const message = JSON.parse(data.toString()) as { archive?: string; ids?: unknown }
        if (message.archive === undefined) {
          decoder.decode(data, received, out)
          return
        }
        if (!Array.isArray(message.ids)) throw new DecodeError('shape', 'ids: expected an array')
        const head = { exchange: 'plain', symbol: message.archive, pair: message.archive, time: received, received }
        for (const id of message.ids) {
          out.push({ type: 'trade', ...head, id: String(id), price: 1, size: 1, side: 'buy', fetched: true })
        }
      },
    }
  },
}

const open: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of open) await end()
})

interface Started {
  readonly run: Harness
  readonly server: FaultServer
  readonly paths: string[]
  readonly stats: () => BackfillStats
}

/** Connected, with an archive that answers as told. */
async function start(
  http: (ids: readonly number[], index: number) => HttpAnswer,
  more: HarnessOptions = {},
): Promise<Started> {
  const paths: string[] = []
  const server = await FaultServer.start({
    script: peer => serve(peer),
    http: (path, index) => {
      paths.push(path)
      const [, from, to] = /(\d+)-(\d+)$/.exec(path) ?? []
      return http(
        Array.from({ length: Number(to) - Number(from) + 1 }, (_, step) => Number(from) + step),
        index,
      )
    },
  })
  const run = new Harness({ exchange, urls: [server.url], backfill: 'on', random: () => 0.02, ...more })
  open.push(async () => {
    await run.feed.stop('test over')
    await server.stop()
  })
  await until(() => run.links('connected').length === 1, 'connected')
  return { run, server, paths, stats: () => run.feed.backfillStats()! }
}

const all = (ids: readonly number[]): HttpAnswer => ({ status: 200, body: JSON.stringify(ids) })

describe.concurrent('backfill', () => {
  it('fetches exactly what is missing, page by page, as frames that can be recorded', async () => {
    const { run, paths, stats } = await start(all)
    run.feed.wantTrades('plain', 'BTC@trade', '100', '124')
    await until(() => stats().filled === 25, 'all fetched')
    expect(paths).toEqual(['/trades/BTC/100-109', '/trades/BTC/110-119', '/trades/BTC/120-124'])
    expect(run.ids).toEqual(Array.from({ length: 25 }, (_, index) => String(100 + index)))
    expect(stats()).toEqual({ holes: 1, requests: 3, filled: 25, arrived: 0, lost: 0, declined: 0 })
    const frames = run.frames.flatMap(frame => (frame.kind === 'data' ? [frame.data.toString()] : []))
    expect(frames.at(-1)).toBe('{"archive":"BTC","ids":[120,121,122,123,124]}')
  })

  it('leaves alone what comes by itself after all', async () => {
    const { run, server, paths, stats } = await start(all)
    run.feed.wantTrades('plain', 'BTC@trade', '7', '8')
    for (const id of [7, 8]) server.peers[0]?.json({ symbol: 'BTC', trade: id })
    await until(() => stats().arrived === 2, 'both came')
    await new Promise(resolve => setTimeout(resolve, 400))
    expect(paths).toEqual([])
    expect(stats()).toMatchObject({ filled: 0, lost: 0 })
  })

  it('asks for the rest of an answer that was too short, and gives up what the exchange has not', async () => {
    const { paths, run, stats } = await start(ids => all(ids.filter(id => id !== 12)))
    run.feed.wantTrades('plain', 'BTC@trade', '10', '14')
    await until(() => stats().lost === 1, 'given up')
    expect(paths[0]).toBe('/trades/BTC/10-14')
    expect(paths.slice(1)).toEqual(Array.from({ length: 4 }, () => '/trades/BTC/12-12'))
    expect(run.ids).toEqual(['10', '11', '13', '14'])
    expect(stats()).toMatchObject({ filled: 4, lost: 1 })
  })

  it('goes on page by page where pages begin at a time, and declines where no time is known', async () => {
    const asked: number[] = []
    const paged: Exchange = {
      ...exchange,
      trades: {
        most: 10,
        pace: { count: 100, perMs: 1_000 },
        url: ({ symbol }, { since }, base) =>
          since === null ? undefined : `${base ?? 'https://plain.invalid'}/since/${symbol}/${since}`,
        wrap: ({ symbol }, { from, to }, body) => {
          const rows = (JSON.parse(body) as [number, number][]).filter(([id]) => id >= from && id <= to)
          return `{"archive":${JSON.stringify(symbol)},"ids":${JSON.stringify(rows.map(([id]) => id))}}`
        },
        reached: (body, before) =>
          (JSON.parse(body) as [number, number][]).findLast(([id]) => id < before)?.[1] ?? null,
        answer: () => undefined,
      },
    }
    const server = await FaultServer.start({
      script: peer => serve(peer),
      http: path => {
        const since = Number(/\d+$/.exec(path)?.[0])
        asked.push(since)
        const first = asked.length === 1 ? 7 : 9
        const rows = [0, 1, 2].map(step => [first + step, since + 1 + step])
        return { status: 200, body: JSON.stringify(asked.length === 1 ? rows.slice(0, 2) : rows) }
      },
    })
    const run = new Harness({ exchange: paged, urls: [server.url], backfill: 'on', random: () => 0.02 })
    open.push(async () => {
      await run.feed.stop('test over')
      await server.stop()
    })
    await until(() => run.links('connected').length === 1, 'connected')
    run.feed.wantTrades('plain', 'BTC@trade', '10', '11')
    expect(run.feed.backfillStats()).toMatchObject({ holes: 0, declined: 1 })
    for (const id of [9, 12]) server.peers[0]?.json({ symbol: 'BTC', trade: id })
    await until(() => run.ids.length === 2, 'two trades')
    run.feed.wantTrades('plain', 'BTC@trade', '10', '11')
    await until(() => run.feed.backfillStats()?.filled === 2, 'filled')
    const before = run.trades[0]?.time ?? 0
    expect(asked).toEqual([before, before + 2])
    expect(run.ids).toEqual(['9', '12', '10', '11'])
  })

  it('goes back page by page where pages end at a time, and counts as lost what it passed over', async () => {
    const asked: (readonly number[])[] = []
    type Row = readonly [id: number, time: number]
    const paged: Exchange = {
      ...exchange,
      trades: {
        most: 3,
        pace: { count: 100, perMs: 1_000 },
        url: ({ symbol }, { since, until = null }, base) =>
          since === null || until === null ? undefined : `${base ?? 'https://plain.invalid'}/between/${symbol}/${since}-${until}`,
        wrap: ({ symbol }, { from, to }, body) => {
          const rows = (JSON.parse(body) as Row[]).filter(([id]) => id >= from && id <= to)
          return `{"archive":${JSON.stringify(symbol)},"ids":${JSON.stringify(rows.map(([id]) => id))}}`
        },
        receded: (body, from) => {
          const [id = 0, time = 0] = (JSON.parse(body) as Row[])[0] ?? []
          return id > from ? { id, time } : null
        },
        answer: () => undefined,
      },
    } // prettier-ignore
    // The archive has all trades but 13, at times of its own, and answers with the last two before the end that it is asked for.
    const has = [9, 10, 11, 12, 14, 15]
    const server = await FaultServer.start({
      script: peer => serve(peer),
      http: path => {
        const [, since = '', until = ''] = /(\d+)-(\d+)$/.exec(path) ?? []
        asked.push([Number(since), Number(until)])
        const timeOf = (id: number): number => Number(since) + id - 9
        const rows = has.map((id): Row => [id, timeOf(id)]).filter(([, time]) => time <= Number(until))
        return { status: 200, body: JSON.stringify(rows.slice(-2)) }
      },
    })
    const run = new Harness({ exchange: paged, urls: [server.url], backfill: 'on', random: () => 0.02 })
    open.push(async () => {
      await run.feed.stop('test over')
      await server.stop()
    })
    await until(() => run.links('connected').length === 1, 'connected')
    server.peers[0]?.json({ symbol: 'BTC', trade: 9 })
    await until(() => run.ids.length === 1, 'a trade before')
    run.feed.wantTrades('plain', 'BTC@trade', '10', '15')
    expect(run.feed.backfillStats()).toMatchObject({ holes: 0, declined: 1 })
    server.peers[0]?.json({ symbol: 'BTC', trade: 16 })
    await until(() => run.ids.length === 2, 'and one after')
    run.feed.wantTrades('plain', 'BTC@trade', '10', '15')
    await until(() => run.feed.backfillStats()?.filled === 5, 'filled')
    expect(run.ids).toEqual(['9', '16', '14', '15', '12', '11', '10'])
    expect(run.feed.backfillStats()).toMatchObject({ filled: 5, lost: 1 })
    const [first, last] = run.trades.slice(0, 2).map(({ time }) => time)
    expect(asked[0]).toEqual([first, last])
    expect(asked.map(([since]) => since)).toEqual(asked.map(() => first))
  })

  it('survives failures and answers that are none', async () => {
    const { stats, run } = await start((ids, index) => {
      if (index === 0) return { status: 500 }
      return index === 1 ? { status: 200, body: '"later"' } : all(ids)
    })
    run.feed.wantTrades('plain', 'BTC@trade', '5', '5')
    await until(() => stats().filled === 1, 'fetched in the end')
    expect(run.refused).toHaveLength(1)
    expect(stats()).toMatchObject({ requests: 3, lost: 0 })
  })

  it('waits for as long as the exchange asks', async () => {
    const { stats, run } = await start((ids, index) =>
      index === 0 ? { status: 429, headers: { 'Retry-After': '1' } } : all(ids),
    )
    const asked = performance.now()
    run.feed.wantTrades('plain', 'BTC@trade', '5', '5')
    await until(() => stats().filled === 1, 'fetched')
    expect(performance.now() - asked).toBeGreaterThanOrEqual(1_000)
  })

  it('declines what is too wide, what has no numbers, and what the exchange does not serve', async () => {
    const { run, paths, stats } = await start(all, { streams: ['BTC@trade', 'BTC@book'] })
    run.feed.wantTrades('plain', 'BTC@trade', '1', '1000000')
    run.feed.wantTrades('plain', 'BTC@trade', 'a', 'b')
    run.feed.wantTrades('plain', 'BTC@trade', '5', '4')
    run.feed.wantTrades('plain', 'BTC@book', '1', '2')
    run.feed.wantTrades('plain', 'ETH@trade', '1', '2')
    expect(stats()).toMatchObject({ holes: 0, declined: 4 })
    await new Promise(resolve => setTimeout(resolve, 350))
    expect(paths).toEqual([])
  })

  it('counts what is still missing at the end as lost', async () => {
    const { run, stats } = await start(() => ({ status: 500 }))
    run.feed.wantTrades('plain', 'BTC@trade', '1', '3')
    await run.feed.stop('stopped')
    expect(stats()).toMatchObject({ holes: 1, lost: 3, requests: 0 })
  })

  it('does nothing unless it is on', async () => {
    const server = await FaultServer.start({ script: peer => serve(peer) })
    const run = new Harness({ exchange, urls: [server.url] })
    open.push(async () => {
      await run.feed.stop('test over')
      await server.stop()
    })
    await until(() => run.links('connected').length === 1, 'connected')
    run.feed.wantTrades('plain', 'BTC@trade', '1', '3')
    expect(run.feed.backfillStats()).toBeNull()
  })
})
