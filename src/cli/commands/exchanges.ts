/** `genesis exchanges`: what can be streamed from where, and what each channel can prove about loss. */
import type { Exchange } from '../../exchanges/exchange.js'
import { EXCHANGES, findExchange } from '../../exchanges/registry.js'
import { eventLine } from '../../model/event-line.js'
import { EXIT, type ExitCode } from '../../model/errors.js'
import type { CommandInput } from '../command.js'
import { listing } from '../listing.js'
import { createPalette } from '../palette.js'

export function run({ args, options, io }: CommandInput): Promise<ExitCode> {
  const [name] = args
  const exchanges = name === undefined ? [...EXCHANGES.values()] : [findExchange(name)]
  if (options.json === true || io.stdout.isTTY !== true) {
    for (const exchange of exchanges) io.stdout.write(`${eventLine(describe(exchange))}\n`)
    return Promise.resolve(EXIT.done)
  }
  const palette = createPalette(io, io.stdout, { noColor: options.color === false })
  const text =
    name === undefined
      ? listing(['name', 'exchange', 'channels'], exchanges.map(summaryRow), palette)
      : exchanges
          .map(exchange => listing(['channel', 'on the wire', 'loss is', 'by'], channelRows(exchange), palette))
          .join('\n')
  io.stdout.write(`${text}\n`)
  return Promise.resolve(EXIT.done)
}

function describe(exchange: Exchange): object {
  return {
    type: 'exchange',
    name: exchange.name,
    title: exchange.title,
    documentation: exchange.documentation,
    endpoints: exchange.endpoints,
    channels: Object.entries(exchange.channels).map(([channel, { wire, loss, proof }]) => ({
      channel,
      wire,
      loss,
      proof,
    })),
    intervals: exchange.intervals,
  }
}

function summaryRow(exchange: Exchange): string[] {
  return [exchange.name, exchange.title, Object.keys(exchange.channels).join(' ')]
}

function channelRows(exchange: Exchange): string[][] {
  return Object.entries(exchange.channels).map(([channel, { wire, loss, proof }]) => [channel, wire, loss, proof])
}
