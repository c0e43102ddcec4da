/** Commands to the run. Each becomes a frame or a file of it; none acts on anything outside. */
import { join } from 'node:path'
import { mkdirSync } from 'node:fs'
import { HALT_TOPIC, RESUME_TOPIC, type Blocks } from '../session/trading-command.js'
import * as schemas from './schemas.js'
import { route, type Route } from './route.js'
import { recordingRow } from './state-routes.js'
import { HttpProblem, type Desk } from './view.js'

export const COMMAND_ROUTES: readonly Route[] = [
  route({
    method: 'post', path: '/api/streams', tag: 'commands', summary: 'subscribe to a stream',
    body: schemas.streamCommand,
    result: schemas.streamResult,
    answer: async ({ body }, { parts: { control }, exchange }) => {
      const { stream, isNew } = await control.subscribe(body.stream, exchange)
      return { stream: `${stream.exchange}:${stream.name}`, changed: isNew }
    },
  }),
  route({
    method: 'delete', path: '/api/streams', tag: 'commands', summary: 'unsubscribe from a stream',
    query: schemas.streamCommand.shape,
    result: schemas.streamResult,
    answer: ({ query }, { parts: { control }, exchange }) => {
      const stream = control.unsubscribe(query.stream, exchange)
      if (stream === undefined) throw new HttpProblem(404, 'no_stream', `the run does not carry ${query.stream}`)
      return { stream: `${stream.exchange}:${stream.name}`, changed: true }
    },
  }),
  route({
    method: 'post', path: '/api/recordings', tag: 'commands', summary: 'start a recording; every connection is replaced without a break, so that it begins whole',
    body: schemas.recordingCommand,
    result: schemas.recording,
    answer: async ({ body }, { parts: { control }, recordings }) => {
      mkdirSync(recordings, { recursive: true })
      return recordingRow(await control.recordings.start(join(recordings, body.name)))
    },
  }),
  route({
    method: 'delete', path: '/api/recordings/{id}', tag: 'commands', summary: 'stop a recording',
    result: schemas.recording,
    answer: async ({ params }, { parts: { control } }) => {
      const id = params.get('id') ?? ''
      if (!control.recordings.reports().some(report => report.id === id)) throw new HttpProblem(404, 'no_recording', `no recording ${id} is open`)
      return recordingRow(await control.recordings.stop(id))
    },
  }),
  route({
    method: 'post', path: '/api/strategies/{strategy}/pause', tag: 'commands', summary: 'stop the orders of one strategy; open ones are cancelled',
    body: schemas.pauseCommand,
    result: schemas.tradingResult,
    answer: ({ params, body }, desk) => halt(desk, params.get('strategy') ?? '', body.blocks, body.detail),
  }),
  route({
    method: 'post', path: '/api/strategies/{strategy}/resume', tag: 'commands', summary: 'let one strategy trade again',
    body: schemas.nothing,
    result: schemas.tradingResult,
    answer: ({ params }, desk) => resume(desk, params.get('strategy') ?? ''),
  }),
  route({
    method: 'post', path: '/api/kill', tag: 'commands', summary: 'kill switch: every strategy stops, and with flatten every position is closed at the market',
    body: schemas.killCommand,
    result: schemas.tradingResult,
    answer: ({ body }, desk) => halt(desk, null, body.blocks, body.detail),
  }),
  route({
    method: 'post', path: '/api/resume', tag: 'commands', summary: 'open the kill switch: every strategy may trade again',
    body: schemas.nothing,
    result: schemas.tradingResult,
    answer: (_, desk) => resume(desk, null),
  }),
] // prettier-ignore

function halt(desk: Desk, strategy: string | null, blocks: Blocks, detail: string) {
  const strategies = concerned(desk, strategy)
  desk.parts.control.command(HALT_TOPIC, { strategy, blocks, detail })
  return { strategies, blocks }
}

function resume(desk: Desk, strategy: string | null) {
  const strategies = concerned(desk, strategy)
  desk.parts.control.command(RESUME_TOPIC, { strategy })
  return { strategies, blocks: 'none' }
}

/** @throws HttpProblem where nobody would obey: a command that reached no one must not look like one that did. */
function concerned({ parts: { trading } }: Desk, strategy: string | null): string[] {
  const names = [...new Set((trading?.pipelines ?? []).map(pipeline => pipeline.strategy))]
  if (names.length === 0)
    throw new HttpProblem(409, 'not_trading', 'this run does not trade', 'start it with genesis paper … --serve')
  if (strategy === null) return names
  if (!names.includes(strategy)) {
    throw new HttpProblem(404, 'no_strategy', `no strategy ${strategy} in this run`, `there is: ${names.join(', ')}`)
  }
  return [strategy]
}
