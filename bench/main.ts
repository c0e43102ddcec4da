/** `npm run bench -- [NAME…] [--list] [--json] [--quick] [--page]`: every speed claim of the project, measured side by side. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { BENCHES } from './registry.js'
import { measure, type Effort, type Result } from './harness.js'
import { machine, machineLines, page, resultText, type BenchResult } from './report.js'

const PAGE = 'docs/benchmarks.md'
const FULL: Effort = { rounds: 25, warmUp: 5 }
const QUICK: Effort = { rounds: 5, warmUp: 2 }

process.exitCode = await main()

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      list: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      page: { type: 'boolean', default: false },
    },
  })
  if (values.list) {
    for (const bench of BENCHES) process.stdout.write(`${bench.name.padEnd(12)}${bench.about}\n`)
    return 0
  }
  const unknown = positionals.filter(name => !BENCHES.some(bench => bench.name === name))
  if (unknown.length > 0) {
    process.stderr.write(
      `bench: there is no ${unknown.join(', ')}; there are ${BENCHES.map(({ name }) => name).join(', ')}\n`,
    )
    return 2
  }
  const about = machine()
  const say = (text: string): boolean => (values.json ? process.stderr : process.stdout).write(`${text}\n`)
  say(machineLines(about).join('\n'))
  const measured: BenchResult[] = []
  let failed = false
  for (const bench of BENCHES) {
    if (positionals.length > 0 && !positionals.includes(bench.name)) continue
    say(`\n${bench.name}: ${bench.about}`)
    const results: Result[] = []
    try {
      for (const one of await bench.cases()) {
        const result = await measure(one, values.quick ? QUICK : FULL)
        say(resultText(result))
        results.push(result)
      }
    } catch (error) {
      // What else there is to measure does not depend on it.
      process.stderr.write(`bench: ${bench.name} failed: ${error instanceof Error ? error.message : String(error)}\n`)
      failed = true
    }
    measured.push({ name: bench.name, about: bench.about, results })
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ machine: about, benches: measured })}\n`)
  if (values.page) writeFileSync(PAGE, page(measured, about, new Date().toISOString().slice(0, 10)))
  return failed ? 1 : 0
}
