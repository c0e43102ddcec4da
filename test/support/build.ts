/** Builds `dist/` once before the suite, because the journeys drive the built `bin/genesis.js`. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export default function build(): void {
  if (process.env['GENESIS_SKIP_BUILD'] === '1') return
  execFileSync(process.execPath, ['node_modules/rolldown/bin/cli.mjs', '-c'], { cwd: root, stdio: 'inherit' })
}
