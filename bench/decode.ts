/** A frame as it arrived, to a normalised event: through the error boundary, beside other projects and a map written by hand. */
import { Random } from '../src/engine/random.js'
import { difference, mutated, twins } from '../test/wire/differential.js'
import { ErrorBoundary } from '../src/engine/boundary.js'
import { findExchange } from '../src/exchanges/registry.js'
import type { Decoded } from '../src/model/event.js'
import type { DataFrame } from '../src/model/frame.js'
import type { Bench, Case, Contender } from './bench.js'
import { FIRST_MS, makeFrames, type FrameKind } from './frames.js'
import { Digest, sink } from './harness.js'
import { ccxwsDecoder } from './rivals/ccxws.js'
import { mapByHand } from './rivals/hand-map.js'
import { tardisDecoder } from './rivals/tardis.js'

const KINDS: readonly FrameKind[] = [
  'binance trade', 'binance aggTrade', 'binance bookTicker', 'binance depth', 'coinbase match', 'coinbase l2update',
] // prettier-ignore
const FRAMES = 4_000

export const decodeBench: Bench = {
  name: 'decode',
  about: 'Frame (Buffer) → normalised event, one at a time, through the public decode path with its error boundary.',
  cases: () =>
    KINDS.map((kind): Case => ({
      name: kind,
      unit: 'frames',
      open: () => contenders(kind),
      targets: { 'tardis-dev mapper': 5, 'JSON.parse + map by hand': 3.5 },
    })),
}

/** What all contenders are compared by: the fields of an event that none of them leaves out. */
export type Found = readonly [kind: string, symbol: string, ...values: unknown[]]

/** Decodes one frame. @returns something that depends on what was found. */
export interface Rival {
  readonly decode: (frame: Buffer) => number
  readonly found: (frame: Buffer) => Found[]
}

function contenders(kind: FrameKind): Contender[] {
  const frames = makeFrames(kind, FRAMES)
  const ccxws = ccxwsDecoder(kind)
  return [
    contender('genesis', genesisDecoder(exchangeOf(kind)), frames, proofOf(exchangeOf(kind), frames)),
    contender('tardis-dev mapper', tardisDecoder(kind), frames),
    contender('JSON.parse + map by hand', mapByHand(kind), frames),
    ...(ccxws === undefined ? [] : [contender('ccxws', ccxws.rival, frames, ccxws.note)]),
  ]
}

const MUTANTS = 20_000

/** A rate counts only with what it rests on: how many frames were not read from their bytes, and that broken ones are read alike both ways. */
export function proofOf(exchange: string, frames: readonly Buffer[]): string {
  const both = twins(exchange)
  const random = new Random(exchange)
  const before = both.learning.layouts.stats().general
  for (const frame of frames) difference(both, frame)
  const fellBack = both.learning.layouts.stats().general - before
  let differences = 0
  for (let count = 0; count < MUTANTS; count++) {
    const [frame, other] = [frames[random.int(0, frames.length - 1)], frames[count % frames.length]]
    if (frame && other && difference(both, mutated(frame, other, random)) !== undefined) differences++
  }
  return `${fellBack} of ${frames.length} fell back; ${differences} of ${MUTANTS} mutants differ from their JSON`
}

export function contender(name: string, rival: Rival, frames: readonly Buffer[], note = ''): Contender {
  return {
    name,
    note,
    run: () => {
      for (const frame of frames) sink.sum += rival.decode(frame)
      return frames.length
    },
    digest: () => {
      const digest = new Digest()
      for (const frame of frames) for (const found of rival.found(frame)) digest.add(found)
      return digest.hex()
    },
  }
}

export function exchangeOf(kind: FrameKind): string {
  return kind.split(' ')[0] ?? kind
}

export function genesisDecoder(exchange: string): Rival {
  const boundary = new ErrorBoundary({
    keep: letter => {
      throw new Error(letter.message)
    },
  })
  const decoder = findExchange(exchange).decoder()
  const out: Decoded[] = []
  const receivedAt = FIRST_MS * 1000
  const decode = (data: Buffer): void => {
    out.length = 0
    const frame: DataFrame = { kind: 'data', receivedAt, exchange, line: 0, data, binary: false }
    if (boundary.decode(frame, decoder, out) === 'refused') throw new Error('a frame was refused')
  }
  return {
    decode: data => {
      decode(data)
      return out.length
    },
    found: data => {
      decode(data)
      // What both leave out, such as trades from before a subscription, is missing in the digest of both.
      return out.filter(event => event.type !== 'ignored').map(foundOf)
    },
  }
}

function foundOf(event: Decoded): Found {
  switch (event.type) {
    case 'trade':
      return ['trade', event.symbol, event.id, event.price, event.size, event.side, event.time]
    case 'quote':
      return ['quote', event.symbol, event.bid, event.bidSize, event.ask, event.askSize]
    case 'bookUpdate':
      return ['book', event.symbol, event.bids, event.asks, event.time]
    default:
      throw new Error(`not expected here: ${event.type}`)
  }
}
