/** Leverage has a meaning where something is borrowed: on a margin account, and of contracts on any. */
import { findExchange } from '../exchanges/registry.js'
import { UsageError } from '../model/errors.js'
import type { Stream } from '../model/stream.js'
import { parsePair } from '../model/symbol.js'
import { readTapeSetup } from '../session/tape-header.js'
import type { Options } from './options.js'

/** @throws UsageError where `--leverage` is told of a cash account that trades spot alone, as far as streams and files say what is traded. */
export async function refuseIdleLeverage(
  options: Options,
  streams: readonly Stream[],
  paths: readonly string[] = [],
): Promise<void> {
  if (options.leverage === undefined || Number(options.leverage) === 1 || options.account === 'margin') return
  const exchange = findExchange(options.exchange ?? 'binance').name
  const traded = streams.length > 0 ? streams : (await readTapeSetup(paths, exchange)).streams
  if (traded.length === 0 || traded.some(({ pair }) => isContract(pair))) return
  throw new UsageError(
    'option',
    `--leverage ${options.leverage}: a cash account spends what it has, and these streams are spot`,
    {
      hint: 'add --account margin, or leave it out',
    },
  )
}

/** What a cash account makes of leverage, where nobody knows yet whether anything but spot is traded. */
export function leverageNote({ leverage, account }: Options, streams: readonly Stream[]): string | undefined {
  if (leverage === undefined || Number(leverage) === 1 || account === 'margin') return undefined
  if (streams.length > 0 && streams.every(({ pair }) => isContract(pair))) return undefined
  return `leverage ${leverage} counts for contracts alone: a cash account spends what it has on spot`
}

function isContract(pair: string): boolean {
  return (parsePair(pair)?.settle ?? null) !== null
}
