/** Chooses how a run shows itself, and lets it watch the bus. */
import { FEED_EVENTS, type SessionEvents } from '../session/events.js'
import type { Session } from '../session/session.js'
import { shownKey, StreamStats } from '../session/stream-stats.js'
import type { Stream } from '../model/stream.js'
import type { CommandInput } from './command.js'
import { createPalette } from './palette.js'
import { LinesReporter } from './reporters/lines.js'
import type { Reporter } from './reporters/reporter.js'
import { TableReporter } from './reporters/table.js'

export interface PresentationOptions {
  readonly title: () => string
  readonly streams: readonly Stream[]
  /** Event types that leave the process as lines. */
  readonly prints: readonly (keyof SessionEvents)[]
  readonly footer?: (width: number) => readonly string[]
  /** Told when whoever reads the lines has fallen behind, with the promise that ends when it has caught up. */
  readonly onBehind?: (caughtUp: Promise<void>) => void
}

/** A table on a terminal; JSON lines where `--json` is given or stdout is no terminal. */
export function present({ io, options }: CommandInput, session: Session, how: PresentationOptions): Reporter {
  const quiet = options.quiet === true
  if (printsLines({ io, options })) {
    const { onBehind } = how
    const reporter = new LinesReporter({
      stdout: io.stdout,
      stderr: io.stderr,
      quiet,
      ...(onBehind === undefined ? {} : { onBehind }),
    })
    printEvents(session, reporter, how.prints, options.limit ?? Infinity)
    return reporter
  }
  const stats = new StreamStats(how.streams, session.measuresLatency ? 'measured' : 'unknown')
  watchStreams(session, stats)
  return new TableReporter({
    stdout: io.stdout,
    stderr: io.stderr,
    palette: createPalette(io, io.stdout, { noColor: options.color === false }),
    quiet,
    title: how.title,
    stats,
    ...(how.footer === undefined ? {} : { footer: how.footer }),
    now: () => performance.now(),
  })
}

export function printsLines({ io, options }: Pick<CommandInput, 'io' | 'options'>): boolean {
  return options.json === true || io.stdout.isTTY !== true
}

/** Prints every event of these types; of market events no more than `limit`. */
function printEvents(
  session: Session,
  reporter: Reporter,
  types: readonly (keyof SessionEvents)[],
  limit: number,
): void {
  let left = limit
  for (const type of types) {
    const isLimited = type !== 'status' && (FEED_EVENTS as readonly string[]).includes(type)
    const print = (event: object): void => {
      if (isLimited && left-- <= 0) return
      reporter.event(event)
    }
    session.bus.subscribe(type, print, { componentId: 'output', priority: 'low', essential: true })
  }
}

/** Figures hear every event; what a row shows is collapsed to the newest, for nobody sees more than a few pictures a second. */
export function watchStreams(session: Session, stats: StreamStats): void {
  const table = { componentId: 'table', priority: 'background' } as const
  const options = { ...table, sheddable: true } as const
  const lane = { ...options, componentId: 'table-rows', delivery: 'latest', key: shownKey, paceMs: PICTURE_MS } as const
  for (const type of FEED_EVENTS) {
    if (type === 'status') {
      // Never shed: a lost connection that was not heard of would be shown as none until the next one.
      session.bus.subscribe(type, status => stats.addStatus(status), table)
      continue
    }
    session.bus.subscribe(type, event => stats.count(event), options)
    session.bus.subscribe(type, event => stats.show(event), lane)
  }
}

/** Rows are drawn this often. */
const PICTURE_MS = 100
