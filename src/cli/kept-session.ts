/** What a session keeps of the run it holds. */
import { resolve } from 'node:path'
import type { Stream } from '../model/stream.js'
import type { SessionConfiguration } from '../session/session-files.js'
import { isBuiltIn } from '../session/strategy-file.js'
import type { TradingOptions } from '../session/trading.js'
import { software } from './software.js'
import { nowMicros } from './wall-clock.js'

/** Strategies of the user's own are kept by whole paths, so that they are found from anywhere. */
export function configurationOf(
  wanted: TradingOptions,
  streams: readonly Stream[],
  lines: 1 | 2 = 1,
): SessionConfiguration {
  return {
    genesis: 'session',
    version: 1,
    created: nowMicros(),
    software: software(),
    streams: streams.map(({ exchange, name }) => `${exchange}:${name}`),
    lines,
    trading: { ...wanted, strategies: wanted.strategies.map(name => (isBuiltIn(name) ? name : resolve(name))) },
  }
}
