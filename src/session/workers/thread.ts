/** One worker thread of a run, from its start to its end, whoever ends it. */
import { Worker } from 'node:worker_threads'
import { transferOf } from './pack.js'
import type { FromWorker, ToWorker, WorkerSetup } from './protocol.js'

/** The bundled worker lies beside the chunk that this module ends up in. */
const WORKER = new URL('../worker/decode.js', import.meta.url)

export interface ThreadEvents {
  heard(message: FromWorker): void
  /** It has ended although nobody asked it to. */
  died(why: string): void
}

export class WorkerThread {
  readonly #worker: Worker
  #isWanted = true
  #why: string | null = null

  constructor(setup: WorkerSetup, events: ThreadEvents) {
    const worker = (this.#worker = new Worker(WORKER, { workerData: setup, stdout: true }))
    // Lines on stdout are the run's alone.
    worker.stdout.pipe(process.stderr, { end: false })
    worker.on('message', (message: FromWorker) => events.heard(message))
    worker.on('error', error => (this.#why ??= error instanceof Error ? error.message : String(error)))
    worker.once('exit', code => {
      if (this.#isWanted) events.died(this.#why ?? `exit code ${code}`)
    })
  }

  say(message: ToWorker): void {
    this.#worker.postMessage(message, message.kind === 'pack' ? transferOf(message.pack) : [])
  }

  /** Ends it from here; its death is none then. */
  async end(): Promise<void> {
    this.#isWanted = false
    await this.#worker.terminate()
  }

  /** Ends it as if it had died by itself. */
  kill(why: string): void {
    this.#why ??= why
    void this.#worker.terminate()
  }
}
