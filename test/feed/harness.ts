/** Runs a live feed against a fault server and keeps what it delivers. */
import type { Decoded, Trade } from '../../src/model/event.js'
import { DecodeError } from '../../src/model/errors.js'
import type { DataFrame, Frame, LinkFrame, LinkState } from '../../src/model/frame.js'
import type { Decoder, Exchange } from '../../src/exchanges/exchange.js'
import { LiveFeed } from '../../src/feed/live-feed.js'
import type { LiveFeedOptions, Trouble } from '../../src/feed/feed-options.js'
import type { FrameOutcome } from '../../src/engine/boundary.js'
import { plainExchange, plainStream } from './plain-exchange.js'
import { FaultServer } from '../support/fault-server.js'
import type { FaultServerOptions, Peer } from '../support/fault-server.js'

export interface HarnessOptions extends Partial<Omit<LiveFeedOptions, 'streams' | 'exchanges'>> {
  readonly streams?: readonly string[]
  readonly exchange?: Exchange
}

export class Harness {
  readonly frames: Frame[] = []
  readonly trades: Trade[] = []
  readonly tradeLines: number[] = []
  readonly refused: DataFrame[] = []
  readonly troubles: Trouble[] = []
  readonly feed: LiveFeed
  readonly exchange: Exchange
  /** How the run ended; null while it goes on. */
  end: { error: unknown } | null = null
  private readonly decoders = new Map<number, Decoder>()
  readonly done: Promise<void>

  constructor({ streams = ['BTC@trade'], exchange = plainExchange(), ...options }: HarnessOptions) {
    this.exchange = exchange
    this.feed = new LiveFeed({
      streams: streams.map(plainStream),
      exchanges: new Map([[exchange.name, exchange]]),
      trouble: trouble => this.troubles.push(trouble),
      tickMs: 0,
      ...options,
    })
    this.done = this.feed
      .run(frame => this.deliver(frame))
      .then(
        () => void (this.end = { error: null }),
        (error: unknown) => void (this.end = { error }),
      )
  }

  links(state?: LinkState): readonly LinkFrame[] {
    return this.frames.filter(
      (frame): frame is LinkFrame => frame.kind === 'link' && (state === undefined || frame.state === state),
    )
  }

  get ids(): readonly string[] {
    return this.trades.map(trade => trade.id)
  }

  private deliver(frame: Frame): FrameOutcome | undefined {
    this.frames.push(frame)
    if (frame.kind === 'link' && frame.state === 'connected') this.decoders.delete(frame.line)
    if (frame.kind !== 'data') return undefined
    const found: Decoded[] = []
    try {
      this.decoderOf(frame.line).decode(frame.data, frame.receivedAt, found)
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      this.refused.push(frame)
      return 'refused'
    }
    for (const item of found) {
      if (item.type === 'trade') {
        this.trades.push(item)
        this.tradeLines.push(frame.line)
      }
      this.feed.heard(frame.line, item)
    }
    return found.some(item => item.type === 'trade') ? 'decoded' : 'control'
  }

  private decoderOf(line: number): Decoder {
    const known = this.decoders.get(line)
    if (known !== undefined) return known
    const decoder = this.exchange.decoder()
    this.decoders.set(line, decoder)
    return decoder
  }
}

/** Accepts, and acknowledges whatever is requested. */
export function serve(peer: Peer, onSubscribed: (streams: readonly string[]) => void = () => undefined): Peer {
  peer.accept()
  peer.onText = text => {
    if (!text.startsWith('{')) return
    const { op, id, streams } = JSON.parse(text) as { op: string; id: number; streams: string[] }
    peer.json({ ack: id })
    if (op === 'sub') onSubscribed(streams)
  }
  return peer
}

/** Waits until the condition holds; fails the test when it does not come true in time. */
export async function until(condition: () => boolean, what: string, withinMs = 4_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${String(withinMs)} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

/** Starts servers and feeds for one test file and ends them after each test. */
export class Rig {
  private readonly cleanups: (() => Promise<unknown>)[] = []

  async server(options: FaultServerOptions | FaultServerOptions['script']): Promise<FaultServer> {
    const server = await FaultServer.start(typeof options === 'function' ? { script: options } : options)
    this.cleanups.push(() => server.stop())
    return server
  }

  run(options: HarnessOptions): Harness {
    const run = new Harness(options)
    this.cleanups.push(() => run.feed.stop('test over'))
    return run
  }

  /** To be ended with the rest. */
  keep(clean: () => Promise<unknown>): void {
    this.cleanups.push(clean)
  }

  async end(): Promise<void> {
    for (const clean of this.cleanups.splice(0).reverse()) await clean()
  }
}

/** The deadlines of production, shortened so that a fault shows within a test. */
export const HASTY = { connectMs: 250, pongMs: 150, ackMs: 150, restMs: 400, overlapMs: 100 }
/** Asks after 150 ms of silence. */
export const ATTENTIVE = { send: null, silenceMs: 150 }
