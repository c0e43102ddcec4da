/** Binance spot against the table test. */
import { binance } from '../../src/exchanges/binance.js'
import { conformance, RECEIVED } from './conformance.js'

const head = { exchange: 'binance', symbol: 'BTCUSDT', pair: 'BTC/USDT' } as const

conformance({
  exchange: binance,
  golden: [
    {
      name: 'a trade',
      stream: 'btcusdt@trade',
      frame:
        '{"stream":"btcusdt@trade","data":{"e":"trade","E":1732353600124,"s":"BTCUSDT","t":4839201,"p":"97123.45000000","q":"0.01250000","T":1732353600123,"m":false,"M":true}}',
      events: [
        {
          type: 'trade',
          ...head,
          id: '4839201',
          price: 97123.45,
          size: 0.0125,
          side: 'buy',
          time: 1_732_353_600_123_000,
          received: RECEIVED,
        },
      ],
    },
  ],
  control: [{ name: 'an acknowledgement', frame: '{"result":null,"id":1}', type: 'ack' }],
  broken: [],
  instruments: [
    ['btcusdt', 'BTCUSDT', 'BTC/USDT'],
    ['ETH-BTC', 'ETHBTC', 'ETH/BTC'],
  ],
  streams: [
    {
      typed: 'btcusdt@trade',
      subscribe: [{ method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 1 }],
      unsubscribe: [{ method: 'UNSUBSCRIBE', params: ['btcusdt@trade'], id: 7 }],
      address: 'wss://stream.binance.com:9443/stream',
    },
  ],
  recordings: ['binance'],
  exceptions: [
    { frame: /^\{"lastUpdateId"/, code: 'symbol', reason: 'a bare REST snapshot does not say of which symbol it is' },
  ],
})
