/** Hyperliquid's coins and the unified pairs that they stand for. */
import type { Instrument } from '../../model/instrument.js'

/**
 * Reads a coin (`BTC`, `kPEPE`, `xyz:NVDA` of a builder's market, spot `@107` or `PURR/USDC`) or a unified pair, any case.
 * Perpetuals are linear in USDC. A spot index that genesis has no name for stands for itself.
 */
export function hyperliquidInstrument(text: string): Instrument | undefined {
  const typed = text.toUpperCase()
  if (/^@\d{1,6}$/.test(typed)) return { symbol: typed, pair: SPOT_PAIRS.get(typed) ?? typed }
  if (typed.endsWith('/USDC:USDC')) return ofPerpetual(typed.slice(0, -'/USDC:USDC'.length))
  const spot = SPOT_COINS.get(typed)
  if (spot !== undefined) return { symbol: spot, pair: typed }
  const [, builder, coin = typed] = /^([A-Z0-9]{1,12}):(.+)$/.exec(typed) ?? []
  return ofPerpetual(builder === undefined ? coin : `${builder}-${coin}`, text)
}

/** Spot markets go by their index; the first one alone goes by its name. Others by hand, as the stream does not name them. */
const SPOT_PAIRS: ReadonlyMap<string, string> = new Map([
  ['@107', 'HYPE/USDC'],
  ['@142', 'UBTC/USDC'],
  ['@151', 'UETH/USDC'],
  ['@156', 'USOL/USDC'],
])
const SPOT_COINS: ReadonlyMap<string, string> = new Map([
  ['PURR/USDC', 'PURR/USDC'],
  ...[...SPOT_PAIRS].map(([coin, pair]) => [pair, coin] as const),
])
/** A small k means thousands; elsewhere K is the first letter of the name, so these are known by hand. */
const THOUSANDS = new Set(['KPEPE', 'KBONK', 'KSHIB', 'KFLOKI', 'KLUNC', 'KDOGS', 'KNEIRO'])

function ofPerpetual(base: string, typed = ''): Instrument | undefined {
  const [, builder, coin = ''] = /^(?:([A-Z0-9]{1,12})-)?([A-Z0-9]{1,10})$/.exec(base) ?? []
  if (coin === '') return undefined
  const thousands = THOUSANDS.has(coin) || /^k[A-Z0-9]+$/.test(typed)
  const name = thousands ? `k${coin.slice(1)}` : coin
  return { symbol: builder === undefined ? name : `${builder.toLowerCase()}:${name}`, pair: `${base}/USDC:USDC` }
}
