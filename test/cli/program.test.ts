/** What each command accepts: its own options, the global ones everywhere, and nothing else. */
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.js'
import type { Io, Output } from '../../src/cli/io.js'
import { GLOBAL_OPTIONS, longFlag, OPTIONS, type OptionName, type OptionSpec } from '../../src/cli/options.js'
import { parseCommandLine, type Parsed } from '../../src/cli/program.js'

function parse(argv: readonly string[]): Promise<{ readonly parsed: Parsed | null; readonly printed: string }> {
  let printed = ''
  const stdout = new Writable({
    write: (chunk: Buffer, _, done) => {
      printed += chunk.toString()
      done()
    },
  }) as Output
  const io = { stdout, stderr: stdout } as Io
  return parseCommandLine(argv, io, '1.2.3').then(parsed => ({ parsed, printed }))
}

/** Values that every parser takes. */
const VALUES: Readonly<Partial<Record<OptionName, string>>> = {
  rotate: '1h', sync: 'each', speed: '2', from: '2024-08-08T23:54:13Z', to: '2024-08-08T23:54:13Z', capital: '5', fees: '0.1,0.1',
  latency: '1s', model: 'realistic', conventions: 'all', source: 'ws://x', publish: 'nats://x', onCorrupt: 'stop', chaos: 'dup=1%',
  candles: '1m', interval: '1m', at: '2024-08-08T23:54:13Z', minCoverage: '1', format: 'csv', account: 'cash', borrowRate: '0.02',
  onDrawdown: 'all', watchdog: '1s', method: 'grid', duration: '1s',
} // prettier-ignore

function typed(name: OptionName): string[] {
  const { parse: takes }: OptionSpec = OPTIONS[name]
  return takes === undefined ? [longFlag(name)] : [longFlag(name), VALUES[name] ?? '1']
}

/** As many arguments as the command must have. */
const line = (name: string, args: string): string[] => [name, ...(args.match(/<[^>]+>/g) ?? [])]

describe.each(COMMANDS)('genesis $name', ({ name, arguments: args, options, globals }) => {
  it('takes its own options and, before and after its name, every global one', async () => {
    for (const option of [...options, ...GLOBAL_OPTIONS]) {
      const { parsed } = await parse([...line(name, args), ...typed(option)])
      expect(parsed?.command.name).toBe(name)
      expect(Object.keys(parsed!.options)).toEqual([option])
    }
    for (const option of GLOBAL_OPTIONS) {
      const { parsed } = await parse([...typed(option), ...line(name, args)])
      expect(Object.keys(parsed!.options)).toEqual([option])
    }
  })

  it('refuses what has no meaning there, and says where it has one', async () => {
    const own = new Set([...options, ...GLOBAL_OPTIONS].map(longFlag))
    const others = (Object.keys(OPTIONS) as OptionName[]).filter(option => !own.has(longFlag(option)))
    expect(others.length).toBeGreaterThan(20)
    for (const option of others) {
      await expect(parse([...line(name, args), ...typed(option)])).rejects.toMatchObject({
        exit: 2,
        message: `unknown option '${longFlag(option)}'`,
        hint: expect.stringMatching(`^${longFlag(option)} is an option of [a-z]+.*; see genesis ${name} --help$`),
      })
    }
  })

  it('lists in its help what means something there, and names the rest', async () => {
    const { printed } = await parse([name, '--help'])
    const [, listed = ''] = /\nOptions:\n([^]*?)\n\n/.exec(printed) ?? []
    const flags = [...listed.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag]) => flag)
    expect(flags).toEqual([...[...options, ...globals].map(longFlag), '--help'])
    const idle = GLOBAL_OPTIONS.filter(option => !globals.includes(option)).map(longFlag)
    const [, said = ''] = /^Accepted, without effect here: (.*)$/m.exec(printed) ?? []
    expect(said.split(' ').filter(flag => flag !== '')).toEqual(idle)
  })
})
