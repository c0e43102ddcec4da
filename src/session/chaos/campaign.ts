/** Runs trials one after the other over one storm and one tape, and judges each by what it had to reach. */
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { messageOf } from '../../model/errors.js'
import { inScratch } from './scratch.js'
import { stormOf, type Storm } from './storm.js'
import { recordTape, type Tape } from './tape.js'
import { shortfalls, type Findings, type Trial } from './trial.js'

/** As printed: the key order is the printed order. */
export interface TrialReport extends Findings {
  readonly type: 'trial'
  readonly name: string
  readonly passed: boolean
  /** What fell short, by name. */
  readonly short: readonly string[]
  readonly intensity: number
  readonly seed: number
  readonly elapsedMs: number
}

export interface CampaignOptions {
  readonly intensity: number
  readonly seed: number
  readonly trials: readonly Trial[]
  readonly began: (trial: Trial) => void
  readonly ended: (report: TrialReport) => void
}

/** @returns true where every trial passed. */
export function runCampaign({ intensity, seed, trials, began, ended }: CampaignOptions): Promise<boolean> {
  const storm = stormOf(intensity, seed)
  return inScratch(async directory => {
    const recordings = new Map<number, Promise<Tape>>()
    const tape = (wanted: Storm): Promise<Tape> => {
      const known = recordings.get(wanted.seconds)
      if (known !== undefined) return known
      const recording = recordTape(wanted, join(directory, `market-${wanted.seconds}.jsonl`))
      recordings.set(wanted.seconds, recording)
      return recording
    }
    let passed = true
    for (const trial of trials) {
      began(trial)
      const report = await runTrial(trial, storm, () => trial.run({ storm, tape }))
      passed &&= report.passed
      ended(report)
    }
    return passed
  })
}

/** A trial that cannot be carried out has failed, and says why. */
async function runTrial(trial: Trial, storm: Storm, run: () => Promise<Findings>): Promise<TrialReport> {
  const begun = performance.now()
  const findings = await run().catch((error: unknown): Findings => {
    return { measured: { error: messageOf(error) }, required: { error: { equal: 'none' } } }
  })
  const short = shortfalls(findings)
  return {
    type: 'trial',
    name: trial.name,
    passed: short.length === 0,
    ...findings,
    short,
    intensity: storm.intensity,
    seed: storm.seed,
    elapsedMs: Math.round(performance.now() - begun),
  }
}
