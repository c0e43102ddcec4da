/** `genesis doctor`: what on this machine could keep genesis from working, and what to do about it. */
import { lookup } from 'node:dns/promises'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync, fsyncSync, openSync, closeSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findExchange } from '../../exchanges/registry.js'
import { eventLine } from '../../model/event-line.js'
import { EXIT, messageOf, type ExitCode } from '../../model/errors.js'
import type { CommandInput } from '../command.js'
import { optionVariables } from '../config.js'
import { createPalette } from '../palette.js'
import { printsLines } from '../presentation.js'
import { safe } from '../safe.js'

interface Check {
  readonly name: string
  readonly state: 'ok' | 'warning' | 'failed'
  readonly detail: string
  readonly hint: string | null
}

const MARKS = { ok: '✓', warning: '!', failed: '✗' } as const
const CONNECT_MS = 5_000

/** Exit code 0 where nothing failed, 1 where something did. */
export async function run(input: CommandInput): Promise<ExitCode> {
  const { io, options } = input
  const checks = [
    checkNode(),
    checkTerminal(input),
    checkWorkingDirectory(io.cwd),
    checkDisk(),
    checkEnvironment(input),
    checkProxy(input),
  ]
  checks.push(...(await checkExchange(options.exchange ?? 'binance', options.url ?? [])))
  const palette = createPalette(io, io.stdout, { noColor: options.color === false })
  for (const check of checks) {
    if (printsLines(input)) io.stdout.write(`${eventLine({ type: 'check', ...check })}\n`)
    else {
      const colour = check.state === 'ok' ? palette.green : check.state === 'warning' ? palette.yellow : palette.red
      io.stdout.write(`${colour(MARKS[check.state])} ${check.name}: ${safe(check.detail)}\n`)
      if (check.hint !== null) io.stdout.write(`    ${safe(check.hint)}\n`)
    }
  }
  return checks.some(check => check.state === 'failed') ? EXIT.failed : EXIT.done
}

function checkNode(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isSupported = major > 20 || (major === 20 && minor >= 19)
  return {
    name: 'node',
    state: isSupported ? 'ok' : 'failed',
    detail: `Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    hint: isSupported ? null : 'install Node 20.19 or later',
  }
}

function checkTerminal({ io }: CommandInput): Check {
  const { columns = 0, rows = 0, isTTY } = io.stdout
  if (isTTY !== true)
    return { name: 'terminal', state: 'ok', detail: 'stdout is no terminal: JSON lines instead of tables', hint: null }
  const isRoomy = columns >= 60 && rows >= 10
  return {
    name: 'terminal',
    state: isRoomy ? 'ok' : 'warning',
    detail: `${columns} × ${rows}, TERM=${io.env['TERM'] ?? ''}`,
    hint: isRoomy ? null : 'tables leave columns out below 60 columns',
  }
}

function checkWorkingDirectory(directory: string): Check {
  try {
    accessSync(directory, constants.W_OK)
    return { name: 'directory', state: 'ok', detail: `${directory} can be written`, hint: null }
  } catch (error) {
    return {
      name: 'directory',
      state: 'warning',
      detail: messageOf(error),
      hint: 'record with -o to a directory you may write',
    }
  }
}

function checkDisk(): Check {
  const directory = mkdtempSync(join(tmpdir(), 'genesis-doctor-'))
  try {
    const path = join(directory, 'probe')
    const begun = performance.now()
    writeFileSync(path, Buffer.alloc(4096))
    const file = openSync(path, 'r+')
    fsyncSync(file)
    closeSync(file)
    const took = performance.now() - begun
    return {
      name: 'disk',
      state: took < 100 ? 'ok' : 'warning',
      detail: `4 kB written and synced in ${took.toFixed(1)} ms`,
      hint: took < 100 ? null : 'record with --sync none or --sync 1s',
    }
  } catch (error) {
    return { name: 'disk', state: 'failed', detail: messageOf(error), hint: 'free some space' }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Options that nobody typed; what they say may be secret, so only their names are told. */
function checkEnvironment({ io }: CommandInput): Check {
  const set = optionVariables(io.env)
  return { name: 'environment', state: 'ok', detail: set.length === 0 ? 'sets no option' : `sets ${set.join(', ')}`, hint: null } // prettier-ignore
}

function checkProxy({ io, options }: CommandInput): Check {
  const proxy = options.proxy ?? io.env['HTTPS_PROXY'] ?? io.env['https_proxy']
  const detail = proxy === undefined || proxy === '' ? 'none' : `connections go through ${withoutSecret(proxy)}`
  return { name: 'proxy', state: 'ok', detail, hint: null }
}

function withoutSecret(address: string): string {
  if (!URL.canParse(address)) return 'an address that is none'
  const url = new URL(address)
  return `${url.protocol}//${url.host}`
}

/** Name and TCP of the first endpoint; nothing is sent. */
async function checkExchange(name: string, urls: readonly string[]): Promise<Check[]> {
  const exchange = findExchange(name)
  const [address] = urls.length > 0 ? urls : exchange.endpoints
  if (address === undefined) return []
  const { hostname, port, protocol } = new URL(address)
  const hint = 'offline? genesis works with --exchange sim; behind a proxy, use --proxy'
  try {
    const { address: ip } = await lookup(hostname)
    const took = await connect(ip, Number(port) || (protocol === 'wss:' ? 443 : 80))
    return [
      { name: exchange.name, state: 'ok', detail: `${hostname} (${ip}) answers in ${took.toFixed(0)} ms`, hint: null },
    ]
  } catch (error) {
    return [{ name: exchange.name, state: 'warning', detail: `${hostname}: ${messageOf(error)}`, hint }]
  }
}

function connect(host: string, port: number): Promise<number> {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, timeout: CONNECT_MS })
    socket.once('connect', () => {
      socket.destroy()
      resolve(performance.now() - begun)
    })
    socket.once('timeout', () => socket.destroy(new Error('no answer in 5 s')))
    socket.once('error', reject)
  })
}
