/** Every benchmark by name, in the order in which a full run takes them. */
import { backtestBench } from './backtest.js'
import type { Bench } from './bench.js'
import { busBench } from './bus.js'
import { decodeBench } from './decode.js'
import { exchangesBench } from './exchanges.js'
import { growthBench } from './growth.js'
import { indicatorsBench } from './indicators.js'
import { latencyBench } from './latency.js'
import { recordBench } from './record.js'
import { replayBench } from './replay.js'
import { startBench } from './start.js'
import { tableBench } from './table.js'
import { websocketBench } from './websocket.js'

export const BENCHES: readonly Bench[] = [
  decodeBench,
  exchangesBench,
  busBench,
  websocketBench,
  latencyBench,
  recordBench,
  replayBench,
  growthBench,
  indicatorsBench,
  backtestBench,
  tableBench,
  startBench,
]
