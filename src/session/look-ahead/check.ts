/** The look-ahead check: a strategy must decide the same up to any moment, whatever comes after it. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Random } from '../../engine/random.js'
import { GenesisError, UsageError } from '../../model/errors.js'
import type { Micros } from '../../model/time.js'
import { JournalSource } from '../journal-source.js'
import { unpaced } from '../pace.js'
import type { TapeRequest } from '../tape-run.js'
import type { TradingOptions } from '../trading-plan.js'
import { firstDifference, type Decision, type Difference } from './decisions.js'
import { writePoisoned } from './poison.js'
import type { TrialReport, TrialSetup } from './trial.js'

export interface LookAheadRequest {
  readonly strategy: string
  readonly tape: TapeRequest
  readonly options: TradingOptions
  /** Places at which the future is taken away. */
  readonly cuts: number
  readonly hangMs: number
  readonly onProgress: (share: number) => void
}

/**
 * How the future got in: `memory` kept it from an earlier run of the same process, `file` read it from the recording itself,
 * `chance` is no look-ahead but something as bad: two runs over the same recording decide differently.
 */
export type Leak = 'memory' | 'file' | 'chance'

export interface Finding {
  readonly leak: Leak
  /** Pieces of the recording before the cut; null where the runs were over the whole. */
  readonly cutAfter: number | null
  /** When the last of them was received. */
  readonly time: Micros | null
  readonly difference: Difference
}

export interface LookAheadReport {
  readonly clean: boolean
  readonly findings: readonly Finding[]
  readonly cuts: readonly { readonly items: number; readonly time: Micros; readonly decisions: number }[]
  /** Over the whole recording. */
  readonly decisions: number
  readonly items: number
  /** Data files that the strategy opened beside the recording: what is in them was not checked. */
  readonly opened: readonly string[]
  readonly openedTape: boolean
}

/** Later prices are multiplied by each of these in turn: up, and down. */
const FACTORS = [1.5, 0.5]

/** @throws UsageError where the strategy or the recording cannot be used, GenesisError where the strategy hangs. */
export async function checkLookAhead(request: LookAheadRequest): Promise<LookAheadReport> {
  const [original = ''] = request.tape.paths
  const directory = mkdtempSync(join(tmpdir(), 'genesis-lookahead-'))
  try {
    const link = join(directory, basename(original))
    symlinkSync(resolve(original), link)
    return await new Check(request, directory, { ...request.tape, paths: [link] }).run()
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

class Check {
  readonly #findings: Finding[] = []
  #steps = 0

  constructor(
    private readonly request: LookAheadRequest,
    private readonly directory: string,
    private readonly tape: TapeRequest,
  ) {}

  async run(): Promise<LookAheadReport> {
    const shape = await shapeOf(this.tape)
    const { times } = shape
    if (times.length < 10) throw new UsageError('too_short', 'the recording is too short to cut anywhere')
    const reference = await this.#trial([null], null)
    const [whole = []] = reference.runs
    const cuts = placesFor(this.request, times.length, whole)
    this.#steps = 2 + (reference.openedTape ? cuts.length * FACTORS.length : 0)
    this.request.onProgress(1 / this.#steps)
    const again = await this.#trial([null, ...cuts], null)
    this.#compareMemory(whole, again.runs, cuts, times)
    this.request.onProgress(2 / this.#steps)
    if (reference.openedTape || again.openedTape) await this.#poison(whole, cuts, shape)
    const findings = this.#findings
    return {
      clean: findings.length === 0,
      findings,
      cuts: cuts.map(items => ({
        items,
        time: times[items - 1] ?? 0,
        decisions: whole.filter(({ item }) => item <= items).length,
      })),
      decisions: whole.length,
      items: times.length,
      opened: [...new Set([...reference.opened, ...again.opened])],
      openedTape: reference.openedTape,
    }
  }

  #compareMemory(
    whole: readonly Decision[],
    runs: readonly (readonly Decision[])[],
    cuts: readonly number[],
    times: Float64Array,
  ): void {
    const [again = [], ...prefixes] = runs
    const chance = firstDifference(whole, again, times.length)
    if (chance !== undefined) {
      this.#findings.push({ leak: 'chance', cutAfter: null, time: null, difference: chance })
      return
    }
    for (const [at, items] of cuts.entries()) this.#find('memory', whole, prefixes[at] ?? [], items, times)
  }

  /** The recording on disk is wrong after the cut, up and then down; the run itself ends at the cut. */
  async #poison(whole: readonly Decision[], cuts: readonly number[], { times, headerLines }: Shape): Promise<void> {
    const [original = ''] = this.request.tape.paths
    let done = 2
    for (const items of cuts) {
      for (const factor of FACTORS) {
        const copy = join(this.directory, `poisoned-${basename(original)}`)
        await writePoisoned(original, copy, { after: times[items - 1] ?? 0, lines: items + headerLines, factor })
        const { runs } = await this.#trial([items], copy)
        this.#find('file', whole, runs[0] ?? [], items, times)
        this.request.onProgress(++done / this.#steps)
      }
    }
  }

  #find(leak: Leak, whole: readonly Decision[], cut: readonly Decision[], items: number, times: Float64Array): void {
    const difference = firstDifference(whole, cut, items)
    if (difference === undefined) return
    this.#findings.push({ leak, cutAfter: items, time: times[items - 1] ?? 0, difference })
  }

  async #trial(
    runs: readonly (number | null)[],
    instead: string | null,
  ): Promise<Extract<TrialReport, { kind: 'done' }>> {
    const { strategy, options, hangMs } = this.request
    const original = resolve(this.request.tape.paths[0] ?? '')
    return runTrial({ strategy, tape: this.tape, original, options, runs, instead }, hangMs)
  }
}

/** Half of the places lie right behind decisions, where looking one step ahead would have mattered; the others anywhere. */
function placesFor({ cuts, options }: LookAheadRequest, items: number, whole: readonly Decision[]): number[] {
  const random = new Random(options.seed).fork('cuts')
  const places = new Set<number>()
  const decided = [...new Set(whole.map(({ item }) => item))].filter(item => item > 0 && item < items)
  for (const item of random.shuffle(decided).slice(0, Math.floor(cuts / 2))) places.add(item)
  const most = Math.min(cuts, items - 1)
  while (places.size < most) places.add(random.int(1, items - 1))
  return [...places].sort((a, b) => a - b)
}

interface Shape {
  /** When each piece was received. */
  readonly times: Float64Array
  /** Lines before the first piece, as tables and recordings have. */
  readonly headerLines: number
}

async function shapeOf({ paths, exchange, onCorrupt }: TapeRequest): Promise<Shape> {
  const source = await JournalSource.open({
    paths,
    exchange,
    onCorrupt,
    pace: unpaced(() => performance.now()),
    stdin: process.stdin,
  })
  let times = new Float64Array(1024)
  let count = 0
  for await (const batch of source.batches()) {
    for (const { receivedAt } of batch) {
      if (count === times.length) {
        const larger = new Float64Array(2 * count)
        larger.set(times)
        times = larger
      }
      times[count++] = receivedAt
    }
  }
  const [report] = source.reports()
  return { times: times.subarray(0, count), headerLines: report?.linesOf.header ?? 0 }
}

/** The bundled worker lies beside the chunk that this module ends up in. */
const WORKER = new URL('../worker/look-ahead.js', import.meta.url)

function runTrial(setup: TrialSetup, hangMs: number): Promise<Extract<TrialReport, { kind: 'done' }>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER, { workerData: setup, stdout: true, argv: process.argv.slice(2) })
    worker.stdout.pipe(process.stderr, { end: false })
    let heardAt = performance.now()
    const watching = setInterval(() => {
      if (performance.now() - heardAt > hangMs) end(() => reject(hung(setup.strategy, hangMs)))
    }, 250)
    const end = (settle: () => void): void => {
      clearInterval(watching)
      worker.removeAllListeners()
      void worker.terminate().then(settle)
    }
    worker.on('message', (report: TrialReport) => {
      heardAt = performance.now()
      if (report.kind === 'done') end(() => resolve(report))
      else if (report.kind === 'failed') end(() => reject(failed(report)))
    })
    worker.on('error', error => end(() => reject(new GenesisError('worker', `a worker failed: ${error.message}`))))
    worker.on('exit', () => end(() => reject(new GenesisError('worker', 'a worker ended without a result'))))
  })
}

function hung(strategy: string, hangMs: number): GenesisError {
  return new GenesisError('strategy_hangs', `${strategy} did not return for ${hangMs / 1000} s`, undefined, {
    hint: 'look for a loop that does not end, or allow more time with --watchdog',
  })
}

function failed({ code, message, hint }: Extract<TrialReport, { kind: 'failed' }>): GenesisError {
  return new GenesisError(code, message, undefined, hint === null ? {} : { hint })
}
