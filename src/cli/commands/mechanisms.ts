/** `genesis mechanisms`: the thirteen, what each protects and where it lives; with counters where a run of this user is under way. */
import { eventLine } from '../../model/event-line.js'
import { EXIT, GenesisError, UsageError, type ExitCode } from '../../model/errors.js'
import { MechanismFollower } from '../../session/follower.js'
import { MECHANISMS } from '../../session/mechanism-list.js'
import type { MechanismState } from '../../session/mechanisms.js'
import { monitoredProcesses, type MonitoredProcess } from '../../session/monitor.js'
import { realTimers } from '../../feed/timers.js'
import type { CommandInput } from '../command.js'
import { countText, timeText } from '../format.js'
import { gridLines, type Column } from '../grid.js'
import { interruption } from '../interruption.js'
import { createPalette, type Palette } from '../palette.js'
import { printsLines } from '../presentation.js'
import { Screen } from '../screen.js'

const ANSWERS_WITHIN_MS = 2_000

export async function run(input: CommandInput): Promise<ExitCode> {
  const chosen = choose(input)
  if (input.options.watch === true) {
    if (chosen === undefined) {
      throw new GenesisError('nothing_runs', 'no run of this user is under way', EXIT.failed, {
        hint: 'start one in another terminal, such as genesis stream btcusdt@trade, and come back',
      })
    }
    return watch(input, chosen)
  }
  print(input, chosen, chosen === undefined ? MECHANISMS.map(atRest) : await lookOnce(chosen))
  return EXIT.done
}

/** The process that was named, or the one that runs, or the newest of several. @throws UsageError where there is none of that number. */
function choose({ args: [wanted], io, options }: CommandInput): MonitoredProcess | undefined {
  const running = monitoredProcesses(io.env)
  const pids = running.map(({ pid }) => pid).join(', ')
  if (wanted !== undefined) {
    const found = running.find(({ pid }) => String(pid) === wanted)
    if (found !== undefined) return found
    throw new UsageError('process', `no run of this user has the process number ${wanted}`, {
      hint: pids === '' ? 'none is under way' : `there are ${pids}`,
    })
  }
  const newest = running.at(-1)
  if (newest !== undefined && running.length > 1 && options.quiet !== true) {
    io.stderr.write(`looking into ${newest.pid}, the newest of ${pids}; name another to see it\n`)
  }
  return newest
}

function atRest(spec: (typeof MECHANISMS)[number]): MechanismState {
  return { ...spec, state: 'not running', counters: {}, last: null }
}

async function lookOnce({ path }: MonitoredProcess): Promise<readonly MechanismState[]> {
  let answer: (states: readonly MechanismState[]) => void = () => undefined
  const states = new Promise<readonly MechanismState[]>(resolve => (answer = resolve))
  const follower = await MechanismFollower.open(path, { changed: answer })
  const late = new Promise<null>(resolve => setTimeout(() => resolve(null), ANSWERS_WITHIN_MS).unref())
  const found = await Promise.race([states, late, follower.ended.then(() => null)])
  follower.close()
  if (found === null) throw new GenesisError('monitor', 'the run does not answer')
  return found
}

/** Until the run ends, the time is up or the user has seen enough. */
async function watch(input: CommandInput, { pid, path }: MonitoredProcess): Promise<ExitCode> {
  const { io, options } = input
  const isPlain = printsLines(input)
  const screen = new Screen(io.stdout)
  const palette = createPalette(io, io.stdout, { noColor: options.color === false })
  let picture: readonly string[] = []
  const changed = (states: readonly MechanismState[], names: readonly string[]): void => {
    if (isPlain) {
      for (const state of states) if (names.includes(state.name)) io.stdout.write(`${lineOf(state, pid)}\n`)
      return
    }
    picture = [palette.bold(`genesis mechanisms · process ${pid}`), '', ...tableOf(states, screen.columns, palette)]
    screen.draw(picture)
  }
  if (!isPlain) screen.open()
  try {
    const follower = await MechanismFollower.open(path, { changed })
    const letGo = interruption(io)(() => follower.close())
    const forgetEnd =
      options.duration === undefined ? undefined : realTimers.after(options.duration / 1000, () => follower.close())
    await follower.ended
    forgetEnd?.()
    letGo()
  } finally {
    screen.close(picture)
  }
  return EXIT.done
}

function print(input: CommandInput, process: MonitoredProcess | undefined, states: readonly MechanismState[]): void {
  const { stdout } = input.io
  if (printsLines(input)) {
    for (const state of states) stdout.write(`${lineOf(state, process?.pid ?? null)}\n`)
    return
  }
  const palette = createPalette(input.io, stdout, { noColor: input.options.color === false })
  stdout.write(`${tableOf(states, stdout.columns ?? 80, palette).join('\n')}\n`)
}

function lineOf(state: MechanismState, pid: number | null): string {
  return eventLine({ type: 'mechanism', ...state, pid })
}

const COLUMNS: readonly Column<MechanismState>[] = [
  { title: 'mechanism', align: 'left', drop: 0, text: ({ name }) => name },
  { title: 'in the field', align: 'left', drop: 1, text: ({ term }) => term },
  { title: 'state', align: 'left', drop: 0, text: ({ state }) => state },
  { title: 'counters', align: 'left', drop: 4, text: ({ counters }) => countersText(counters) },
  { title: 'last action', align: 'left', drop: 2, text: ({ last }) => (last === null ? '–' : `${timeText(last.time).slice(11, 19)} ${last.text}`) },
  { title: 'protects', align: 'left', drop: 3, text: ({ protects }) => protects },
  { title: 'file', align: 'left', drop: 5, text: ({ file }) => file },
] // prettier-ignore

/** What does not fit beside the name goes without; the JSON lines have everything. */
function tableOf(states: readonly MechanismState[], width: number, palette: Palette): string[] {
  const runs = states.some(({ state }) => state !== 'not running')
  const shown = COLUMNS.filter(({ title }) => runs || !['state', 'counters', 'last action'].includes(title))
  return gridLines(shown, states, width, palette)
}

function countersText(counters: MechanismState['counters']): string {
  return Object.entries(counters)
    .filter(([name, value]) => value !== null && name !== 'now')
    .map(
      ([name, value]) =>
        `${name} ${typeof value === 'number' && Number.isInteger(value) ? countText(value) : String(value)}`,
    )
    .join(' ')
}
