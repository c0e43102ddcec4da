/** What comes from outside is shown, and never obeyed: by a terminal, a page, a file system or a network. */
import { createServer, type Server } from 'node:http'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL, fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { genesis, start, temporaryDirectory } from '../support/genesis.js'
import { serve } from '../support/served.js'

const directory = temporaryDirectory('hostile')
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync)
const root = fileURLToPath(new URL('../..', import.meta.url))
const LONG_MS = 120_000

/** Commands to a terminal: colours, title, clipboard, a device's string, C1, overwriting, direction, invisible and lone characters. */
const COMMANDS = ['\u001b[31mRED', '\u001b]0;TITLE\u0007', '\u001b]52;c;cHduZWQ=\u0007', '\u001bPdevice\u001b\\', '\u009b31m', '\u009d0;T\u009c', 'A\rB', 'A\nB', 'A\bB', '\u202eABC', 'A\u200bB', '\udb40\udc41', '\ud800', '\u0000'] // prettier-ignore
const MARKUP = ['<img src=x onerror="window.pwned=1">', '</script><script>window.pwned=1</script>', '" onmouseover="window.pwned=1', "javascript:window.pwned=1//'", '&lt;b&gt;', '__proto__', '{{7*7}}'] // prettier-ignore
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/

const NOW = Date.now() * 1000

function events(text: string, index: number): object[] {
  const head = { exchange: 'sim', symbol: text, pair: text }
  const times = { time: NOW + index, received: NOW + index }
  return [
    { type: 'status', exchange: 'sim', stream: `${text}@trade`, state: 'connected', detail: text, time: NOW + index },
    { type: 'trade', ...head, id: text, price: 97000 + index, size: 1, side: 'buy', ...times },
    { type: 'quote', ...head, bid: 97000, bidSize: 1, ask: 97001, askSize: 2, ...times },
    { type: 'book', ...head, snapshot: true, bids: [[97000, 1]], asks: [[97001, 1]], sequence: text, ...times },
    { type: 'candle', ...head, interval: '1s', start: NOW, open: 1, high: 1, low: 1, close: 1, volume: 1, closed: true, ...times }, // prettier-ignore
    { type: 'status', exchange: 'sim', stream: `${text}@trade`, state: 'gap', detail: `${text} missing`, time: NOW + index }, // prettier-ignore
  ]
}

/** What looks like another genesis and is none: it sends this to whoever follows, and then stays open. */
async function impostor(texts: readonly string[]): Promise<{ url: string; close(): Promise<void> }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'genesis.v1' })
  server.on('connection', socket => {
    const say = (message: object): void => socket.send(JSON.stringify(message))
    say({ type: 'hello', version: 1, epoch: texts.join(''), sequence: 0, oldest: 0 })
    socket.on('message', () => {
      say({ type: 'subscribed', topics: ['*'], policy: 'lossless', resumed: false, sequence: 0 })
      say({ type: 'error', message: texts.join(' ') })
      say({ type: 'snapshot', sequence: 0, events: [] })
      let sequence = 0
      texts.forEach((text, index) => {
        for (const event of events(text, index)) say({ sequence: ++sequence, event })
      })
    })
  })
  await new Promise(resolve => server.once('listening', resolve))
  return {
    url: `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    close: () => new Promise(resolve => {
      for (const client of server.clients) client.terminate()
      server.close(() => resolve())
    }),
  } // prettier-ignore
}

const token = join(directory, 'token')
writeFileSync(token, 'x'.repeat(43), { mode: 0o600 })

describe('a terminal', () => {
  it(
    'gets no command from a symbol, an id, a reason or a note, be it a terminal or a pipe',
    async () => {
      const other = await impostor(COMMANDS)
      for (const command of ['stream', 'paper']) {
        const args = [command, '--from', other.url, '--from-token', token, '--duration', '2s', ...(command === 'paper' ? ['--strategy', 'sma', '--session', join(directory, 'session')] : [])] // prettier-ignore
        const { code, stdout, stderr, summary } = await genesis(args, { timeoutMs: LONG_MS })
        expect([code, summary['events'].trade, summary['events'].status]).toEqual([0, COMMANDS.length, COMMANDS.length * 2]) // prettier-ignore
        expect(OBEYED.exec(stdout)).toBeNull()
        expect(OBEYED.exec(stderr)).toBeNull()
        expect(() =>
          stdout
            .split('\n')
            .filter(line => line !== '')
            .map(line => JSON.parse(line) as object),
        ).not.toThrow()
      }
      const session = join(directory, 'session')
      const files = [join(session, 'tape.jsonl'), join(session, 'session.json'), join(session, 'result.json')]
      for (const path of files) expect(OBEYED.exec(readFileSync(path, 'utf8')), path).toBeNull()
      for (const look of ['verify', 'gaps']) {
        const { stdout, stderr } = await genesis([look, join(session, 'tape.jsonl')], { timeoutMs: LONG_MS })
        expect([OBEYED.exec(stdout), OBEYED.exec(stderr)]).toEqual([null, null])
      }
      await other.close()
    },
    LONG_MS,
  )

  it(
    'draws the table of such symbols with its own commands alone',
    async () => {
      const other = await impostor(COMMANDS)
      // `script` gives the run a terminal of its own; what it writes there is the file.
      const typescript = join(directory, 'typescript')
      const bin = join(root, 'bin', 'genesis.js')
      const line = `'${process.execPath}' '${bin}' stream --from ${other.url} --from-token '${token}' --duration 3s`
      const { execFile } = await import('node:child_process')
      await new Promise<void>((resolve, reject) => {
        const child = execFile('script', ['-qefc', line, typescript], { timeout: LONG_MS, env: { ...process.env, TERM: 'xterm', XDG_STATE_HOME: directory } }, error => (error === null ? resolve() : reject(new Error(error.message)))) // prettier-ignore
        child.stdin?.end()
      })
      const drawn = readFileSync(typescript, 'utf8').split('\n').slice(1).join('\n')
      expect(drawn).toContain('genesis stream')
      // Its own: cursor, erasing, colours, the other screen.
      const rest = drawn.replace(/\u001b\[[?\d;]*[a-zA-Z]/g, '').replace(/\r?\n|\r$/gm, '').replace(/\r/g, '') // prettier-ignore
      expect(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/.exec(rest)).toBeNull()
      expect(drawn).not.toContain('\u001b[31mRED')
      expect(drawn).not.toMatch(/\u001b\]|\u001bP/)
      await other.close()
    },
    LONG_MS,
  )
})

if (CHROMIUM !== undefined) {
  describe('the page', () => {
    it(
      'shows hostile symbols and names of strategies as text',
      async () => {
        const other = await impostor([...MARKUP, ...COMMANDS])
        const strategy = join(directory, '<img src=x onerror=window.pwned=1>.mjs')
        const library = pathToFileURL(join(root, 'dist', 'index.js')).href
        writeFileSync(
          strategy,
          `import { defineStrategy, z } from '${library}'\nexport default defineStrategy({ name: 'hostile', description: '<img src=x onerror=window.pwned=1>', params: z.object({}), create: () => ({ onTrade: () => undefined }) })\n`,
        )
        const plain = await serve(['serve', '--from', other.url, '--from-token', token], { cwd: directory })
        const trading = await serve(['paper', 'btcusdt@trade', '--exchange', 'sim', '--strategy', strategy, '--serve'], { cwd: directory }) // prettier-ignore
        const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
        const refused: string[] = []
        for (const served of [plain, trading]) {
          const page = await browser.newPage()
          page.on('pageerror', error => refused.push(error.message))
          page.on('request', request => {
            if (!request.url().startsWith(served.url) && !/^(?:data|blob):/.test(request.url())) refused.push(request.url()) // prettier-ignore
          })
          await page.goto(`${served.url}/#token=${served.token}`)
          await page.waitForSelector('#link[data-state=live]')
          if (served === plain) {
            await page.waitForFunction(() => document.querySelectorAll('#streams tbody tr').length >= 7)
            const shown = await page.textContent('body')
            expect(shown).toContain('<img src=x onerror="window.pwned=1">')
            const options = await page.locator('#symbol option').allTextContents()
            expect(options.some(text => text.includes('</script><script>'))).toBe(true)
            for (let index = 0; index < options.length; index++) await page.selectOption('#symbol', { index })
          } else await page.waitForSelector('#strategies tbody td')
          const own = (await (await fetch(served.url)).text()).match(/<script/g)?.length
          const there = await page.evaluate(() => [document.querySelectorAll('img').length, document.scripts.length])
          expect(there).toEqual([0, own])
          expect(await page.evaluate(() => document.querySelectorAll('[onerror], [onmouseover]').length)).toBe(0)
          expect(await page.evaluate(() => (window as unknown as { pwned?: number }).pwned)).toBeUndefined()
          await page.close()
        }
        expect(refused).toEqual([])
        await browser.close()
        await Promise.all([plain.stop(), trading.stop()])
        await other.close()
      },
      LONG_MS,
    )
  })
}

describe('code', () => {
  it(
    'is run from the file that was named, and the run says which',
    async () => {
      const bait = join(directory, 'bait')
      const run = join(bait, 'deep', 'deeper')
      mkdirSync(run, { recursive: true })
      const code = `require('node:fs').writeFileSync(${JSON.stringify(join(directory, 'ran'))}, 'ran')`
      for (const place of [bait, run]) {
        for (const name of ['genesis.config.js', 'genesis.config.cjs', '.genesisrc.js', 'sma.js', 'index.js']) writeFileSync(join(place, name), code) // prettier-ignore
        for (const name of ['genesis.json', '.genesisrc', '.genesisrc.json', 'genesis.config.json']) {
          writeFileSync(join(place, name), JSON.stringify({ strategy: './index.js', url: 'ws://127.0.0.1:9' }))
        }
        writeFileSync(join(place, 'package.json'), JSON.stringify({ genesis: { strategy: './index.js' }, main: 'index.js' })) // prettier-ignore
      }
      const args = ['paper', 'btcusdt@trade', '--exchange', 'sim', '--strategy', 'sma', '--limit', '5', '--json']
      const built = await genesis(args, { cwd: run, timeoutMs: LONG_MS })
      expect([built.code, existsSync(join(directory, 'ran'))]).toEqual([0, false])
      expect(built.stderr).not.toContain('sha256')
      const missing = await genesis(['paper', '--strategy', './none.ts', '--exchange', 'sim', '--json'], { cwd: run })
      expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('does not exist')])

      const mine = join(run, 'mine.mjs')
      writeFileSync(mine, `import { defineStrategy, z } from '${pathToFileURL(join(root, 'dist', 'index.js')).href}'\nexport default defineStrategy({ name: 'mine', description: 's', params: z.object({}), create: () => ({}) })\n`) // prettier-ignore
      const own = await genesis(args.map(text => (text === 'sma' ? './mine.mjs' : text)), { cwd: run, timeoutMs: LONG_MS }) // prettier-ignore
      expect(own.code).toBe(0)
      expect(own.stderr).toMatch(/strategy \S+mine\.mjs runs with your rights · sha256 [0-9a-f]{64}/)
    },
    LONG_MS,
  )

  it(
    'works where prototypes cannot be reached by name',
    async () => {
      const NODE_OPTIONS = '--disable-proto=throw'
      const { code, stderr } = await genesis(
      ['paper', 'btcusdt@trade', '--exchange', 'sim', '--strategy', 'sma', '--limit', '20', '--json', '--session', join(directory, 'no-proto')],
      { env: { NODE_OPTIONS }, timeoutMs: LONG_MS },
    ) // prettier-ignore
      expect([code, stderr]).toEqual([0, expect.not.stringContaining('__proto__')])
    },
    LONG_MS,
  )
})

describe('the network', () => {
  let forbidden: Server
  let asked = 0
  let address = ''
  beforeAll(async () => {
    forbidden = createServer((_, response) => {
      asked++
      response.end('{}')
    }).on('upgrade', (_, socket) => {
      asked++
      socket.destroy()
    })
    await new Promise<void>(resolve => forbidden.listen(0, '127.0.0.1', resolve))
    address = `127.0.0.1:${String((forbidden.address() as AddressInfo).port)}`
  })
  afterAll(() => forbidden.close())

  it.each(['http://127.0.0.1:9', 'file:///etc/passwd', 'javascript:1', 'data:,x', '//127.0.0.1', 'unix:/tmp/x'])('is reached over WebSockets alone: --url %s is no address', async url => {
    const { code, stderr } = await genesis(['stream', 'btcusdt@trade', '--url', url, '--json'])
    expect([code, stderr]).toEqual([2, expect.stringContaining('not a WebSocket address')])
  }) // prettier-ignore

  it(
    'is not entered where a server points elsewhere, or where the variables of other programs do',
    async () => {
      const pointing = createServer((_, response) => {
        response.writeHead(302, { location: `http://${address}/api/v3/depth` })
        response.end()
      }).on('upgrade', (_, socket) => {
        socket.end(`HTTP/1.1 302 Found\r\nLocation: ws://${address}/\r\nContent-Length: 0\r\n\r\n`)
      })
      await new Promise<void>(resolve => pointing.listen(0, '127.0.0.1', resolve))
      const url = `ws://127.0.0.1:${String((pointing.address() as AddressInfo).port)}`
      const env = { WSS_URL_BINANCE: `ws://${address}`, WS_URL: `ws://${address}`, BINANCE_URL: `ws://${address}` }
      const run = start(['stream', 'btcusdt@trade', 'btcusdt@book', '--url', url, '--json'], {
        env,
        timeoutMs: LONG_MS,
      })
      const { code, stderr } = await run.finished
      pointing.close()
      expect([code, stderr]).toEqual([4, expect.stringMatching(/302|redirect/i)])
      expect(asked).toBe(0)
    },
    LONG_MS,
  )

  it(
    "'s options that nobody typed are told by the doctor, without what they say",
    async () => {
      const env = { GENESIS_URL: `ws://user:secret@${address}`, GENESIS_EXCHANGE: 'binance' }
      const { stdout } = await genesis(['doctor', '--json'], { env, timeoutMs: LONG_MS })
      expect(stdout).toMatch(/"name":"environment".*"sets GENESIS_EXCHANGE, GENESIS_URL"/)
      expect(stdout).not.toContain('secret')
    },
    LONG_MS,
  )
})
