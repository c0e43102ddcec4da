/** The parts of a data message of Bitfinex: `[number, word?, payload, sequence?, time?, …]`. */
import { DecodeError } from '../../model/errors.js'
import type { Micros } from '../../model/time.js'
import type { Json } from '../../wire/json.js'
import { namedChannel, type BitfinexChannel } from './bitfinex-channels.js'
import { epochMicros } from './epoch.js'

export interface BitfinexFrame {
  /** `te`, `tu`, `hb`, `cs` …; null where the payload follows at once. */
  readonly word: string | null
  readonly payload: readonly Json[]
  /** Number of the message on the connection, with flag SEQ_ALL. */
  readonly sequence: number | null
  /** When the exchange sent it, with flag TIMESTAMP. */
  readonly time: Micros | null
  /** Only where a collector has added the channel's name behind. */
  readonly channel: BitfinexChannel | undefined
}

/**
 * Takes a message apart. Messages may grow at the end; which of the numbers there are depends on flags that a recording
 * need not contain, but a time has thirteen digits and a sequence number never that many.
 * @throws DecodeError `shape` where there is no payload.
 */
export function bitfinexFrame(message: readonly Json[]): BitfinexFrame {
  const [, second, third] = message
  if (Array.isArray(second)) return { word: null, payload: second, ...trailer(message.slice(2)) }
  if (second === 'hb') return { word: 'hb', payload: [], ...trailer(message.slice(2)) }
  if (second === 'cs' && typeof third === 'string')
    return { word: 'cs', payload: [third], ...trailer(message.slice(3)) }
  if (typeof second === 'string' && /^[a-z]{1,8}$/.test(second) && Array.isArray(third)) {
    return { word: second, payload: third, ...trailer(message.slice(3)) }
  }
  throw new DecodeError('shape', 'data without content')
}

function trailer(rest: readonly Json[]): Pick<BitfinexFrame, 'sequence' | 'time' | 'channel'> {
  let sequence: number | null = null
  let time: Micros | null = null
  const words: string[] = []
  for (const value of rest) {
    if (typeof value !== 'string') continue
    if (/^\d{13}$/.test(value)) time = epochMicros(value, 'ms', 'time')
    else if (/^\d{1,12}$/.test(value)) sequence ??= Number(value)
    else words.push(value)
  }
  return { sequence, time, channel: collected(words) }
}

/** `"book","BTCF0:USTF0"`; a name without a quote is a funding currency. */
function collected([channel, name]: readonly string[]): BitfinexChannel | undefined {
  if (channel === undefined || name === undefined) return undefined
  if (channel === 'status') return namedChannel({ channel, key: name.includes('F0') ? `deriv:t${name}` : name })
  const symbol = (name.length >= 6 ? 't' : 'f') + name
  return namedChannel(channel === 'raw_book' ? { channel: 'book', symbol, prec: 'R0' } : { channel, symbol })
}
