/** Opens the gateway for a run, safely by default: loopback, a token in a file of the user's own. */
import { join } from 'node:path'
import { findExchange } from '../exchanges/registry.js'
import { isLoopback } from '../gateway/access.js'
import { dashboardPage } from '../gateway/dashboard.js'
import { Gateway } from '../gateway/gateway.js'
import { readToken } from '../gateway/token.js'
import { UsageError } from '../model/errors.js'
import type { Attachment, RunningParts } from '../session/execute.js'
import type { CommandInput } from './command.js'
import { printsLines } from './presentation.js'
import { nowMicros } from './wall-clock.js'
import { version } from './software.js'
import { stateDirectory } from './state-files.js'

const DEFAULT_HOST = '127.0.0.1'
const DEFAULT_PORT = 8710
const LARGEST_PORT = 65_535

/** @throws UsageError where it would not be safe, or the address is taken. */
export async function serveRun(
  input: CommandInput,
  parts: RunningParts,
  note: (text: string) => void,
): Promise<Attachment> {
  const { options, io } = input
  const host = options.host ?? DEFAULT_HOST
  const port = options.port ?? DEFAULT_PORT
  if (port > LARGEST_PORT) throw new UsageError('option', `--port ${port}: expected a number up to ${LARGEST_PORT}`)
  const token = tokenFor(input, host)
  const gateway = await Gateway.start(parts, {
    host,
    port,
    token: token.text,
    names: options.allowHost ?? [],
    exchange: findExchange(options.exchange ?? 'binance').name,
    recordings: options.recordings ?? join(io.cwd, 'recordings'),
    version: version(),
    page: dashboardPage(),
    trouble: text => note(`gateway: ${text}`),
    nowMicros,
  })
  if (printsLines(input)) announce(input, gateway.url, token.path)
  return { note: noteOf(input, gateway.url, token), close: () => gateway.close() }
}

interface Token {
  readonly text: string
  readonly path: string
}

/** Other machines come in only where the user has made the token a matter of their own. */
function tokenFor({ options, io }: CommandInput, host: string): Token {
  if (!isLoopback(host) && options.tokenFile === undefined) {
    throw new UsageError('no_token', `--host ${host} lets other machines in, and no token was named`, {
      hint: 'name a file with a secret of your own: --token-file FILE (mode 0600)',
    })
  }
  const path = options.tokenFile ?? join(stateDirectory(io.env), 'token')
  return { text: readToken({ path, missing: isLoopback(host) ? 'create' : 'refuse' }), path }
}

/** For scripts: where the server is. The token itself stays in its file. */
function announce({ io }: CommandInput, url: string, tokenFile: string): void {
  io.stdout.write(`${JSON.stringify({ type: 'serving', url, tokenFile })}\n`)
}

/** A person at a terminal gets an address that opens by a click; what may end in a log does not hold the secret. */
function noteOf({ io, options }: CommandInput, url: string, token: Token): string {
  const isWatched = io.stderr.isTTY === true && options.json !== true
  const page = isWatched ? `${url}/#token=${token.text}` : url
  const open = isLoopback(options.host ?? DEFAULT_HOST) ? '' : ' · not encrypted: put a TLS proxy before it'
  return `serving on ${page} · token in ${token.path}${open}`
}
