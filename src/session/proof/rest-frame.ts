/** Order books fetched by REST, as other recorders log them between the frames, made the frames that genesis itself would record. */
import { EXCHANGES } from '../../exchanges/registry.js'

const SYMBOL_KEYS = ['symbol', 'currency_pair', 'contract', 'instrument_name', 'instId', 'pair'] as const

/** @returns for a logged address and answer the snapshot frame; undefined where the exchange fetches no books or it is none. */
export function restFrame(exchange: string): (url: string, body: string) => string | undefined {
  const request = EXCHANGES.get(exchange)?.book?.request
  return (url, body) => {
    const symbol = request === undefined ? undefined : symbolIn(url)
    return symbol === undefined || !looksLikeBook(body) ? undefined : request?.wrap(symbol, body)
  }
}

function symbolIn(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { searchParams, pathname } = new URL(url)
  for (const key of SYMBOL_KEYS) {
    const symbol = searchParams.get(key)
    if (symbol !== null && symbol !== '') return symbol
  }
  const last = pathname.split('/').findLast(part => part !== '')
  return last === undefined || /^(?:depth|order_?book|level2.*)$/i.test(last) ? undefined : decodeURIComponent(last)
}

function looksLikeBook(body: string): boolean {
  return body.startsWith('{') && body.includes('"bids"') && body.includes('"asks"')
}
