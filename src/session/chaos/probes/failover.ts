/** Two addresses, the first of them dead: data comes all the same, and again after a cut. */
import { createServer, type AddressInfo } from 'node:net'
import { EXCHANGES, resolveStream } from '../../../exchanges/registry.js'
import { startEmbeddedExchange } from '../../../feed/embedded/embedded-exchange.js'
import { LiveFeed } from '../../../feed/live-feed.js'
import type { Probe, Use } from '../probe.js'
import type { Findings } from '../trial.js'

const MESSAGES = 60
const CUT_AFTER = 30
const PATIENCE_MS = 4_000

export const failoverProbe: Probe = {
  mechanism: 'failover',
  promise: 'addresses are tried in turn, and a lost connection comes back',
  run,
}

async function run(use: Use): Promise<Findings> {
  const server = await startEmbeddedExchange({ rate: 100, symbols: ['BTCUSDT'], faults: `cut@${CUT_AFTER}` })
  const feed = new LiveFeed({
    streams: [resolveStream('btcusdt@trade', 'binance')],
    exchanges: EXCHANGES,
    urls: [await deadAddress(), server.url],
    failover: use === 'with' ? 'on' : 'off',
  })
  let received = 0
  const late = setTimeout(() => void feed.stop('no data came'), PATIENCE_MS)
  let connections = 0
  // Where there is no other way the feed ends with an error, and what was received by then is the finding.
  await feed
    .run(frame => {
      if (frame.kind === 'link' && frame.state === 'connected') connections++
      if (frame.kind === 'data' && ++received >= MESSAGES) void feed.stop('enough')
      return 'decoded'
    })
    .catch(() => undefined)
  clearTimeout(late)
  await server.stop()
  return {
    measured: { received, connections },
    required: { received: { atLeast: MESSAGES }, connections: { atLeast: 2 } },
  }
}

/** An address on which nobody listens any more. */
async function deadAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return `ws://127.0.0.1:${port}`
}
