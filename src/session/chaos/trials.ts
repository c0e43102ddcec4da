/** The four trials, in the order in which they are run. */
import { tryConnection } from './connection.js'
import { tryIntegrated } from './integrated.js'
import { tryLoad } from './load.js'
import { tryResilience } from './resilience.js'
import type { Trial } from './trial.js'

export const TRIALS: readonly Trial[] = [
  { number: 1, name: 'connection and communication', run: tryConnection },
  { number: 2, name: 'resilience', run: tryResilience },
  { number: 3, name: 'extreme load', run: tryLoad },
  { number: 4, name: 'integrated system', run: tryIntegrated },
]
