/**
 * All together: an exchange, its handler, the bus, a strategy, a risk check and a paper position, each a component that knows only the bus.
 *
 *     npm run build && npx jiti examples/integrated-system.ts
 *
 * For real accounts of what a strategy would have earned use `genesis paper`: it has fees, latency and an order book to fill against.
 */
import { ExchangeWebSocketHandler, startEmbeddedExchange, TranscendentalEventBus } from 'genesis'

interface Events {
  trade: { readonly symbol: string; readonly price: number }
  signal: { readonly side: 'buy' | 'sell'; readonly price: number }
  order: { readonly side: 'buy' | 'sell'; readonly size: number; readonly price: number }
  refusal: { readonly reason: string }
}

const FAST = 5
const SLOW = 20
const SIZE = 0.01
const MOST_HELD = 0.01
const ORDERS = 4

const handler = new ExchangeWebSocketHandler('binance')
// A subscriber with a queue of its own loses nothing: once its queue is half full, the sockets wait for it.
const bus = new TranscendentalEventBus<Events>({
  onPressure: ({ state }) => (state === 'high' ? handler.pause() : handler.resume()),
})
let position = 0
let orders = 0
let finish = (): void => undefined
const finished = new Promise<void>(resolve => (finish = resolve))

// Strategy: two moving averages, a signal where they cross.
const prices: number[] = []
let wasAbove: boolean | null = null
bus.subscribe(
  'trade',
  ({ price }) => {
    prices.push(price)
    if (prices.length < SLOW) return
    if (prices.length > SLOW) prices.shift()
    const isAbove = average(prices.slice(-FAST)) > average(prices)
    if (wasAbove !== null && isAbove !== wasAbove) {
      void bus.emit('signal', { side: isAbove ? 'buy' : 'sell', price }, 'strategy')
    }
    wasAbove = isAbove
  },
  { componentId: 'strategy', priority: 'critical' },
)

// Risk: asks the account, and lets an order through or says why not.
bus.subscribe(
  'signal',
  async ({ side, price }) => {
    const held = (await bus.request('account', 'position', undefined, { timeoutMs: 100 })) as number
    const after = held + (side === 'buy' ? SIZE : -SIZE)
    if (after < 0 || after > MOST_HELD) await bus.emit('refusal', { reason: `would hold ${after.toFixed(2)}` }, 'risk')
    else await bus.emit('order', { side, size: SIZE, price }, 'risk')
  },
  { componentId: 'risk', priority: 'high' },
)

// Account: a paper position at the price of the signal.
bus.subscribe(
  'order',
  ({ side, size, price }) => {
    position += side === 'buy' ? size : -size
    console.log(`order: ${side} ${size} at ${price}, holding ${position.toFixed(2)}`)
    if (++orders >= ORDERS) finish()
  },
  { componentId: 'account', essential: true },
)
bus.respond('account', 'position', () => position)

// Archive: takes its time over every trade, as a database would, and holds nobody up.
let archived = 0
const archive = async (): Promise<void> => {
  await new Promise(resolve => setImmediate(resolve))
  archived++
}
bus.subscribe('trade', archive, { componentId: 'archive', delivery: 'queue', capacity: 1_000 })
bus.subscribe('refusal', ({ reason }) => console.log(`refused: ${reason}`), { componentId: 'display' })
bus.start()

const exchange = await startEmbeddedExchange({ symbols: ['BTCUSDT'], rate: 200 })
const forward = (event: { readonly type: string }): void => {
  if (event.type === 'trade') void bus.emit('trade', event as unknown as Events['trade'], 'handler')
}
await handler.connectToStream('btcusdt@trade', forward, { url: exchange.url })
await finished

await handler.disconnectAll()
await exchange.stop()
await bus.stop()
console.log(
  `done: ${orders} orders, ${archived} trades archived, every event accounted for: ${String(bus.check().length === 0)}`,
)

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
