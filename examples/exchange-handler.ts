/**
 * The exchange handler alone: connect to a stream, be called back with its events, and stay connected through a cut.
 *
 *     npm run build && npx jiti examples/exchange-handler.ts
 *
 * It talks to an exchange on this machine that cuts the connection once. For Binance itself leave out the `url`.
 */
import { ExchangeWebSocketHandler, startEmbeddedExchange } from 'genesis'

const TRADES = 60

const exchange = await startEmbeddedExchange({ symbols: ['BTCUSDT'], rate: 50, faults: 'cut@30' })
const handler = new ExchangeWebSocketHandler('binance')
let trades = 0
let enough = (): void => undefined
const heardEnough = new Promise<void>(resolve => (enough = resolve))

await handler.connectToStream(
  'btcusdt@trade',
  event => {
    if (event.type === 'status') console.log(`${event.state}: ${event.detail}`)
    if (event.type !== 'trade') return
    trades++
    if (trades % 20 === 0) console.log(`${trades} trades, the last at ${event.price}`)
    if (trades >= TRADES) enough()
  },
  { url: exchange.url },
)
console.log(`connected to ${handler.streams().join(', ')}`)
await heardEnough

const { frames, decoded, control, deadLettered } = handler.stats()
console.log(`account: ${frames} frames = ${decoded} decoded + ${control} control + ${deadLettered} dead-lettered`)
await handler.disconnectAll()
await exchange.stop()
