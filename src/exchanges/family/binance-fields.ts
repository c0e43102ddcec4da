/** What every reader of Binance messages needs: the context of a frame, times, and the notice for what carries no news. */
import { DecodeError } from '../../model/errors.js'
import type { Decoded, Notice } from '../../model/event.js'
import { sequenceNumber } from '../../model/number.js'
import type { Micros } from '../../model/time.js'
import type { Json, JsonObject } from '../../wire/json.js'

/** What a reader must know beside the message. */
export interface FrameContext {
  readonly exchange: string
  readonly received: Micros
  /** Name of the stream in a combined frame; empty in a raw one. */
  readonly stream: string
  /** @throws DecodeError where the text is no symbol. */
  pair(symbol: string): string
}

export type Reader = (message: JsonObject, context: FrameContext) => Decoded

/** Milliseconds, or microseconds where the connection asked for them: a count that high is no time in milliseconds. */
export function binanceTime(value: Json | undefined, field: string): Micros {
  const count = sequenceNumber(value, field)
  const micros = count < 100_000_000_000_000 ? count * 1000 : count
  if (count <= 0 || !Number.isSafeInteger(micros))
    throw new DecodeError('time', `${field}: ${String(count)} is no time`)
  return micros
}

export function ignored(what: string): Notice {
  return { type: 'ignored', what }
}
