/** Every recorded session and fixture of an exchange, as frames. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { hasShared, sharedDirectory, sharedLines } from '../support/shared.js'

export interface RecordedFrames {
  readonly name: string
  readonly frames: readonly Buffer[]
}

const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  binance: ['binance'],
  sim: [],
  'binance-us': ['binance_us'],
  'binance-futures': ['binance_usdm', 'binance_coinm'],
  coinbase: ['coinbase'],
  'coinbase-advanced': ['coinbase_adv'],
  bybit: ['bybit', 'bybit_v2_legacy'],
  okx: ['okx'],
  kraken: ['kraken', 'kraken_v2', 'kraken_futures'],
  deribit: ['deribit'],
  bitstamp: ['bitstamp'],
  gateio: ['gateio', 'gateio_futures', 'gateio_v3'],
  kucoin: ['kucoin', 'kucoin_futures', 'kucoin_unified'],
  gemini: ['gemini'],
  hyperliquid: ['hyperliquid'],
  bitfinex: ['bitfinex'],
}

/** Of the sessions the whole; channels are parts of them. */
export function recordedFrames(exchange: string): RecordedFrames[] {
  return (FOLDERS[exchange] ?? []).flatMap(folder => {
    if (!hasShared(`recorded/${folder}`)) return []
    return readdirSync(join(sharedDirectory, 'recorded', folder))
      .filter(
        file => /^(?:_session|fixtures|[\w-]+\.cap-)[^/]*\.jsonl(?:\.gz)?$/.test(file) && !file.includes('.meta.'),
      )
      .map(file => ({
        name: `${folder}/${file}`,
        frames: sharedLines(`recorded/${folder}/${file}`).map(line => Buffer.from(line)),
      }))
  })
}
