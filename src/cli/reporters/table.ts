/** The live table: what each stream is doing, redrawn in place up to ten times a second. */
import type { StreamRow, StreamStats } from '../../session/stream-stats.js'
import type { Summary } from '../../session/summary.js'
import { countText, decimalText, rateText, spanText, sparkline } from '../format.js'
import { gridLines, type Column } from '../grid.js'
import type { Output } from '../io.js'
import type { Palette } from '../palette.js'
import { safe } from '../safe.js'
import { Screen } from '../screen.js'
import { summaryLines } from '../summary-text.js'
import type { Reporter } from './reporter.js'

export interface TableOptions {
  readonly stdout: Output
  readonly stderr: Output
  readonly palette: Palette
  readonly quiet: boolean
  /** First line of the picture; asked anew for each frame. */
  readonly title: () => string
  readonly stats: StreamStats
  /** Lines under the table: account, progress, keys. */
  readonly footer?: (width: number) => readonly string[]
  /** Wall clock in milliseconds, for the rates. */
  readonly now: () => number
}

const NOTES = 3

export class TableReporter implements Reporter {
  readonly #screen: Screen
  readonly #notes: string[] = []
  readonly #rates = new Rates()

  constructor(private readonly options: TableOptions) {
    this.#screen = new Screen(options.stdout)
    this.#screen.open()
  }

  /** The rows gather the figures themselves; the table only looks at them. */
  event(): void {
    // Nothing to do per event.
  }

  note(text: string): void {
    this.#notes.push(safe(text))
    if (this.#notes.length > NOTES) this.#notes.shift()
  }

  refresh(): void {
    this.#rates.sample(this.options.stats.rows(), this.options.now())
    this.#screen.draw(this.#picture(this.#screen.columns))
  }

  end(summary: Summary): void {
    this.#rates.sample(this.options.stats.rows(), this.options.now())
    const picture = this.#picture(this.#screen.columns)
    this.#screen.close(picture)
    if (!this.options.quiet)
      this.options.stderr.write(`${summaryLines(summary, this.options.stderr.columns).map(safe).join('\n')}\n`)
  }

  #picture(width: number): string[] {
    const { palette, title, stats, footer } = this.options
    const rows = stats.rows()
    const lines = [palette.bold(cut(safe(title()), width)), '']
    if (rows.length > 0) lines.push(...gridLines(this.#columns(), rows, width, palette))
    if (footer !== undefined) lines.push('', ...footer(width).map(line => cut(line, width)))
    if (this.#notes.length > 0) lines.push('', ...this.#notes.map(note => palette.yellow(cut(note, width))))
    return lines
  }

  #columns(): readonly Column<StreamRow>[] {
    return [
      ...PRICE_COLUMNS,
      { title: 'rate', align: 'right', drop: 1, text: row => rateText(this.#rates.of(row)) },
      ...HEALTH_COLUMNS,
    ]
  }
}

const WELL: ReadonlySet<StreamRow['state']> = new Set(['connected', 'resynced', 'receiving'])

const PRICE_COLUMNS: readonly Column<StreamRow>[] = [
  { title: 'symbol', align: 'left', drop: 0, text: row => row.symbol },
  { title: 'exchange', align: 'left', drop: 6, text: row => row.exchange },
  {
    title: 'last',
    align: 'right',
    drop: 0,
    text: row => `${direction(row)}${decimalText(row.last)}`,
    paint: (text, row, palette) => (rose(row) ? palette.green(text) : fell(row) ? palette.red(text) : text),
  },
  { title: 'bid', align: 'right', drop: 4, text: row => decimalText(row.bid) },
  { title: 'ask', align: 'right', drop: 4, text: row => decimalText(row.ask) },
  { title: 'spread', align: 'right', drop: 5, text: row => spread(row) },
]

const HEALTH_COLUMNS: readonly Column<StreamRow>[] = [
  { title: 'events', align: 'right', drop: 2, text: row => countText(row.events) },
  {
    title: 'p50',
    align: 'right',
    drop: 7,
    text: row => spanText(row.latency.count === 0 ? null : row.latency.percentile(50)),
  },
  {
    title: 'p99',
    align: 'right',
    drop: 7,
    text: row => spanText(row.latency.count === 0 ? null : row.latency.percentile(99)),
  },
  { title: 'gaps', align: 'right', drop: 3, text: row => String(row.gaps) },
  { title: 'reconn', align: 'right', drop: 8, text: row => String(row.reconnects) },
  {
    title: 'state',
    align: 'left',
    drop: 3,
    text: row => row.state,
    paint: (text, row, palette) => (WELL.has(row.state) ? palette.green(text) : palette.yellow(text)),
  },
  { title: 'trend', align: 'left', drop: 9, text: row => sparkline(row.spark) },
]

function rose(row: StreamRow): boolean {
  return row.last !== null && row.previous !== null && row.last > row.previous
}

function fell(row: StreamRow): boolean {
  return row.last !== null && row.previous !== null && row.last < row.previous
}

function direction(row: StreamRow): string {
  return rose(row) ? '▲ ' : fell(row) ? '▼ ' : ''
}

/** In hundredths of a percent of the middle, the unit in which spreads of different instruments compare. */
function spread(row: StreamRow): string {
  if (row.bid === null || row.ask === null) return '–'
  return `${(((row.ask - row.bid) / ((row.ask + row.bid) / 2)) * 10_000).toFixed(2)}bp`
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

/** Events per second over about two seconds of wall clock. */
class Rates {
  readonly #samples = new Map<StreamRow, { at: number; events: number }[]>()

  sample(rows: readonly StreamRow[], now: number): void {
    for (const row of rows) {
      const samples = this.#samples.get(row) ?? []
      samples.push({ at: now, events: row.events })
      while (samples.length > 2 && now - (samples[0]?.at ?? now) > 2000) samples.shift()
      this.#samples.set(row, samples)
    }
  }

  of(row: StreamRow): number {
    const samples = this.#samples.get(row) ?? []
    const [first] = samples
    const last = samples.at(-1)
    if (first === undefined || last === undefined || last.at === first.at) return 0
    return ((last.events - first.events) * 1000) / (last.at - first.at)
  }
}
