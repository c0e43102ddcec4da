/** Clients that others wrote, as scripts for Node: their arguments are the address and how many trades to wait for, their output the trades. */

/** tardis-dev, told by its own environment variable where to connect. */
export const TARDIS = `
const [url, count] = process.argv.slice(1)
process.env.WSS_URL_BINANCE = url
const { normalizeTrades, streamNormalized } = await import('tardis-dev')

const trades = []
const options = { exchange: 'binance', symbols: ['btcusdt'], timeoutIntervalMS: 20_000 }
for await (const trade of streamNormalized(options, normalizeTrades)) {
  if (trade.type === 'trade') trades.push({ id: trade.id, price: trade.price, size: trade.amount, side: trade.side })
  if (trades.length >= Number(count)) break
}
process.stdout.write(\`\${JSON.stringify(trades)}\\n\`, () => process.exit(0))
`

/** ccxt, told by its table of addresses; it loads the list of markets before it watches. */
export const CCXT = `
import ccxt from 'ccxt'

const [url, rest, count] = process.argv.slice(1)
const exchange = new ccxt.pro.binance({
  newUpdates: true,
  options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] } },
})
exchange.urls.api.ws.spot = \`\${url}/ws\`
exchange.urls.api.public = \`\${rest}/api/v3\`
// The library wants this before it opens a socket without TLS.
await exchange.loadHttpProxyAgent()

const trades = []
while (trades.length < Number(count)) {
  for (const { id, price, amount, side } of await exchange.watchTrades('BTC/USDT'))
    trades.push({ id, price, size: amount, side })
}
process.stdout.write(\`\${JSON.stringify(trades)}\\n\`, () => process.exit(0))
`
