/** Channels, intervals and limits that the exchanges of the Binance family share. */
import type { Exchange, Limits } from '../exchange.js'
import { STREAMS_PER_FRAME } from './binance-streams.js'

const top = (levels: number): { wire: string; loss: 'inferable'; proof: string } => ({
  wire: `depth${String(levels)}@100ms`,
  loss: 'inferable',
  proof: 'each message is a whole picture; lastUpdateId shows the order, not the count',
})

export const SPOT_CHANNELS: Exchange['channels'] = {
  trade: { wire: 'trade', loss: 'detectable', proof: 't steps by one per symbol' },
  aggTrade: { wire: 'aggTrade', loss: 'detectable', proof: 'a steps by one per symbol' },
  quote: { wire: 'bookTicker', loss: 'inferable', proof: 'u only grows; every change is also in the depth stream' },
  book: { wire: 'depth@100ms', loss: 'detectable', proof: 'U follows the previous u' },
  book5: top(5),
  book10: top(10),
  book20: top(20),
  candle: {
    wire: 'kline_<interval>',
    loss: 'inferable',
    proof: 'candle starts step by the interval; a later message replaces an earlier one',
  },
  ticker: { wire: 'ticker', loss: 'unknowable', proof: 'sent once a second while something changes, unnumbered' },
}

export const FUTURES_CHANNELS: Exchange['channels'] = {
  ...SPOT_CHANNELS,
  book: { wire: 'depth@100ms', loss: 'detectable', proof: 'pu equals the previous u' },
  liquidation: { wire: 'forceOrder', loss: 'unknowable', proof: 'at most one a second per symbol, unnumbered' },
  funding: { wire: 'markPrice@1s', loss: 'inferable', proof: 'E steps by one second' },
}

export const FUTURES_INTERVALS: readonly string[] = [
  '1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d', '3d', '1w', '1M',
] // prettier-ignore
export const SPOT_INTERVALS: readonly string[] = ['1s', ...FUTURES_INTERVALS]

/** Five messages a second are allowed and pongs count: one is left for them. */
export const SPOT_LIMITS: Limits = {
  streamsPerConnection: 1024,
  messages: { count: 4, perMs: 1000 },
  connects: { count: 300, perMs: 300_000 },
  streamsPerFrame: STREAMS_PER_FRAME,
  connectionLifeMs: 86_400_000,
}

/** Ten messages a second, one left for pongs. 1,024 streams are documented; clients in use keep to 200, and so does genesis. */
export const FUTURES_LIMITS: Limits = { ...SPOT_LIMITS, streamsPerConnection: 200, messages: { count: 9, perMs: 1000 } }
