/** What options say of files that do not say it themselves. */
import type { Stream } from '../model/stream.js'
import type { JournalSourceOptions } from '../session/journal-source.js'
import type { Options } from './options.js'

/** Symbol and interval out of `--stream` and `--interval`, and the names of columns. */
export function fileOptions(
  options: Options,
  streams: readonly Stream[],
): Pick<JournalSourceOptions, 'symbol' | 'interval' | 'columns'> {
  const symbols = [...new Set(streams.map(({ symbol }) => symbol))]
  const [symbol] = symbols
  const interval = options.interval ?? streams.find(stream => stream.interval !== null)?.interval
  return {
    ...(symbol === undefined || symbols.length > 1 ? {} : { symbol }),
    ...(interval === undefined || interval === null ? {} : { interval }),
    ...(options.columns === undefined ? {} : { columns: options.columns }),
  }
}
