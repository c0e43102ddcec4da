/** Every option of every command, declared once: flags, help and the README's table come from here. */
import { UsageError } from '../model/errors.js'
import { parseDuration, parseIsoMicros, type Micros } from '../model/time.js'

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
  rotate?: string
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
  latency?: Micros
  model?: 'pessimistic' | 'realistic' | 'optimistic'
  seed?: number
  report?: string
  session?: string
  resume?: string
  port?: number
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
  onCorrupt?: 'stop' | 'skip' | 'quarantine'
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
  rotate: spec('rotate', '--rotate <limit>', 'start a new file at a time or size, such as 1h or 100MB', text => text),
  sync: spec('sync', '--sync <when>', 'force data to disk: none, 1s or each', choice('--sync', ['none', '1s', 'each'])),
  speed: spec('speed', '--speed <factor>', 'replay speed: 1, 10, … or max', speed),
  from: spec('from', '--from <time>', 'skip what was received before this time', instant('--from')),
  to: spec('to', '--to <time>', 'stop at this time', instant('--to')),
  stream: spec('stream', '--stream <stream>', 'only this stream of the file; repeat for more', repeated),
  strategy: spec('strategy', '--strategy <name|file>', 'strategy by name or file; see genesis strategies', repeated),
  param: spec('param', '--param <name=value>', 'strategy parameter, such as fast=20; repeat for more', repeated),
  fromFile: spec('fromFile', '--from-file <file>', 'trade a recording instead of the live market; repeat for more', repeated),
  capital: spec('capital', '--capital <amount>', 'starting balance in the quote asset (default 10000)', decimal('--capital')),
  fees: spec('fees', '--fees <maker,taker>', 'fees as fractions, such as 0.0002,0.0005 (default 0.001,0.001)', fees),
  latency: spec('latency', '--latency <time>', 'time from decision to exchange (default 50ms)', duration('--latency')),
  model: spec('model', '--model <name>', 'fill model: pessimistic, realistic or optimistic',
    choice('--model', ['pessimistic', 'realistic', 'optimistic'])),
  seed: spec('seed', '--seed <n>', 'seed of everything random (default 1)', naturalNumber('--seed')),
  report: spec('report', '--report <file>', 'write an HTML report of the run', text => text),
  session: spec('session', '--session <dir>', 'where to keep the run (default: sessions/<time>)', text => text),
  resume: spec('resume', '--resume <session>', 'continue an interrupted session where its tape ends', text => text),
  port: spec('port', '--port <n>', 'TCP port on 127.0.0.1 (default: any free one)', naturalNumber('--port')),
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
  onCorrupt: spec('onCorrupt', '--on-corrupt <what>', 'corrupt lines: stop, skip or quarantine',
    choice('--on-corrupt', ['stop', 'skip', 'quarantine'])),
} as const satisfies Readonly<Partial<Record<keyof Options, OptionSpec>>> // prettier-ignore

export type OptionName = keyof typeof OPTIONS

/** Accepted by every command. */
export const GLOBAL_OPTIONS: readonly OptionName[] = [
  'json',
  'quiet',
  'color',
  'config',
  'exchange',
  'url',
  'proxy',
  'duration',
  'limit',
  'deadLetters',
]

function fees(text: string): string {
  if (!/^-?\d(?:\.\d{1,8})?,-?\d(?:\.\d{1,8})?$/.test(text))
    throw bad('--fees', text, 'two fractions, such as 0.0002,0.0005')
  return text
}

function choiceNumber(flag: string, most: number) {
  return (text: string): number => {
    const value = positiveInteger(flag)(text)
    if (value > most) throw bad(flag, text, `a number from 1 to ${String(most)}`)
    return value
  }
}
