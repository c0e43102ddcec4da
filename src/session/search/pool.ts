/** Worker threads that share out the batches of a search; one whose strategy hangs is ended and replaced. */
import { Worker } from 'node:worker_threads'
import { GenesisError } from '../../model/errors.js'
import type { Job, Report, WorkerSetup } from './job.js'

export type Done = Extract<Report, { kind: 'done' }>

export interface PoolOptions {
  readonly setup: Omit<WorkerSetup, 'atWork'>
  readonly threads: number
  /** A worker that says nothing for this long hangs. */
  readonly hangMs: number
  /** Share of all batches that is done, 0 to 1. */
  readonly onProgress: (share: number) => void
  /** The candidate did not return; it is left out, the others of its batch run again. */
  readonly onHang: (index: number) => void
}

/** Hung candidates after which the strategy itself is to blame. */
const MOST_HANGS = 3

/** The bundled worker lies beside the chunk that this module ends up in. */
const WORKER = new URL('../worker/search.js', import.meta.url)

export class SearchPool {
  readonly #waiting: Job[]
  readonly #shares = new Map<number, number>()
  readonly #done: Done[] = []
  readonly #seats = new Set<Seat>()
  readonly #total: number
  #hangs = 0
  #settle: { resolve: (done: Done[]) => void; reject: (error: Error) => void } | null = null

  constructor(
    jobs: readonly Job[],
    private readonly options: PoolOptions,
  ) {
    this.#waiting = [...jobs]
    this.#total = jobs.length
  }

  /** @throws GenesisError where a worker fails, or the strategy hangs time and again. */
  async run(): Promise<Done[]> {
    const done = new Promise<Done[]>((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    const watching = setInterval(() => this.#lookAfter(), 250)
    try {
      if (this.#total === 0) return []
      for (let count = Math.min(this.options.threads, this.#total); count > 0; count--) this.#seat()
      return await done
    } finally {
      clearInterval(watching)
      await this.stop()
    }
  }

  /** Ends all workers. */
  async stop(): Promise<void> {
    const seats = [...this.#seats]
    this.#seats.clear()
    await Promise.all(seats.map(seat => seat.worker.terminate()))
  }

  #seat(): void {
    const atWork = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(WORKER, { workerData: { ...this.options.setup, atWork }, stdout: true })
    // What a strategy prints must not mix with our own lines.
    worker.stdout.pipe(process.stderr, { end: false })
    const seat: Seat = { worker, atWork, job: null, heardAt: performance.now() }
    this.#seats.add(seat)
    worker.on('message', (report: Report) => this.#hear(seat, report))
    worker.on('error', error => this.#fail(new GenesisError('worker', `a worker failed: ${error.message}`)))
    worker.on('exit', () => {
      if (this.#seats.delete(seat)) this.#fail(new GenesisError('worker', 'a worker ended without a result'))
    })
  }

  #hear(seat: Seat, report: Report): void {
    seat.heardAt = performance.now()
    switch (report.kind) {
      case 'progress':
        this.#shares.set(report.job, Math.max(this.#shares.get(report.job) ?? 0, report.share ?? 0))
        this.#tellProgress()
        break
      case 'failed':
        this.#fail(
          new GenesisError(report.code, report.message, undefined, report.hint === null ? {} : { hint: report.hint }),
        )
        break
      case 'done':
        this.#shares.set(report.job, 1)
        this.#done.push(report)
        this.#tellProgress()
        if (this.#done.length === this.#total) this.#settle?.resolve(this.#done)
        else this.#next(seat)
        break
      case 'ready':
        this.#next(seat)
    }
  }

  #next(seat: Seat): void {
    seat.job = this.#waiting.shift() ?? null
    if (seat.job !== null) seat.worker.postMessage(seat.job)
  }

  #lookAfter(): void {
    for (const seat of this.#seats) {
      if (performance.now() - seat.heardAt > this.options.hangMs && seat.job !== null) this.#replace(seat, seat.job)
    }
  }

  #replace(seat: Seat, job: Job): void {
    const hung = seat.atWork[0] ?? -1
    this.#seats.delete(seat)
    void seat.worker.terminate()
    this.options.onHang(hung)
    if (++this.#hangs >= MOST_HANGS) {
      this.#fail(
        new GenesisError(
          'strategy_hangs',
          `${this.options.setup.strategy} did not return for ${this.options.hangMs / 1000} s, ${this.#hangs} times`,
          undefined,
          {
            hint: 'look for a loop that does not end, or allow more time with --watchdog',
          },
        ),
      )
      return
    }
    this.#waiting.unshift({ ...job, entries: job.entries.filter(({ index }) => index !== hung) })
    this.#seat()
  }

  #tellProgress(): void {
    let sum = 0
    for (const share of this.#shares.values()) sum += share
    this.options.onProgress(sum / this.#total)
  }

  #fail(error: Error): void {
    this.#settle?.reject(error)
  }
}

interface Seat {
  readonly worker: Worker
  readonly atWork: Int32Array
  job: Job | null
  heardAt: number
}
