/** Every benchmark by name, in the order in which a full run takes them. */
import type { Bench } from './bench.js'
import { decodeBench } from './decode.js'
import { recordBench } from './record.js'
import { replayBench } from './replay.js'
import { startBench } from './start.js'

export const BENCHES: readonly Bench[] = [decodeBench, recordBench, replayBench, startBench]
