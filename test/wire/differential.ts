/** Decodes frames both ways, from their bytes and from their JSON, and tells where the two differ. */
import { EXCHANGES } from '../../src/exchanges/registry.js'
import { DecodeError } from '../../src/model/errors.js'
import type { Decoded } from '../../src/model/event.js'
import type { Decoder } from '../../src/exchanges/exchange.js'
import type { Random } from '../../src/engine/random.js'
import { LearningDecoder } from '../../src/wire/layout.js'
import { makeFrames, type FrameKind } from '../../bench/frames.js'

export const RECEIVED = 1_732_400_000_125_871

/** Exchanges some of whose messages are read from their bytes. */
export const LEARNING: readonly string[] = [...EXCHANGES]
  .filter(([, exchange]) => exchange.decoder() instanceof LearningDecoder)
  .map(([name]) => name)

/** A decoder that learns, and another line's that never does: what is read from bytes must leave no trace that the general way misses. */
export interface Twins {
  readonly learning: LearningDecoder<Decoded>
  readonly general: Decoder
}

export function twins(name: string): Twins {
  return { learning: decoderOf(name), general: decoderOf(name).general }
}

function decoderOf(name: string): LearningDecoder<Decoded> {
  const decoder = EXCHANGES.get(name)?.decoder()
  if (!(decoder instanceof LearningDecoder)) throw new Error(`${name} does not learn`)
  return decoder as LearningDecoder<Decoded>
}

/** What a decoder makes of a frame: its events key by key, or its refusal word by word. */
export function outcomeOf(decoder: Decoder, frame: Buffer): string {
  const out: Decoded[] = []
  try {
    decoder.decode(frame, RECEIVED, out)
    return JSON.stringify(out)
  } catch (error) {
    if (error instanceof DecodeError) return `${error.code}: ${error.message}`
    throw error
  }
}

/** Undefined where both ways agree. */
export function difference({ learning, general }: Twins, frame: Buffer): string | undefined {
  const fast = outcomeOf(learning, frame)
  const slow = outcomeOf(general, frame)
  return fast === slow ? undefined : `${frame.toString()}\n  bytes: ${fast}\n  JSON:  ${slow}`
}

const ALPHABET = Buffer.from('{}[]":,0123456789.-eE\\ntrufalse \u0000\u0001\u007f\u00ff"0159')
const NUMBER = /-?\d+(?:\.\d+)?/g

/** A frame that is broken, changed or exchanged in one of the ways in which bytes go wrong, or carries numbers at the edge of what a double holds. */
export function mutated(frame: Buffer, other: Buffer, random: Random): Buffer {
  switch (random.int(0, 7)) {
    case 0:
      return withBytes(frame, random, 1)
    case 1:
      return withBytes(frame, random, 3)
    case 2: {
      const at = random.int(0, frame.length - 1)
      return Buffer.concat([frame.subarray(0, at), frame.subarray(at + random.int(1, 4))])
    }
    case 3: {
      const at = random.int(0, frame.length)
      return Buffer.concat([frame.subarray(0, at), Buffer.of(oneOf(ALPHABET, random)), frame.subarray(at)])
    }
    case 4:
      return frame.subarray(0, random.int(0, frame.length - 1))
    case 5: {
      const at = random.int(0, Math.min(frame.length, other.length))
      return Buffer.concat([frame.subarray(0, at), other.subarray(at)])
    }
    default:
      return withNumber(frame, random)
  }
}

function withBytes(frame: Buffer, random: Random, count: number): Buffer {
  const bytes = Buffer.from(frame)
  for (let change = 0; change < count; change++) bytes[random.int(0, bytes.length - 1)] = oneOf(ALPHABET, random)
  return bytes
}

function withNumber(frame: Buffer, random: Random): Buffer {
  const text = frame.toString('latin1')
  const numbers = [...text.matchAll(NUMBER)]
  const chosen = numbers[random.int(0, Math.max(0, numbers.length - 1))]
  if (chosen === undefined) return frame
  return Buffer.from(
    text.slice(0, chosen.index) + numberText(random) + text.slice(chosen.index + chosen[0].length),
    'latin1',
  )
}

/** Numbers of every length on both sides of the point, with zeros where they matter, and a few that are none. */
export function numberText(random: Random): string {
  const digits = (count: number): string =>
    Array.from({ length: count }, () => (random.chance(0.3) ? '0' : String(random.int(0, 9)))).join('')
  const whole = digits(random.chance(0.8) ? random.int(1, 9) : random.int(0, 25))
  const sign = random.chance(0.05) ? '-' : ''
  const fraction = random.chance(0.7) ? `.${digits(random.chance(0.8) ? random.int(1, 8) : random.int(0, 25))}` : ''
  const exponent = random.chance(0.05) ? `e${random.int(-9, 9)}` : ''
  return sign + (random.chance(0.1) ? '0'.repeat(random.int(1, 3)) : '') + whole + fraction + exponent
}

function oneOf(bytes: Buffer, random: Random): number {
  return bytes[random.int(0, bytes.length - 1)] ?? 0
}

const MADE: readonly FrameKind[] = [
  'binance trade', 'binance aggTrade', 'binance bookTicker', 'binance depth', 'coinbase match', 'coinbase l2update',
] // prettier-ignore

/** Frames of an exchange made by hand, for machines without the recordings. */
export function madeFrames(name: string): Buffer[] {
  const speaks = name === 'sim' ? 'binance' : name
  return MADE.filter(kind => kind.startsWith(`${speaks} `)).flatMap(kind => makeFrames(kind, 40))
}
