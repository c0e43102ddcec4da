/** Which files a command looks at, which part of them, and how they are read. */
import { findExchange } from '../exchanges/registry.js'
import type { FoldOptions } from '../session/proof/fold.js'
import type { CommandInput } from './command.js'
import { fileOptions } from './file-options.js'
import { resolveStreams } from './run-command.js'
import { software } from './software.js'

/** @throws UsageError naming the stream or exchange that is wrong. */
export function windowOptions(input: CommandInput): FoldOptions {
  const { options, io } = input
  const streams = resolveStreams(options.stream ?? [], input)
  return {
    streams,
    exchange: findExchange(options.exchange ?? 'binance').name,
    onCorrupt: options.onCorrupt ?? 'skip',
    stdin: io.stdin,
    software: software(),
    ...(options.from === undefined ? {} : { from: options.from }),
    ...(options.to === undefined ? {} : { to: options.to }),
    ...fileOptions(input, streams),
  }
}
