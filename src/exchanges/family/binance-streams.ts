/** Stream names of the Binance family, the frames that ask for them, and the topics under which messages are sent. */
import type { Stream } from '../../model/stream.js'
import type { Outgoing } from '../exchange.js'

/** Frames with this many stream names stay far below the size that Binance takes. */
export const STREAMS_PER_FRAME = 200

const CHANNEL: Readonly<Record<Stream['channel'], string>> = {
  trade: 'trade',
  aggTrade: 'aggTrade',
  quote: 'bookTicker',
  book: 'depth@100ms',
  book5: 'depth5@100ms',
  book10: 'depth10@100ms',
  book20: 'depth20@100ms',
  candle: 'kline',
  ticker: 'ticker',
  liquidation: 'forceOrder',
  funding: 'markPrice@1s',
  openInterest: 'openInterest',
}

/** `btcusdt@depth@100ms` */
export function streamName({ symbol, channel, interval }: Stream): string {
  return `${symbol.toLowerCase()}@${channel === 'candle' ? `kline_${interval ?? ''}` : CHANNEL[channel]}`
}

const PACED = /^([^@]*)@(depth(?:5|10|20)?|markPrice)(?:@\d+m?s)?$/

/** A stream name as the topic it belongs to: symbol in lower case and without the pace, which a recording need not share with a client. */
export function topicOf(name: string): string {
  const paced = PACED.exec(name)
  const [symbol = '', ...channel] = paced ? paced.slice(1, 3) : splitName(name)
  return [symbol.toLowerCase(), ...channel].join('@')
}

function splitName(name: string): string[] {
  const at = name.indexOf('@')
  return at === -1 ? [name] : [name.slice(0, at), name.slice(at + 1)]
}

/** SUBSCRIBE or UNSUBSCRIBE frames, as few as hold all streams. */
export function requestFrames(
  method: 'SUBSCRIBE' | 'UNSUBSCRIBE',
  streams: readonly Stream[],
  request: number,
): readonly Outgoing[] {
  const frames: Outgoing[] = []
  for (let start = 0; start < streams.length; start += STREAMS_PER_FRAME) {
    const part = streams.slice(start, start + STREAMS_PER_FRAME)
    const id = request + frames.length
    const params = [...new Set(part.map(streamName))]
    frames.push({ text: JSON.stringify({ method, params, id }), request: String(id), streams: part })
  }
  return frames
}
