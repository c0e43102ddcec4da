/** The command line that does a run again: every option that decides its result, written out. */
import { longFlag, TRADING_OPTIONS, type OptionName, type Options } from './options.js'

/** Options of a backtest beside the trading ones that decide what is traded on. */
const TAPE_OPTIONS: readonly OptionName[] = ['exchange', 'stream', 'from', 'to', 'onCorrupt']
/** Options that hold microseconds and are written as spans of time. */
const SPANS: ReadonlySet<OptionName> = new Set<OptionName>(['latency', 'watchdog'])

/** `genesis backtest …` with these files, these options and these parameters (`name=value`). */
export function backtestLine(files: readonly string[], options: Options, parameters: readonly string[]): string {
  const words = ['genesis', 'backtest', ...files]
  for (const name of [...TRADING_OPTIONS, ...TAPE_OPTIONS]) {
    const values = name === 'param' ? parameters : valuesOf(name, options)
    for (const value of values) words.push(longFlag(name), value)
  }
  return words.map(quoted).join(' ')
}

function valuesOf(name: OptionName, options: Options): string[] {
  const value = options[name]
  if (value === undefined) return []
  if (SPANS.has(name) && typeof value === 'number') return [`${String(value / 1000)}ms`]
  if (Array.isArray(value)) return value.map(part => String(part))
  return typeof value === 'object' ? [] : [String(value)]
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
