/** Symbols: from the spelling of an exchange or of a user to one unified pair. */

/** Parts of `BASE/QUOTE[:SETTLE[-EXPIRY]]`. */
export interface PairParts {
  readonly base: string
  readonly quote: string
  readonly settle: string | null
  readonly expiry: string | null
}

const PAIR = /^([A-Za-z0-9$.]+)\/([A-Za-z0-9$.]+)(?::([A-Za-z0-9$.]+)(?:-([A-Za-z0-9.-]+))?)?$/

/** Reads a unified pair (`BTC/USDT`, `BTC/USDT:USDT`), any case. */
export function parsePair(text: string): PairParts | undefined {
  const match = PAIR.exec(text)
  if (!match) return undefined
  const [, base = '', quote = '', settle, expiry] = match
  return {
    base: base.toUpperCase(),
    quote: quote.toUpperCase(),
    settle: settle?.toUpperCase() ?? null,
    expiry: expiry?.toUpperCase() ?? null,
  }
}

/** Longest first, so that `USDT` wins over `T` and `BUSD` over `USD`. */
const QUOTES = [
  'FDUSD', 'USD1', 'USDT', 'USDC', 'BUSD', 'TUSD', 'USDP', 'USDS', 'USDE', 'PYUSD', 'RLUSD', 'EURI', 'AEUR', 'BIDR', 'BVND', 'IDRT',
  'VAI', 'DAI', 'PAX', 'UST', 'EUR', 'GBP', 'TRY', 'BRL', 'AUD', 'RUB', 'UAH', 'NGN', 'ZAR', 'PLN', 'RON', 'ARS', 'MXN', 'COP', 'CZK',
  'JPY', 'CAD', 'CHF', 'SGD', 'INR', 'KRW', 'IDR', 'BTC', 'XBT', 'ETH', 'BNB', 'TRX', 'XRP', 'DOGE', 'DOT', 'SOL', 'USD',
].sort((a, b) => b.length - a.length) // prettier-ignore

/** Splits a symbol without a separator by the quote asset it ends in. */
export function splitConcatenated(symbol: string): { base: string; quote: string } | undefined {
  const upper = symbol.toUpperCase()
  const quote = QUOTES.find(candidate => upper.length > candidate.length && upper.endsWith(candidate))
  return quote === undefined ? undefined : { base: upper.slice(0, -quote.length), quote }
}

/** The candidate that differs least from what was typed, if any is near (Levenshtein distance, at most a third of the letters). */
export function nearest(typed: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.ceil(typed.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(typed.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row++) {
    const current = [row]
    for (let column = 1; column <= right.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[right.length] ?? 0
}
