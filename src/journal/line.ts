/** One frame as one line of a recording and back; what an exchange sent stays byte for byte. */
import type { DataFrame, Frame, LinkFrame, LinkState } from '../model/frame.js'
import { eventLine } from '../model/event-line.js'
import { isUtf8 } from 'node:buffer'
import { isDecodedJsonLine, isJsonLine, jsonLineEnd } from './json-check.js'
import type { JournalItem } from './item.js'
import { KnownFrame, type KnownReader } from './known-frame.js'
import { type LineBlock, type Prefix, prefixOf } from './line-block.js'
import { LineHeads, type LineSource } from './line-head.js'

/** Longest line that genesis itself writes and, in its own recordings, reads: the largest message it takes, as base64, with room. */
export const OWN_LINE_LIMIT = 8 * 1024 * 1024

/** How the payload of data lines is looked at: `checked` proves that it is whole, `trusted` only looks at its ends. */
export type PayloadCheck = 'checked' | 'trusted'

/** What is known of a frame that is to be written: `decoded` frames were read as JSON by a decoder, others are checked here. */
export type Proof = 'unknown' | 'decoded'

/** Writes frames as lines into blocks. One serves one file; it remembers the prefixes of the lines it has written. */
export class LineEncoder {
  private readonly prefixes = new Map<string, Prefix[]>()

  /**
   * Appends one frame as a line.
   * @returns false where the block has no room left: try again with a fresh one, large enough for {@link longestLine}.
   */
  encode(item: JournalItem, block: LineBlock, proof: Proof): boolean {
    switch (item.kind) {
      case 'event':
        return block.addText(eventLine(item.event), item.receivedAt)
      case 'data':
        return this.encodeData(item, block, proof)
      case 'link':
        return block.addText(`{"t":${item.receivedAt}${sourceText(item)},${linkText(item)}}`, item.receivedAt)
      case 'control':
        return block.addText(
          `{"t":${item.receivedAt},"control":${JSON.stringify(item.topic)},"value":${jsonText(item.value)}}`,
          item.receivedAt,
        )
      case 'tick':
        return true
    }
  }

  private encodeData(frame: DataFrame, block: LineBlock, proof: Proof): boolean {
    const isWhole = proof === 'decoded' ? isDecodedJsonLine : isJsonLine
    const { data } = frame
    const prefix = this.prefix(frame.exchange, frame.line)
    if (!block.hasRoom(data.length + prefix.length + 32)) return false
    if (!frame.binary && block.addJson(frame.receivedAt, prefix, data, isWhole)) return true
    const head = `{"t":${frame.receivedAt}${sourceText(frame)}`
    const line =
      frame.binary || !isUtf8(data)
        ? `${head},"b":"${data.toString('base64')}"}`
        : `${head},"s":${JSON.stringify(data.toString('utf8'))}}`
    return block.addText(line, frame.receivedAt)
  }

  /** `,"c":"binance","d":`, kept as bytes. */
  private prefix(exchange: string, line: number): Prefix {
    const known = this.prefixes.get(exchange)?.[line]
    if (known !== undefined) return known
    const made = prefixOf(`${sourceText({ exchange, line })},"d":`)
    const ofExchange = this.prefixes.get(exchange) ?? []
    if (line < 1024) ofExchange[line] = made
    if (this.prefixes.size < 1024) this.prefixes.set(exchange, ofExchange)
    return made
  }
}

/** Bytes that the line of this frame can take at most. */
export function longestLine(item: JournalItem): number {
  switch (item.kind) {
    case 'event':
      return Buffer.byteLength(eventLine(item.event)) + 1
    case 'data':
      // JSON escapes one byte as six at most; base64 takes a third more.
      return item.data.length * 6 + item.exchange.length * 6 + 128
    case 'link':
      return (item.detail.length + item.streams.join('","').length + item.exchange.length) * 6 + 256
    case 'control':
      return item.topic.length * 6 + jsonText(item.value).length * 3 + 128
    case 'tick':
      return 0
  }
}

function sourceText(source: { readonly exchange: string; readonly line: number }): string {
  const exchange = `,"c":${JSON.stringify(source.exchange)}`
  return source.line === 0 ? exchange : `${exchange},"l":${source.line}`
}

function linkText(frame: LinkFrame): string {
  return `"status":"${frame.state}","streams":${JSON.stringify(frame.streams)},"detail":${JSON.stringify(frame.detail)}`
}

function jsonText(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value)
}

const CLOSE_BRACE = 0x7d
const LF = 0x0a
const LONGEST_PREFIX = 512
const PREFIX =
  /^\{\s*"t"\s*:\s*(\d{1,16})\s*,\s*"c"\s*:\s*("(?:[^"\\]|\\.){1,64}")\s*(?:,\s*"l"\s*:\s*(\d{1,9})\s*)?,\s*"([dsb])"\s*:\s*/
const LINK_STATES: ReadonlySet<string> = new Set<LinkState>(['connected', 'disconnected', 'stale'])

/** Reads lines as frames. The data of a frame is a view of the block it was read from: copy it to keep it for long. */
export class LineDecoder {
  private readonly heads = new LineHeads()
  /** Where {@link decodeKnown} has found a message that is not known, so that it need not be asked for again. */
  private unknownAt = -1

  constructor(
    private readonly check: PayloadCheck,
    private readonly known?: KnownReader,
  ) {}

  /**
   * Appends the frames of as many lines as hold known messages, one behind another from `start` on.
   * @returns where the first other line begins.
   */
  decodeKnown(bytes: Buffer, start: number, out: JournalItem[]): number {
    const { heads, known } = this
    if (known === undefined) return start
    let at = start
    for (;;) {
      const from = heads.read(bytes, at, bytes.length)
      if (from < 0) return at
      const { time, source } = heads
      const event = known.readAt(source.exchange, bytes, from, time)
      if (event === undefined) this.unknownAt = at
      const { end } = known
      if (event === undefined || bytes[end] !== CLOSE_BRACE || bytes[end + 1] !== LF) return at
      out.push(new KnownFrame(time, source, event, bytes, from, end))
      at = end + 2
    }
  }

  /** The frame in `bytes[start, end)`; undefined where the line is none. A control character must stand at or after `end`. */
  decode(bytes: Buffer, start: number, end: number): Frame | undefined {
    const from = this.heads.read(bytes, start, end)
    if (from < 0 || bytes[end - 1] !== CLOSE_BRACE || !hasEnds(bytes, from, end - 1)) {
      return this.decodeSlowly(bytes, start, end)
    }
    const { time: receivedAt, source } = this.heads
    const { exchange, line } = source
    const data = bytes.subarray(from, end - 1)
    const known = start === this.unknownAt ? undefined : this.known?.read(exchange, data, receivedAt)
    this.unknownAt = -1
    if (known === undefined && this.check === 'checked' && !isJsonLine(bytes, from, end - 1)) {
      return this.decodeSlowly(bytes, start, end)
    }
    return { kind: 'data', receivedAt, exchange, line, data, binary: false, known }
  }

  private decodeSlowly(bytes: Buffer, start: number, end: number): Frame | undefined {
    const head = bytes.toString('latin1', start, Math.min(end, start + LONGEST_PREFIX))
    const match = PREFIX.exec(head)
    if (!match) return parseOther(bytes.toString('utf8', start, end))
    const [prefix, time = '', name = '', line = '0', kind] = match
    const exchange = parse(name)
    const from = start + prefix.length
    if (typeof exchange !== 'string' || !Number.isSafeInteger(Number(time))) return undefined
    const source = { kind: 'data', receivedAt: Number(time), exchange, line: Number(line) } as const
    if (kind !== 'd') return decodeText(source, kind, bytes.toString('utf8', start, end))
    const data = payload(bytes, from, end)
    if (data === undefined) return undefined
    this.learn(head.slice(prefix.indexOf(',', 1), prefix.length), source)
    return { ...source, data, binary: false }
  }

  /** Only the spelling that genesis writes may take the fast way. */
  private learn(middle: string, { exchange, line }: LineSource): void {
    if (middle === `${sourceText({ exchange, line })},"d":`) this.heads.learn(middle, { exchange, line })
  }
}

/** A JSON object or array by its first byte and its last. */
function hasEnds(bytes: Buffer, from: number, to: number): boolean {
  const first = bytes[from]
  return to > from + 1 && bytes[to - 1] === (first === 0x7b ? 0x7d : first === 0x5b ? 0x5d : -1)
}

type Source = Omit<DataFrame, 'data' | 'binary'>

function decodeText(source: Source, kind: string | undefined, text: string): DataFrame | undefined {
  const record = parse(text)
  if (typeof record !== 'object' || record === null) return undefined
  const value: unknown = kind === 's' ? Reflect.get(record, 's') : Reflect.get(record, 'b')
  if (typeof value !== 'string') return undefined
  if (kind === 's') return { ...source, data: Buffer.from(value, 'utf8'), binary: false }
  const data = Buffer.from(value, 'base64')
  // Node skips what is no base64; only what encodes back to the same text is whole.
  return data.toString('base64') === value ? { ...source, data, binary: true } : undefined
}

/** The value of `"d"`: the rest of the line but its brace, or where keys of a later version follow, the first whole value. */
function payload(bytes: Buffer, from: number, end: number): Buffer | undefined {
  const close = jsonLineEnd(bytes, from, end)
  if (close < 0) return undefined
  const rest = bytes.toString('utf8', close, end).trim()
  if (rest !== '}' && !(rest.startsWith(',') && parse(`{"d":0${rest}`) !== undefined)) return undefined
  return bytes.subarray(from, close)
}

/** Link and control lines, and data lines in another key order. */
function parseOther(text: string): Frame | undefined {
  const record = parse(text)
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined
  const { t, c, l = 0, status, streams, detail, control, value } = record as Record<string, unknown>
  if (typeof t !== 'number' || !Number.isSafeInteger(t) || t < 0) return undefined
  if (typeof control === 'string') return { kind: 'control', receivedAt: t, topic: control, value: value ?? null }
  if (typeof c !== 'string' || typeof l !== 'number' || !Number.isSafeInteger(l) || l < 0) return undefined
  if (typeof status !== 'string' || !LINK_STATES.has(status)) return undefined
  const names = streams ?? []
  if (!Array.isArray(names) || !names.every((name): name is string => typeof name === 'string')) return undefined
  return {
    kind: 'link',
    receivedAt: t,
    exchange: c,
    line: l,
    state: status as LinkState,
    streams: names,
    detail: typeof detail === 'string' ? detail : '',
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
