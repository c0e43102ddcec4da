/** A worker thread of a search: takes batches of candidates, folds the recording once for each batch, tells what came out. */
import { parentPort, workerData } from 'node:worker_threads'
import { GenesisError, messageOf } from '../../model/errors.js'
import type { Strategy } from '../../strategies/strategy.js'
import { loadStrategy } from '../strategy-file.js'
import { planLoaded } from '../trading-plan.js'
import type { Candidate } from './candidates.js'
import { evaluate } from './evaluation.js'
import type { Job, Report, WorkerSetup } from './job.js'
import { parametersOf } from './parameter-space.js'

const setup = workerData as WorkerSetup

function say(report: Report): void {
  parentPort?.postMessage(report)
}

async function work(strategy: Strategy, job: Job): Promise<void> {
  const candidates = job.entries.map(entry => candidateOf(strategy, entry))
  const { whole, stretches, summary } = await evaluate(setup, candidates, {
    atWork: index => {
      setup.atWork[0] = index
    },
    progress: share => say({ kind: 'progress', job: job.id, share }),
  })
  const { frames, decoded, control, deadLettered, first, last } = summary
  const account = { frames, decoded, control, deadLettered, first, last }
  say({ kind: 'done', job: job.id, whole, stretches, summary: account })
}

function candidateOf(strategy: Strategy, { index, point }: Job['entries'][number]): Candidate {
  const options = { ...setup.options, parameters: [...setup.options.parameters, ...parametersOf(point)] }
  const [chosen] = planLoaded(options, [{ source: setup.strategy, strategy }]).chosen
  if (chosen === undefined) throw new GenesisError('search', 'the plan holds no strategy')
  return { index, chosen }
}

function tell(error: unknown): void {
  const isOurs = error instanceof GenesisError
  say({
    kind: 'failed',
    code: isOurs ? error.code : 'worker',
    message: messageOf(error),
    hint: isOurs ? (error.hint ?? null) : null,
  })
}

try {
  const strategy = await loadStrategy(setup.strategy)
  parentPort?.on('message', (job: Job) => {
    work(strategy, job).catch(tell)
  })
  say({ kind: 'ready' })
} catch (error) {
  tell(error)
}
