/** `genesis exchange`: an exchange in a box on loopback, with a seeded market or a recording. */
import { findExchange } from '../../exchanges/registry.js'
import { startEmbeddedExchange, type EmbeddedExchange } from '../../feed/embedded/embedded-exchange.js'
import { startRecordedExchange } from '../../feed/embedded/recorded-exchange.js'
import { realTimers } from '../../feed/timers.js'
import { eventLine } from '../../model/event-line.js'
import { EXIT, UsageError, type ExitCode } from '../../model/errors.js'
import { recordedMessages } from '../../session/recorded-messages.js'
import { readTapeSetup } from '../../session/tape-header.js'
import type { CommandInput } from '../command.js'
import { countText } from '../format.js'
import { interruption } from '../interruption.js'

const DEFAULT_SEED = 1

export async function run(input: CommandInput): Promise<ExitCode> {
  const { options, io } = input
  const server = await start(input)
  const exchange = options.as ?? 'binance'
  const stopped = new Promise<void>(resolve => {
    interruption(io)(resolve)
    if (options.duration !== undefined) realTimers.after(options.duration / 1000, resolve)
  })
  if (options.json === true)
    io.stdout.write(`${eventLine({ type: 'listening', url: server.url, rest: server.httpUrl, exchange })}\n`)
  else io.stdout.write(`${exchange} at ${server.url}, REST at ${server.httpUrl}; Ctrl-C stops it\n`)
  if (options.quiet !== true && options.json !== true) {
    io.stderr.write(`try: genesis stream btcusdt@trade --exchange ${exchange} --url ${server.url}\n`)
  }
  await stopped
  const stats = server.stats()
  await server.stop()
  if (options.json === true) io.stdout.write(`${eventLine({ type: 'summary', command: 'exchange', ...stats })}\n`)
  else if (options.quiet !== true)
    io.stderr.write(`sent ${countText(stats.sent)} messages to ${countText(stats.connections)} connections\n`)
  return EXIT.done
}

async function start(input: CommandInput): Promise<EmbeddedExchange> {
  const { args, options } = input
  const [file] = args
  refuseIdleOptions(input)
  const common = {
    port: options.port ?? 0,
    seed: options.seed ?? DEFAULT_SEED,
    ...(options.fault === undefined ? {} : { faults: options.fault }),
  }
  if (file !== undefined) {
    const exchange = findExchange(options.as ?? 'binance')
    const { streams, rules } = await readTapeSetup([file], exchange.name)
    return startRecordedExchange({
      ...common,
      exchange,
      streams: streams.filter(stream => stream.exchange === exchange.name),
      rules: new Map(rules.filter(rule => rule.exchange === exchange.name).map(rule => [rule.symbol, rule])),
      messages: () => recordedMessages(file, exchange.name),
      speed: options.speed ?? 1,
    })
  }
  return startEmbeddedExchange({
    ...common,
    ...(options.symbols === undefined ? {} : { symbols: options.symbols.split(',').map(symbol => symbol.trim()) }),
    ...(options.rate === undefined ? {} : { rate: options.rate }),
  })
}

/** The seeded market speaks one dialect and runs in real time; a recording brings its own symbols and its own pace. @throws UsageError */
function refuseIdleOptions({ args: [file], options }: CommandInput): void {
  const { as, speed, rate, symbols } = options
  if (file === undefined && as !== undefined && findExchange(as).name !== 'binance') {
    throw new UsageError('option', `--as ${as}: the simulated market speaks the dialect of binance`, {
      hint: `name a recording to hear it as ${as} sends it`,
    })
  }
  const idle = file === undefined ? { '--speed': speed } : { '--rate': rate, '--symbols': symbols }
  const [flag] = Object.entries(idle).find(([, value]) => value !== undefined) ?? []
  if (flag === undefined) return
  const what =
    file === undefined ? 'the simulated market has no other speed than its own' : 'a recording brings its own'
  throw new UsageError('option', `${flag} means nothing here: ${what}`, { hint: 'see genesis exchange --help' })
}
