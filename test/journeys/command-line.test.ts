import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.js'
import { genesis, temporaryDirectory } from '../support/genesis.js'

const directory = temporaryDirectory('cli')
const file = (name: string, text: string): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

describe('help and version', () => {
  it('prints the version of the package', async () => {
    const { code, stdout } = await genesis(['--version'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('shows first steps that need no network', async () => {
    const { code, stdout } = await genesis(['--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('genesis demo')
    for (const { name } of COMMANDS) expect(stdout).toContain(name)
  })

  it.each(COMMANDS.map(({ name }) => name))('%s has help that ends in examples', async name => {
    const { code, stdout } = await genesis([name, '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/Examples:\n(?: {2}\S.*\n)+\n?$/)
  })
})

describe('bad input gives one line and the exit code of the contract', () => {
  const empty = file('empty.jsonl', '')
  const spot = file(
    'spot.jsonl',
    '{"genesis":"recording","version":1,"created":1732400000000000,"streams":["binance:btcusdt@trade"]}\n',
  )
  const foreign = file('foreign.txt', 'once upon a time\nthere was no market data\n')
  it.each<[string, readonly string[], number, RegExp]>([
    ['unknown command', ['strem'], 2, /unknown command "strem".*did you mean "genesis stream"/],
    ['unknown option', ['stream', 'btcusdt@trade', '--foo'], 2, /unknown option '--foo'.*genesis stream --help/],
    ['missing stream', ['stream'], 2, /missing required argument/],
    [
      'unknown exchange',
      ['stream', 'binanse:btcusdt@trade'],
      2,
      /unknown exchange "binanse".*did you mean "binance".*coinbase/,
    ],
    ['unknown --exchange', ['stream', 'btcusdt@trade', '--exchange', 'nowhere'], 2, /unknown exchange "nowhere"/],
    ['unknown channel', ['stream', 'btcusdt@trde'], 2, /unknown channel "trde".*did you mean "trade"/],
    ['channel not offered', ['stream', 'coinbase:BTC-USD@funding'], 2, /coinbase does not offer/],
    ['malformed stream', ['stream', 'btcusdt'], 2, /"btcusdt" is no stream.*\[exchange:\]symbol@channel/],
    ['unknown strategy', ['paper', '--strategy', 'smaa'], 2, /no strategy smaa.*did you mean sma/],
    ['no strategy', ['paper'], 2, /no strategy was named/],
    ['unknown parameter', ['paper', '--strategy', 'sma', '--param', 'fst=3'], 2, /no parameter fst.*did you mean fast/],
    ['parameter out of range', ['paper', '--strategy', 'sma', '--param', 'fast=0'], 2, /fast=0.*integer from 1/],
    [
      'parameters that contradict',
      ['paper', '--strategy', 'sma', '--param', 'fast=9', '--param', 'slow=5'],
      2,
      /below slow/,
    ],
    ['parameter without value', ['paper', '--strategy', 'sma', '--param', 'fast'], 2, /name=value/],
    ['strategy file missing', ['paper', '--strategy', './none.ts'], 2, /none\.ts does not exist/],
    ['bad duration', ['stream', 'btcusdt@trade', '--duration', '30'], 2, /--duration "30".*such as/],
    ['bad limit', ['stream', 'btcusdt@trade', '--limit', '0'], 2, /--limit "0"/],
    ['bad speed', ['replay', empty, '--speed', 'fast'], 2, /--speed "fast".*max/],
    ['bad url', ['stream', 'btcusdt@trade', '--url', 'http://x'], 2, /not a WebSocket address/],
    ['no output', ['record', 'btcusdt@trade'], 2, /-o btc\.jsonl\.gz/],
    ['missing file', ['replay', join(directory, 'none.jsonl')], 2, /none\.jsonl.*no such file/],
    ['a directory', ['replay', directory], 1, /is a directory without a manifest/],
    ['empty file', ['replay', empty, '--speed', 'max'], 1, /empty\.jsonl: is empty/],
    ['foreign file', ['replay', foreign, '--speed', 'max'], 1, /foreign\.txt/],
    [
      'option of another command',
      ['explain', 'a', 'b', '--rotate', '1h'],
      2,
      /unknown option '--rotate'.*an option of record/,
    ],
    [
      'no dead letters there',
      ['optimize', 'a', '--dead-letters', 'b'],
      2,
      /unknown option '--dead-letters'.*stream, record/,
    ],
    [
      'a market in a foreign dialect',
      ['exchange', '--as', 'kraken'],
      2,
      /--as kraken.*dialect of binance.*name a recording/,
    ],
    ['speed of a simulated market', ['exchange', '--speed', '2'], 2, /--speed means nothing here/],
    ['symbols of a recording', ['exchange', empty, '--symbols', 'BTCUSDT'], 2, /--symbols means nothing here/],
    [
      'a search that keeps nothing',
      ['optimize', empty, '--strategy', 'sma', '--param', 'fast=1..3', '--on-corrupt', 'quarantine'],
      2,
      /--on-corrupt quarantine.*skip or stop/,
    ],
    [
      'leverage of cash, live',
      ['paper', '--strategy', 'sma', '--leverage', '3'],
      2,
      /--leverage 3: a cash account.*--account margin/,
    ],
    [
      'leverage of cash, recorded',
      ['backtest', spot, '--strategy', 'sma', '--leverage', '3'],
      2,
      /--leverage 3: a cash account/,
    ],
    ['config missing', ['stream', 'btcusdt@trade', '--config', join(directory, 'none.json')], 2, /none\.json/],
  ])('%s', async (_, args, code, message) => {
    const result = await genesis(args)
    expect(result.stderr).toMatch(message)
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(result.stdout).toBe('')
    expect(result.code).toBe(code)
  })

  it('prints the error as JSON with --json', async () => {
    const { code, stderr } = await genesis(['stream', 'btcusdt@trde', '--json'])
    expect(code).toBe(2)
    expect(JSON.parse(stderr)).toMatchObject({ type: 'error', code: 'unknown_channel', exit: 2 })
  })

  it('shows a stack trace only with DEBUG=genesis', async () => {
    const { stderr } = await genesis(['stream', 'btcusdt@trde'], { env: { DEBUG: 'genesis' } })
    expect(stderr).toMatch(/\n\s+at /)
  })

  it('makes hostile text in an error harmless', async () => {
    const { stderr } = await genesis(['stream', 'btc\u001b[2J\u202eusdt\u0007@trde'])
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  })

  it('reads a recording without frames as no events and no failure', async () => {
    const header = file('header.jsonl', '{"genesis":"recording","version":1,"created":1732400000000000,"streams":[]}\n')
    const { code, summary } = await genesis(['replay', header, '--speed', 'max', '--json'])
    expect(code).toBe(0)
    expect(summary).toMatchObject({ frames: 0, decoded: 0, deadLettered: 0 })
  })
})

describe('leverage', () => {
  const run = (path: string, ...args: string[]): ReturnType<typeof genesis> =>
    genesis(['backtest', path, '--strategy', 'sma', '--leverage', '3', '--json', ...args])

  it('is taken where something is borrowed, and told of where nobody knows', async () => {
    const contract = file(
      'contract.jsonl',
      '{"genesis":"recording","version":1,"created":1732400000000000,"streams":["bybit:BTC/USDT:USDT@trade"]}\n',
    )
    const unknown = file('unknown.csv', 'timestamp,symbol,price,size,side\n1732400000000000,BTCUSDT,97000,1,buy\n')
    const [margin, derivative, silent] = await Promise.all([
      run(unknown, '--account', 'margin'),
      run(contract),
      run(unknown),
    ])
    expect([margin.code, derivative.code, silent.code]).toEqual([0, 0, 0])
    expect(margin.stderr).not.toContain('leverage')
    expect(silent.stderr).toContain('leverage 3 counts for contracts alone')
  })
})

describe('a file that does not say which instrument it is of', () => {
  const prices = file(
    'prices.csv',
    'date,open,high,low,close,volume\n2024-01-01,1,2,0.5,1.5,10\n2024-01-02,1.5,2,1,1.75,12\n',
  )

  // Joined as Binance joins it, ASSETUSD would be ASSE in TUSD.
  it.each(['ASSET/USD', 'asset-usd', 'BTCUSDT'])('is of %s where --stream says so, and passes', async symbol => {
    const { code, events } = await genesis([
      'replay',
      prices,
      '--stream',
      `${symbol}@candle_1d`,
      '--speed',
      'max',
      '--json',
    ])
    expect(code).toBe(0)
    const pair = symbol === 'BTCUSDT' ? 'BTC/USDT' : 'ASSET/USD'
    expect(events.filter(({ type }) => type === 'candle').map(event => [event['pair'], event['close']])).toEqual([
      [pair, 1.5],
      [pair, 1.75],
    ])
  })
})

describe('configuration', () => {
  it('reads options from a file, which flags override', async () => {
    const config = file('config.json', '{"exchange":"coinbase","limit":3}')
    const wrong = await genesis(['stream', 'BTC-USD@aggTrade', '--config', config])
    expect(wrong.stderr).toMatch(/coinbase does not offer/)
    const overridden = await genesis(['stream', 'btcusdt@nothing', '--config', config, '--exchange', 'binance'])
    expect(overridden.stderr).toMatch(/unknown channel "nothing"/)
  })

  it('names an unknown key and the nearest one', async () => {
    const config = file('typo.json', '{"exchnge":"coinbase"}')
    const { code, stderr } = await genesis(['stream', 'BTC-USD@trade', '--config', config])
    expect(code).toBe(2)
    expect(stderr).toMatch(/unknown option "exchnge".*did you mean "exchange"/)
  })

  it('reads GENESIS_… variables', async () => {
    const { stderr } = await genesis(['stream', 'BTC-USD@aggTrade'], { env: { GENESIS_EXCHANGE: 'coinbase' } })
    expect(stderr).toMatch(/coinbase does not offer/)
  })
})

describe('a closed pipe', () => {
  it('ends quietly with 0', async () => {
    const { spawn } = await import('node:child_process')
    const bin = new URL('../../bin/genesis.js', import.meta.url).pathname
    const command = `"${process.execPath}" "${bin}" stream btcusdt@trade --exchange sim --rate 500 --json; echo "code $?" >&2`
    const child = spawn('bash', ['-c', `(${command}) | head -2`])
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    await new Promise(resolve => child.on('close', resolve))
    expect(stderr).toContain('code 0')
    expect(stderr).not.toMatch(/EPIPE|Error|at /)
  })
})

describe('lists, checks and scaffolds', () => {
  it('lists exchanges with what each channel can prove', async () => {
    const { events } = await genesis(['exchanges', '--json'])
    expect(events.map(event => event['name'])).toEqual(expect.arrayContaining(['binance', 'coinbase', 'sim']))
    const binance = events.find(event => event['name'] === 'binance')
    expect(binance!['channels']).toContainEqual(expect.objectContaining({ channel: 'trade', loss: 'detectable' }))
  })

  it('lists strategies with their parameters', async () => {
    const { events } = await genesis(['strategies', 'sma', '--json'])
    expect(events[0]).toMatchObject({
      name: 'sma',
      parameters: expect.arrayContaining([expect.objectContaining({ name: 'fast', preset: '20' })]),
    })
  })

  it('checks the machine', async () => {
    const { code, events } = await genesis(['doctor', '--url', 'ws://127.0.0.1:9', '--json'])
    expect(events.map(event => event['name'])).toEqual([
      'node',
      'terminal',
      'directory',
      'disk',
      'environment',
      'proxy',
      'binance',
    ])
    expect(events.at(-1)).toMatchObject({ state: 'warning', hint: expect.stringContaining('--exchange sim') })
    expect(code).toBe(0)
  })

  it.each(['bash', 'zsh', 'fish'])('completes every command in %s', async shell => {
    const { code, stdout } = await genesis(['completion', shell])
    expect(code).toBe(0)
    for (const { name } of COMMANDS) expect(stdout).toContain(name)
  })

  it('writes a bash completion that bash accepts and that completes', async () => {
    const { execFileSync } = await import('node:child_process')
    const { stdout } = await genesis(['completion', 'bash'])
    const script = file('completion.bash', stdout)
    const ask = 'COMP_WORDS=(genesis repl); COMP_CWORD=1; _genesis; echo "${COMPREPLY[@]}"'
    expect(execFileSync('bash', ['-c', `source '${script}'; ${ask}`], { encoding: 'utf8' }).trim()).toBe('replay')
  })

  it('scaffolds a strategy that runs, and refuses to write over one', async () => {
    const cwd = temporaryDirectory('init')
    expect((await genesis(['init', 'strategy', 'my-idea'], { cwd })).code).toBe(0)
    const again = await genesis(['init', 'strategy', 'my-idea'], { cwd })
    expect(again.code).toBe(2)
    expect(again.stderr).toMatch(/my-idea\.ts exists already/)
    const { code, summary } = await genesis(
      [
        'paper',
        'btcusdt@trade',
        '--strategy',
        './my-idea.ts',
        '--exchange',
        'sim',
        '--rate',
        '200',
        '--limit',
        '300',
        '--json',
      ],
      { cwd },
    )
    expect(code).toBe(0)
    expect(summary).toMatchObject({ events: { trade: 300 } })
    expect(summary['ledger'][0]).toMatchObject({ strategy: 'my-idea', failure: null })
  })
})
