/** Every option of every command, declared once: flags, help and the README's table come from here. */
import { UsageError } from '../model/errors.js'
import { parseDuration, parseIsoMicros, type Micros } from '../model/time.js'
import { parseInterval } from '../market/interval.js'
import { parseDisturbance, type DisturbancePlan } from '../session/proof/disturbance.js'
import { parseRotation } from './rotation.js'
import type { RotationOptions } from '../journal/rotation.js'

/** All options as commands receive them: parsed, and absent where not given. */
export interface Options {
  json?: boolean
  quiet?: boolean
  color?: boolean
  config?: string
  exchange?: string
  url?: readonly string[]
  proxy?: string
  duration?: Micros
  limit?: number
  deadLetters?: string
  output?: string
  rotate?: RotationOptions
  sync?: 'none' | '1s' | 'each'
  speed?: number
  from?: Micros
  to?: Micros
  stream?: readonly string[]
  strategy?: readonly string[]
  param?: readonly string[]
  fromFile?: readonly string[]
  capital?: string
  fees?: string
  latency?: Micros | 'recorded'
  model?: 'pessimistic' | 'realistic' | 'optimistic'
  seed?: number
  intensity?: number
  trial?: number
  without?: string
  watch?: boolean
  report?: string
  conventions?: 'all'
  session?: string
  resume?: string
  port?: number
  source?: string
  fromToken?: string
  publish?: string
  serve?: boolean
  host?: string
  tokenFile?: string
  allowHost?: readonly string[]
  recordings?: string
  as?: string
  rate?: number
  fault?: string
  symbols?: string
  lines?: number
  workers?: number
  backfill?: boolean
  onCorrupt?: 'stop' | 'skip' | 'quarantine'
  digest?: boolean
  loop?: boolean
  chaos?: DisturbancePlan
  candles?: string
  columns?: readonly string[]
  interval?: string
  at?: Micros
  depth?: number
  minCoverage?: number
  index?: boolean
  format?: 'csv' | 'tardis' | 'jsonl' | 'parquet'
  bracket?: boolean
  account?: 'cash' | 'margin'
  leverage?: string
  borrowRate?: string
  rules?: string
  sizing?: string
  maxPosition?: string
  maxOrderValue?: string
  maxOrderRate?: number
  maxOpenOrders?: number
  priceBand?: number
  maxDailyLoss?: string
  maxDrawdown?: number
  onDrawdown?: 'entries' | 'all' | 'flatten'
  watchdog?: Micros
  method?: 'grid' | 'random'
  samples?: number
  objective?: string
  walkForward?: number
  top?: number
  threads?: number
  cuts?: number
}

export interface OptionSpec {
  readonly key: keyof Options
  readonly flags: string
  readonly help: string
  /** Text to value; absent for switches. @throws UsageError */
  readonly parse?: (text: string, previous: unknown) => unknown
}

const positiveInteger =
  (flag: string) =>
  (text: string): number => {
    if (!/^[1-9]\d{0,14}$/.test(text)) throw bad(flag, text, 'a whole number above zero')
    return Number(text)
  }

const naturalNumber =
  (flag: string) =>
  (text: string): number => {
    if (!/^\d{1,15}$/.test(text)) throw bad(flag, text, 'a whole number')
    return Number(text)
  }

const duration =
  (flag: string) =>
  (text: string): Micros => {
    const micros = parseDuration(text)
    if (micros === undefined) throw bad(flag, text, 'a duration such as 250ms, 30s, 5m or 1h')
    return micros
  }

const latency = (text: string): Micros | 'recorded' => {
  const micros = text === 'recorded' ? text : parseDuration(text)
  if (micros === undefined) throw bad('--latency', text, 'a duration such as 250ms or 1s, or recorded')
  return micros
}

const instant =
  (flag: string) =>
  (text: string): Micros => {
    const micros = /^\d{16}$/.test(text) ? Number(text) : parseIsoMicros(text)
    if (micros === undefined) throw bad(flag, text, 'a time such as 2024-08-08T23:54:13Z, or microseconds since 1970')
    return micros
  }

const choice =
  (flag: string, values: readonly string[]) =>
  (text: string): string => {
    if (!values.includes(text)) throw bad(flag, text, `one of ${values.join(', ')}`)
    return text
  }

const decimal =
  (flag: string) =>
  (text: string): string => {
    if (!/^\d{1,20}(?:\.\d{1,18})?$/.test(text) || Number(text) <= 0)
      throw bad(flag, text, 'a decimal number above zero')
    return text
  }

const interval =
  (flag: string) =>
  (text: string): string => {
    if (parseInterval(text) === undefined) throw bad(flag, text, 'an interval such as 1s, 5m, 4h, 1d or 1M')
    return text
  }

/** From 0 to 1. */
const share =
  (flag: string) =>
  (text: string): number => {
    const [, digits, percent] = /^(\d{1,3}(?:\.\d{1,9})?)(%?)$/.exec(text) ?? []
    const value = Number(digits) / (percent === '%' ? 100 : 1)
    if (!(value <= 1)) throw bad(flag, text, 'a share such as 99.9% or 0.999')
    return value
  }

const percent =
  (flag: string, most: number) =>
  (text: string): number => {
    const value = /^\d{1,4}(?:\.\d{1,6})?%?$/.test(text) ? Number.parseFloat(text) : 0
    if (value <= 0 || value > most) throw bad(flag, text, `a percentage above zero, at most ${String(most)}`)
    return value
  }

const repeated = (text: string, previous: unknown): readonly string[] => [
  ...(Array.isArray(previous) ? (previous as string[]) : []),
  text,
]

function speed(text: string): number {
  if (text === 'max') return Infinity
  if (!/^\d{1,9}(?:\.\d{1,3})?$/.test(text) || Number(text) <= 0)
    throw bad('--speed', text, 'a factor above zero, or max')
  return Number(text)
}

function bad(flag: string, text: string, expected: string): UsageError {
  return new UsageError('option', `${flag} ${JSON.stringify(text)}: expected ${expected}`)
}

/** Threads beyond the processors only wait for each other. */
const MOST_WORKERS = 64

const spec = (key: keyof Options, flags: string, help: string, parse?: OptionSpec['parse']): OptionSpec =>
  parse === undefined ? { key, flags, help } : { key, flags, help, parse }

export const OPTIONS = {
  json: spec('json', '--json', 'print events as JSON lines on stdout and nothing else there'),
  quiet: spec('quiet', '-q, --quiet', 'no progress and no notes on stderr; errors and the summary of --json remain'),
  color: spec('color', '--no-color', 'no colours (the NO_COLOR variable does the same)'),
  config: spec('config', '--config <file>', 'read options from a JSON file; flags win over it', text => text),
  exchange: spec('exchange', '--exchange <name>', 'exchange of streams that name none; sim is the embedded one', text => text),
  url: spec('url', '--url <url>', 'WebSocket address to use instead of the exchange\'s own; repeat for failover', repeated),
  proxy: spec('proxy', '--proxy <url>', 'HTTP proxy for all connections (HTTPS_PROXY does the same)', text => text),
  duration: spec('duration', '--duration <time>', 'stop after this long, such as 30s or 5m', duration('--duration')),
  limit: spec('limit', '--limit <n>', 'stop after n market events', positiveInteger('--limit')),
  deadLetters: spec('deadLetters', '--dead-letters <file>', 'keep frames that cannot be decoded in this file', text => text),
  output: spec('output', '-o, --output <path>', 'file or directory to write; .gz and .zst compress', text => text),
  rotate: spec('rotate', '--rotate <limit>', 'start a new file at a time, a size or both, such as 1h, 100MB or 1h,100MB', parseRotation),
  sync: spec('sync', '--sync <when>', 'force data to disk: none, 1s or each', choice('--sync', ['none', '1s', 'each'])),
  speed: spec('speed', '--speed <factor>', 'replay speed: 1, 10, … or max', speed),
  from: spec('from', '--from <time>', 'skip what was received before this time', instant('--from')),
  to: spec('to', '--to <time>', 'stop at this time', instant('--to')),
  stream: spec('stream', '--stream <stream>', 'only this stream of the file; repeat for more', repeated),
  strategy: spec('strategy', '--strategy <name|file>', 'strategy by name or file; see genesis strategies', repeated),
  param: spec('param', '--param <name=value>', 'strategy parameter, such as fast=20, or sma-2.fast=20 for one of several; repeat for more', repeated),
  fromFile: spec('fromFile', '--from-file <file>', 'trade a recording instead of the live market; repeat for more', repeated),
  capital: spec('capital', '--capital <amount>', 'starting balance in the quote asset (default 10000)', decimal('--capital')),
  fees: spec('fees', '--fees <maker,taker>', 'fees as fractions, such as 0.0002,0.0005 or 0.00075,0.00075,BNB (default 0.001,0.001)', fees),
  latency: spec('latency', '--latency <time|recorded>', 'time from decision to exchange (default 50ms); recorded draws it from the delays that the run measures', latency),
  model: spec('model', '--model <name>', 'fill model: pessimistic (default), realistic or optimistic',
    choice('--model', ['pessimistic', 'realistic', 'optimistic'])),
  seed: spec('seed', '--seed <n>', 'seed of everything random (default 1)', naturalNumber('--seed')),
  intensity: spec('intensity', '--intensity <n>', 'from 1 to 1000: ten messages a second for each (default 1000)', choiceNumber('--intensity', 1000)),
  trial: spec('trial', '--trial <n>', 'only this one of the four trials', choiceNumber('--trial', 4)),
  without: spec('without', '--without <mechanism>', 'switch one mechanism off and run what it promises', text => text),
  watch: spec('watch', '--watch', 'keep watching until the run ends'),
  report: spec('report', '--report <file>', 'write an HTML report of the run', text => text),
  conventions: spec('conventions', '--conventions <which>', 'all: the metrics as backtesting.py, empyrical, freqtrade and LEAN would tell them',
    choice('--conventions', ['all'])),
  session: spec('session', '--session <dir>', 'where to keep the run (default: sessions/<time>)', text => text),
  resume: spec('resume', '--resume <session>', 'continue an interrupted session where its tape ends', text => text),
  port: spec('port', '--port <n>', 'TCP port on 127.0.0.1 (default: any free one)', naturalNumber('--port')),
  source: spec('source', '--from <url>', 'events of another genesis (ws://host:port) or of a NATS stream (nats://host:port) instead of an exchange', sourceUrl),
  fromToken: spec('fromToken', '--from-token <file>', 'file with the token of the genesis that --from names', text => text),
  publish: spec('publish', '--publish <url>', 'put every event on a NATS stream, such as nats://127.0.0.1:4222', natsUrl),
  serve: spec('serve', '--serve', 'serve the run to other programs and a browser, as genesis serve does (port 8710 unless --port)'),
  host: spec('host', '--host <address>', 'address to serve on (default 127.0.0.1); others need --token-file', text => text),
  tokenFile: spec('tokenFile', '--token-file <file>', 'file with the token that clients must send, mode 0600 (made where there is none)', text => text),
  allowHost: spec('allowHost', '--allow-host <name>', 'further name under which clients may reach the server; repeat for more', repeated),
  recordings: spec('recordings', '--recordings <dir>', 'where recordings go that clients start (default: recordings)', text => text),
  as: spec('as', '--as <exchange>', 'speak this exchange\'s dialect (default binance)', text => text),
  rate: spec('rate', '--rate <n>', 'trades per second and symbol of the simulated market (default 20)', positiveInteger('--rate')),
  fault: spec('fault', '--fault <list>', 'inject faults, such as cut@1500,stall@3000,garbage=1%,dup=1%,drop=0.1%', text => text),
  symbols: spec('symbols', '--symbols <list>', 'symbols of the simulated market, such as BTCUSDT,ETHUSDT', text => text),
  lines: spec('lines', '--lines <n>', 'redundant connections per stream; the first copy wins (1 or 2)', choiceNumber('--lines', 2)),
  workers: spec('workers', '--workers <n>', 'decode in so many threads, which live keep the connections as well (default 0: in the run\'s own)', workers),
  backfill: spec('backfill', '--backfill', 'fetch trades that the ids prove missing by REST, where the exchange offers it'),
  onCorrupt: spec('onCorrupt', '--on-corrupt <what>', 'corrupt lines: stop, skip or quarantine',
    choice('--on-corrupt', ['stop', 'skip', 'quarantine'])),
  digest: spec('digest', '--digest', 'put one SHA-256 over all market events into the summary'),
  loop: spec('loop', '--loop', 'begin again at the end, until it is stopped'),
  chaos: spec('chaos', '--chaos <faults>', 'work faults into the replay, such as drop=0.1%,dup=1%,reorder=1%,stall=30s,skew=+250ms',
    parseDisturbance),
  candles: spec('candles', '--candles <interval>', 'build candles from the trades, such as 1m', interval('--candles')),
  columns: spec('columns', '--columns <names>', 'columns of a table without a header, such as time,open,high,low,close,volume',
    text => text.split(',').map(name => name.trim())),
  interval: spec('interval', '--interval <interval>', 'length of the candles of a file that does not say it, such as 1m',
    interval('--interval')),
  at: spec('at', '--at <time>', 'the moment to look at', instant('--at')),
  depth: spec('depth', '--depth <n>', 'levels on each side (default: all)', positiveInteger('--depth')),
  index: spec('index', '--index', 'write the index of a recording that has none, so that --from and --at need not read up to their time'),
  minCoverage: spec('minCoverage', '--min-coverage <share>', 'fail where less than this share of a stream is there, such as 99.9%',
    share('--min-coverage')),
  format: spec('format', '--format <name>', 'csv, tardis, jsonl or parquet (default: by the name of the output)',
    choice('--format', ['csv', 'tardis', 'jsonl', 'parquet'])),
  bracket: spec('bracket', '--bracket', 'run every strategy under the three fill models at once and print the interval of the result'),
  account: spec('account', '--account <kind>', 'cash sells only what it holds; margin may borrow and go short (default cash)',
    choice('--account', ['cash', 'margin'])),
  leverage: spec('leverage', '--leverage <n>', 'largest exposure per unit of equity, margin and derivatives (default 1)', decimal('--leverage')),
  borrowRate: spec('borrowRate', '--borrow-rate <percent>', 'interest on what a margin account owes, percent a day, begun hours whole: 0.02, or USDT=0.02,BTC=0.01 (default none)', borrowRate),
  rules: spec('rules', '--rules <file>', 'JSON: "exchange:symbol" → tickSize, stepSize, minSize, minNotional, maker, taker', text => text),
  sizing: spec('sizing', '--sizing <rule>', 'size of signals without one: percent=95 of equity (default), fixed=0.01 units, volatility=1 percent a day', text => text),
  maxPosition: spec('maxPosition', '--max-position <size>', 'refuse orders beyond this position, base units or contracts', decimal('--max-position')),
  maxOrderValue: spec('maxOrderValue', '--max-order-value <amount>', 'refuse orders worth more than this, quote units', decimal('--max-order-value')),
  maxOrderRate: spec('maxOrderRate', '--max-order-rate <n>', 'orders in any one second (default 50)', positiveInteger('--max-order-rate')),
  maxOpenOrders: spec('maxOpenOrders', '--max-open-orders <n>', 'orders open at once (default 200)', positiveInteger('--max-open-orders')),
  priceBand: spec('priceBand', '--price-band <percent>', 'refuse prices farther than this from the latest one, such as 5', percent('--price-band', 1000)),
  maxDailyLoss: spec('maxDailyLoss', '--max-daily-loss <amount>', 'block entries until the next day (UTC) after this loss, quote units', decimal('--max-daily-loss')),
  maxDrawdown: spec('maxDrawdown', '--max-drawdown <percent>', 'kill switch: fall of equity from its peak, such as 10; opens again only on command', percent('--max-drawdown', 100)),
  onDrawdown: spec('onDrawdown', '--on-drawdown <what>', 'what the kill switch blocks: entries (default), all, or flatten: close every position, then block all',
    choice('--on-drawdown', ['entries', 'all', 'flatten'])),
  watchdog: spec('watchdog', '--watchdog <time>', 'stop the run where a strategy of yours does not return for this long (default 30s)', duration('--watchdog')),
  method: spec('method', '--method <name>', 'try every combination (grid, the default) or draw at random', choice('--method', ['grid', 'random'])),
  samples: spec('samples', '--samples <n>', 'combinations to draw at random (default 100)', positiveInteger('--samples')),
  objective: spec('objective', '--objective <name>', 'what makes a combination better: sharpe (default), return, calmar, …', text => text),
  walkForward: spec('walkForward', '--walk-forward <folds>', 'choose in one stretch of time, judge in the next; so many times', positiveInteger('--walk-forward')),
  top: spec('top', '--top <n>', 'rows of the ranked table (default 10)', positiveInteger('--top')),
  threads: spec('threads', '--threads <n>', 'worker threads (default: one per processor)', positiveInteger('--threads')),
  cuts: spec('cuts', '--cuts <n>', 'random places at which the future is taken away (default 12)', positiveInteger('--cuts')),
} as const satisfies Readonly<Partial<Record<keyof Options, OptionSpec>>> // prettier-ignore

export type OptionName = keyof typeof OPTIONS

/** `-o, --output <path>` → `--output` */
export function longFlag(name: OptionName): string {
  const { flags }: OptionSpec = OPTIONS[name]
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags
}

/** Options of every command that trades: who trades, with what, filled how, and within which limits. */
export const TRADING_OPTIONS = [
  'strategy', 'param', 'capital', 'fees', 'latency', 'model', 'seed', 'account', 'leverage', 'borrowRate', 'rules', 'sizing',
  'maxPosition', 'maxOrderValue', 'maxOrderRate', 'maxOpenOrders', 'priceBand', 'maxDailyLoss', 'maxDrawdown', 'onDrawdown', 'watchdog',
] as const satisfies readonly OptionName[] // prettier-ignore

/** Accepted by every command, also by those for which some of them mean nothing. */
export const GLOBAL_OPTIONS = [
  'json', 'quiet', 'color', 'config', 'exchange', 'url', 'proxy', 'duration', 'limit',
] as const satisfies readonly OptionName[] // prettier-ignore

export type GlobalOption = (typeof GLOBAL_OPTIONS)[number]

function sourceUrl(text: string): string {
  if (!/^(?:wss?|nats|tls):\/\/\S+$/.test(text))
    throw bad('--from', text, 'an address such as ws://host:8710 or nats://host:4222')
  return text
}

function natsUrl(text: string): string {
  if (!/^(?:nats|tls):\/\/\S+$/.test(text)) throw bad('--publish', text, 'an address such as nats://host:4222')
  return text
}

function borrowRate(text: string): string {
  const rate = String.raw`\d{1,3}(?:\.\d{1,12})?%?`
  if (!new RegExp(`^(?:${rate}|[A-Za-z0-9]{1,20}=${rate}(?:,[A-Za-z0-9]{1,20}=${rate})*)$`).test(text))
    throw bad('--borrow-rate', text, 'percent a day, such as 0.02, or one for each asset, such as USDT=0.02,BTC=0.01')
  return text
}

function fees(text: string): string {
  if (!/^-?\d(?:\.\d{1,8})?,-?\d(?:\.\d{1,8})?(?:,[A-Za-z0-9]{1,20})?$/.test(text))
    throw bad('--fees', text, 'two fractions, such as 0.0002,0.0005, and perhaps the asset they are paid in')
  return text
}

function workers(text: string): number {
  const value = naturalNumber('--workers')(text)
  if (value > MOST_WORKERS) throw bad('--workers', text, `a number from 0 to ${String(MOST_WORKERS)}`)
  return value
}

function choiceNumber(flag: string, most: number) {
  return (text: string): number => {
    const value = positiveInteger(flag)(text)
    if (value > most) throw bad(flag, text, `a number from 1 to ${String(most)}`)
    return value
  }
}
