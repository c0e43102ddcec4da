/**
 * The event bus alone: priorities, a component that fails without harming the others, an answer to a question, and an account at the end.
 *
 *     npm run build && npx jiti examples/event-bus.ts
 */
import { TranscendentalEventBus } from 'genesis'

interface Events {
  price_update: { readonly symbol: string; readonly price: number }
  signal: { readonly side: 'buy' | 'sell'; readonly symbol: string }
}

const bus = new TranscendentalEventBus<Events>()
let last = 0

bus.subscribe(
  'price_update',
  ({ symbol, price }) => {
    // What a handler emits is heard once everybody has heard what caused it.
    if (last !== 0 && price > last) void bus.emit('signal', { side: 'buy', symbol }, 'strategy')
    last = price
  },
  { componentId: 'strategy', priority: 'critical' },
)
bus.subscribe('price_update', ({ symbol, price }) => console.log(`display: ${symbol} at ${price}`), {
  componentId: 'display',
  priority: 'low',
})
bus.subscribe(
  'price_update',
  () => {
    throw new Error('this component is broken')
  },
  { componentId: 'broken' },
)
bus.subscribe('signal', ({ side, symbol }) => console.log(`signal: ${side} ${symbol}`), { componentId: 'trader' })
bus.respond('strategy', 'last_price', () => last)

bus.start()
for (const price of [97_000, 97_012.5, 97_003]) await bus.emit('price_update', { symbol: 'BTCUSDT', price }, 'example')
console.log(`answer: ${String(await bus.request('strategy', 'last_price', undefined, { timeoutMs: 100 }))}`)

for (const { componentId, emitted, delivered, failed } of bus.stats().subscriptions) {
  console.log(`account: ${componentId} was owed ${emitted}, got ${delivered}, failed ${failed}`)
}
await bus.stop()
