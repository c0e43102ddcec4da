/** A worker thread of the look-ahead check: a strategy in a memory of its own, with its opening of files watched. */
import { existsSync, realpathSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { GenesisError, messageOf } from '../../model/errors.js'
import { loadStrategy } from '../strategy-file.js'
import type { Decision } from './decisions.js'
import { FileWatch } from './file-watch.js'
import { decide, type TrialReport, type TrialSetup } from './trial.js'

const setup = workerData as TrialSetup

function say(report: TrialReport): void {
  parentPort?.postMessage(report)
}

try {
  const [own = ''] = setup.tape.paths
  const watch = new FileWatch(own)
  if (setup.instead !== null) watch.replace(setup.original, setup.instead)
  watch.begin()
  const strategy = await loadStrategy(setup.strategy)
  const runs: (readonly Decision[])[] = []
  for (const items of setup.runs) runs.push(await decide(strategy, setup, items, () => say({ kind: 'alive' })))
  const tape = realpathSync(setup.original)
  const opened = watch.opened()
  const isTape = (path: string): boolean => existsSync(path) && realpathSync(path) === tape
  say({ kind: 'done', runs, opened: opened.filter(path => !isTape(path)), openedTape: opened.some(isTape) })
} catch (error) {
  const isOurs = error instanceof GenesisError
  const hint = isOurs ? (error.hint ?? null) : null
  say({ kind: 'failed', code: isOurs ? error.code : 'worker', message: messageOf(error), hint })
}
