/** A trade of every other native exchange that tardis-dev has, from its frame to its event. */
import { normalizeTrades } from 'tardis-dev'
import type { Bench, Case } from './bench.js'
import { contender, genesisDecoder, proofOf } from './decode.js'
import { EXCHANGES_WITH_TRADES, tradesOf } from './exchange-frames.js'
import { FIRST_MS } from './frames.js'
import { tardisRival } from './rivals/tardis.js'

const FRAMES = 4_000
/** Why a digest differs. */
const NOTES: Readonly<Record<string, string>> = {
  gateio: 'cuts times to milliseconds',
  bitstamp: 'writes symbols in capitals',
  kraken: 'gives no ids, cuts times as floats',
}

export const exchangesBench: Bench = {
  name: 'exchanges',
  about: 'Trades of the other exchanges, as in decode: one frame at a time, through the error boundary.',
  cases: () =>
    EXCHANGES_WITH_TRADES.map((exchange): Case => ({
      name: `${exchange} trade`,
      unit: 'frames',
      open: () => {
        const { tardis, frames } = tradesOf(exchange, FRAMES)
        // Its mappers change with the day.
        const time = new Date(FIRST_MS)
        return [
          contender('genesis', genesisDecoder(exchange), frames, proofOf(exchange, frames)),
          contender('tardis-dev mapper', tardisRival(normalizeTrades(tardis, time), time), frames, NOTES[exchange]),
        ]
      },
      targets: { 'tardis-dev mapper': 3 },
    })),
}
