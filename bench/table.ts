/** One picture of the live table in which every row has changed. */
import { Writable } from 'node:stream'
import { Chalk } from 'chalk'
import { TableReporter } from '../src/cli/reporters/table.js'
import { StreamStats } from '../src/session/stream-stats.js'
import type { Bench, Contender } from './bench.js'
import { FIRST_MS } from './frames.js'
import { Digest } from './harness.js'

const ROWS = 10

export const tableBench: Bench = {
  name: 'table',
  about: `A live table of ${ROWS} streams at 120 × 40, everything changed; at most ten pictures a second are drawn.`,
  cases: () => [{ name: 'pictures', unit: 'pictures', open: () => [table()] }],
}

function table(): Contender {
  const sizes: number[] = []
  const stdout = new Terminal(sizes)
  const stats = new StreamStats([], 'measured')
  let now = 0
  const reporter = new TableReporter({
    stdout,
    stderr: stdout,
    palette: new Chalk({ level: 2 }),
    quiet: true,
    title: () => 'genesis stream',
    stats,
    now: () => now,
  })
  const picture = (): void => {
    now += 100
    for (let row = 0; row < ROWS; row++) {
      const received = FIRST_MS * 1000 + now * 1000
      const head = { exchange: 'binance', symbol: `COIN${row}USDT`, pair: `COIN${row}/USDT` }
      const price = 97_000 + ((now / 100) % 977) + row / 8
      stats.add({ type: 'trade', ...head, id: '1', price, size: 1, side: 'buy', time: received - 1_500, received })
    }
    reporter.refresh()
  }
  for (let warm = 0; warm < 20; warm++) picture()
  sizes.length = 0
  for (let counted = 0; counted < 100; counted++) picture()
  const bytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 100)
  return {
    name: 'genesis',
    run: () => {
      for (let count = 0; count < 50; count++) picture()
      return 50
    },
    digest: () => {
      const digest = new Digest()
      digest.add(bytes)
      return digest.hex()
    },
    note: `${bytes} bytes a picture`,
  }
}

/** Counts what it would have to draw. */
class Terminal extends Writable {
  readonly isTTY = true
  readonly columns = 120
  readonly rows = 40

  constructor(private readonly sizes: number[]) {
    super()
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.sizes.push(chunk.length)
    done()
  }
}
