/** From the shell to the answer: the built command line beside a Node that does nothing. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Bench, Contender } from './bench.js'

const BIN = 'bin/genesis.js'

export const startBench: Bench = {
  name: 'start',
  about:
    'Whole processes, one after another; needs `npm run build` before. Extra certificates are not loaded by either.',
  cases: () => [
    {
      name: '--version',
      unit: 'starts',
      rounds: 15,
      open: () => against('--version'),
      targets: { 'node -e 0': 1 / 1.5 },
    },
    { name: '--help', unit: 'starts', rounds: 15, open: () => against('--help'), targets: { 'node -e 0': 1 / 1.8 } },
  ],
}

function against(option: string): Contender[] {
  if (!existsSync('dist/cli/main.js')) throw new Error('there is no dist/cli/main.js: run `npm run build` first')
  return [start('genesis', [BIN, option]), start('node -e 0', ['-e', '0'], 'prints nothing')]
}

function start(name: string, args: readonly string[], note = ''): Contender {
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined }
  const once = (): Buffer => {
    const { stdout, status } = spawnSync(process.execPath, args, { env })
    if (status !== 0) throw new Error(`${name} ended with ${status ?? 'a signal'}`)
    return stdout
  }
  return {
    name,
    note,
    run: () => {
      once()
      return 1
    },
    digest: () => createHash('sha256').update(once()).digest('hex'),
  }
}
