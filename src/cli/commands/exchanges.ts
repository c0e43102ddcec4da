/** `genesis exchanges`: what can be streamed from where, and what each channel can prove about loss. */
import type { Exchange } from '../../exchanges/exchange.js'
import { EXCHANGES, findExchange } from '../../exchanges/registry.js'
import { eventLine } from '../../model/event-line.js'
import { EXIT, type ExitCode } from '../../model/errors.js'
import type { Channel, Stream } from '../../model/stream.js'
import type { CommandInput } from '../command.js'
import { listing } from '../listing.js'
import { createPalette, type Palette } from '../palette.js'

const THROUGH_CCXT = 'More through ccxt, where it is installed, as in ccxt:gate:BTC/USDT@trade'
const WORDS = [
  'detectable: a number or a checksum of the exchange shows the loss',
  'inferable: other data shows it, or the next message makes up for it',
  'unknowable: nothing does',
]
const STANDARD_WIDTH = 100

export function run({ args, options, io }: CommandInput): Promise<ExitCode> {
  const [name] = args
  const exchanges = name === undefined ? [...EXCHANGES.values()] : [findExchange(name)]
  if (options.json === true || io.stdout.isTTY !== true) {
    for (const exchange of exchanges) io.stdout.write(`${eventLine(describe(exchange))}\n`)
    return Promise.resolve(EXIT.done)
  }
  const palette = createPalette(io, io.stdout, { noColor: options.color === false })
  const width = io.stdout.columns ?? STANDARD_WIDTH
  const text = name === undefined ? overview(exchanges, palette, width) : exchanges.map(one => detail(one, palette, width)).join('\n') // prettier-ignore
  io.stdout.write(`${text}\n`)
  return Promise.resolve(EXIT.done)
}

function describe(exchange: Exchange): object {
  return {
    type: 'exchange',
    name: exchange.name,
    title: exchange.title,
    documentation: exchange.documentation,
    endpoints: exchange.endpoints,
    channels: Object.entries(exchange.channels).map(([channel, { wire, loss, proof }]) => ({
      channel,
      wire,
      loss,
      proof,
    })),
    intervals: exchange.intervals,
    tradeIds: exchange.tradeIds,
    tradeCount: exchange.ordinals ?? null,
    backfill: fetchable(exchange),
    unfetched: fetchable(exchange).length > 0 ? null : (exchange.unfetched ?? 'nothing says which are missing'),
    streamsPerConnection: exchange.limits.streamsPerConnection,
  }
}

function overview(exchanges: readonly Exchange[], palette: Palette, width: number): string {
  const rows = exchanges.map(({ name, title, channels }) => [name, title, Object.keys(channels).join(' ')])
  return `${listing(['name', 'exchange', 'channels'], wrapped(rows, width), palette)}\n\n${THROUGH_CCXT}`
}

function detail(exchange: Exchange, palette: Palette, width: number): string {
  const { title, endpoints, documentation, channels, intervals, limits } = exchange
  const rows = Object.entries(channels).map(([channel, { wire, loss, proof }]) => [channel, wire, loss, proof])
  return [
    [title, ...endpoints].join(' · '),
    palette.dim(documentation),
    '',
    listing(['channel', 'on the wire', 'loss is', 'by'], wrapped(rows, width), palette),
    '',
    ...WORDS.map(text => palette.dim(text)),
    '',
    ...broken(tradesText(exchange), width - 2).split('\n'),
    `streams on one connection: ${String(limits.streamsPerConnection)}`,
    ...(intervals.length > 0 ? [`candles: ${intervals.join(' ')}`] : []),
  ].join('\n')
}

/** What the ids of trades prove, and whether what they prove missing can be had. */
function tradesText(exchange: Exchange): string {
  const { tradeIds, ordinals, unfetched } = exchange
  const proof = `trade ids: ${tradeIds}${ordinals === undefined ? '' : `; ${ordinals} steps by one`}`
  const fetched = fetchable(exchange)
  if (fetched.length > 0) return `${proof}; missed trades can be fetched (--backfill): ${fetched.join(' ')}`
  return `${proof}; missed trades cannot be fetched: ${unfetched ?? 'nothing says which are missing'}`
}

/** Channels whose missed trades can be asked for. */
function fetchable({ name, trades, channels }: Exchange): readonly Channel[] {
  const ofChannel = (channel: Channel): Stream => ({ exchange: name, symbol: 'X', pair: 'X', channel, interval: null, name: 'X' }) // prettier-ignore
  return (['trade', 'aggTrade'] as const).filter(
    channel =>
      channels[channel] !== undefined &&
      trades?.url(ofChannel(channel), { from: 1, to: 1, since: 0, until: 0 }, null) !== undefined,
  )
}

/** Rows whose last column is broken into lines at spaces, so that the table stays within the terminal. */
function wrapped(rows: readonly string[][], width: number): string[][] {
  const columns = rows[0]?.length ?? 0
  const before = Array.from({ length: columns - 1 }, (_, index) =>
    Math.max(...rows.map(row => row[index]?.length ?? 0)),
  ).reduce((sum, cell) => sum + cell + 2, 0)
  const room = Math.max(12, width - before - 2)
  return rows.map(row => [...row.slice(0, -1), broken(row.at(-1) ?? '', room)])
}

function broken(text: string, room: number): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.join('\n')
}
