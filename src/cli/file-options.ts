/** What options say of files that do not say it themselves, and what becomes of lines that cannot be read. */
import { splitStream, type Stream } from '../model/stream.js'
import type { JournalSourceOptions } from '../session/journal-source.js'
import { Quarantine } from '../session/proof/quarantine.js'
import type { CommandInput } from './command.js'
import { deadLetterPath } from './state-files.js'

type FileOptions = Pick<JournalSourceOptions, 'symbol' | 'interval' | 'columns' | 'quarantine'>

/** Symbol and interval out of `--stream` and `--interval`, the names of columns, and beside the dead letters a place for corrupt lines. */
export function fileOptions(input: CommandInput, streams: readonly Stream[]): FileOptions {
  const { options } = input
  // As it was written: joined to the exchange's own spelling, base and quote may not be told apart any more (ASSETUSD).
  const symbols = [...new Set(streams.map(({ name, symbol }) => splitStream(name)?.symbol ?? symbol))]
  const [symbol] = symbols
  const interval = options.interval ?? streams.find(stream => stream.interval !== null)?.interval
  return {
    ...(symbol === undefined || symbols.length > 1 ? {} : { symbol }),
    ...(interval === undefined || interval === null ? {} : { interval }),
    ...(options.columns === undefined ? {} : { columns: options.columns }),
    ...(options.onCorrupt === 'quarantine' ? { quarantine: new Quarantine(quarantinePath(input)) } : {}),
  }
}

function quarantinePath(input: CommandInput): string {
  const now = Math.round((performance.timeOrigin + performance.now()) * 1000)
  return `${deadLetterPath(input, now)}.corrupt`
}
