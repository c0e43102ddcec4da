/** The market of a trial, recorded once: what is played to every line, and what an undisturbed run would have seen. */
import { SimulatedMarket } from '../../feed/embedded/simulated-market.js'
import { Recorder } from '../../journal/recorder.js'
import { MICROS_PER_SECOND, type Micros } from '../../model/time.js'
import { STORM_SYMBOLS, type Storm } from './storm.js'

export interface Tape {
  readonly path: string
  readonly messages: number
  /** Trades by symbol; ids count up by one from `first`. */
  readonly trades: ReadonlyMap<string, { readonly first: number; readonly count: number }>
  /** Messages per second of the market as it would pace itself, for each trade per second and symbol asked for. */
  readonly yieldPerRate: number
}

export const TAPE_CHANNELS = ['trade', 'bookTicker'] as const

/** Messages of these channels for each trade of a symbol, about. */
const MESSAGES_PER_TRADE = 2.3
/** Where every tape's time begins; 2024-11-19 07:06:40 UTC. */
const START: Micros = 1_732_000_000_000_000
const STEP: Micros = 50_000

/** Lets the market of the storm's seed run until it has said enough, and spaces what it said evenly over the storm's length. */
export async function recordTape(storm: Storm, path: string): Promise<Tape> {
  const { seed, messagesPerSecond, seconds } = storm
  const wanted = Math.round(messagesPerSecond * seconds)
  const rate = Math.max(1, Math.round(messagesPerSecond / (MESSAGES_PER_TRADE * STORM_SYMBOLS.length)))
  const recorder = await Recorder.open({ path, created: START, streams: [], sync: 'none' })
  const writer = new TapeWriter(recorder, wanted, messagesPerSecond)
  const market = new SimulatedMarket({ seed, start: START, rate })
  for (const symbol of STORM_SYMBOLS) market.market(symbol)
  let now = START
  while (writer.messages < wanted) {
    now += STEP
    market.advanceTo(now, writer)
  }
  const { failure } = await recorder.close()
  if (failure !== undefined) throw failure
  const naturalSeconds = (now - START) / MICROS_PER_SECOND
  return { path, messages: wanted, trades: writer.trades, yieldPerRate: wanted / naturalSeconds / rate }
}

class TapeWriter {
  messages = 0
  readonly trades = new Map<string, { first: number; count: number }>()

  constructor(
    private readonly recorder: Recorder,
    private readonly most: number,
    private readonly perSecond: number,
  ) {}

  wants(stream: string): boolean {
    return TAPE_CHANNELS.some(channel => stream.endsWith(`@${channel}`))
  }

  send(stream: string, text: string): void {
    if (this.messages >= this.most) return
    const receivedAt = START + Math.round((this.messages++ * MICROS_PER_SECOND) / this.perSecond)
    this.recorder.append({
      kind: 'data',
      receivedAt,
      exchange: 'binance',
      line: 0,
      data: Buffer.from(text),
      binary: false,
    })
    if (stream.endsWith('@trade')) this.count(stream, text)
  }

  private count(stream: string, text: string): void {
    const symbol = stream.slice(0, stream.indexOf('@')).toUpperCase()
    const known = this.trades.get(symbol)
    if (known === undefined) this.trades.set(symbol, { first: Number(/"t":(\d+)/.exec(text)?.[1]), count: 1 })
    else known.count++
  }
}
