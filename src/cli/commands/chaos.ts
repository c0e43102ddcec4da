/** `genesis chaos`: the four trials, or what breaks without one of the mechanisms; measured against what is required. */
import { eventLine } from '../../model/event-line.js'
import { EXIT, GenesisError, UsageError, type ExitCode } from '../../model/errors.js'
import { ablate } from '../../session/chaos/ablation.js'
import { runCampaign } from '../../session/chaos/campaign.js'
import { probeOf } from '../../session/chaos/probes/registry.js'
import { boundText, type Findings } from '../../session/chaos/trial.js'
import { TRIALS } from '../../session/chaos/trials.js'
import { mechanismNamed } from '../../session/mechanism-list.js'
import type { CommandInput } from '../command.js'
import { countText } from '../format.js'
import { listing, type Cell } from '../listing.js'
import { createPalette, type Palette } from '../palette.js'
import { printsLines } from '../presentation.js'

const DEFAULT_INTENSITY = 1_000
const DEFAULT_SEED = 1

export function run(input: CommandInput): Promise<ExitCode> {
  const { without } = input.options
  return without === undefined ? runTrials(input) : runWithout(input, without)
}

async function runTrials(input: CommandInput): Promise<ExitCode> {
  const { options } = input
  const trials = options.trial === undefined ? TRIALS : TRIALS.filter(({ number }) => number === options.trial)
  if (trials.length === 0)
    throw new UsageError('trial', `there is no trial ${options.trial ?? ''}`, { hint: 'there are 1 to 4' })
  const printer = new Printer(input)
  const passed = await runCampaign({
    intensity: options.intensity ?? DEFAULT_INTENSITY,
    seed: options.seed ?? DEFAULT_SEED,
    trials,
    began: trial => printer.note(`trial ${trial.number}, ${trial.name} …`),
    ended: report =>
      printer.print(report, `trial ${report.name} · intensity ${report.intensity} · seed ${report.seed}`),
  })
  return passed ? EXIT.done : EXIT.verification
}

/** @throws GenesisError where the promise holds all the same: then the probe proves nothing. */
async function runWithout(input: CommandInput, text: string): Promise<ExitCode> {
  const mechanism = mechanismNamed(text)
  const printer = new Printer(input)
  printer.note(`without ${mechanism.term} …`)
  const report = await ablate(mechanism, probeOf(mechanism.key))
  printer.print(report, `without ${mechanism.term} (${mechanism.name})`)
  if (report.passed) throw new GenesisError('ablation', `the promise holds without ${mechanism.key}: ${report.promise}`)
  printer.note(`broken, as it must be: ${report.promise}`)
  return EXIT.verification
}

interface Printed extends Findings {
  readonly passed: boolean
  readonly short: readonly string[]
  readonly elapsedMs: number
}

class Printer {
  readonly #lines: boolean
  readonly #palette: Palette

  constructor(private readonly input: CommandInput) {
    this.#lines = printsLines(input)
    this.#palette = createPalette(input.io, input.io.stdout, { noColor: input.options.color === false })
  }

  note(text: string): void {
    if (this.input.options.quiet !== true) this.input.io.stderr.write(`${text}\n`)
  }

  print(report: Printed, title: string): void {
    const { stdout } = this.input.io
    if (this.#lines) {
      stdout.write(`${eventLine(report)}\n`)
      return
    }
    const verdict = report.passed ? this.#palette.green('passed') : this.#palette.red('fell short')
    stdout.write(`${title}: ${verdict} in ${(report.elapsedMs / 1_000).toFixed(1)}s\n${this.#table(report)}\n\n`)
  }

  #table(report: Printed): string {
    const rows = Object.entries(report.measured).map(([name, figure]): Cell[] => {
      const bound = report.required[name]
      const verdict = bound === undefined ? '' : report.short.includes(name) ? 'short' : 'ok'
      return [
        `  ${words(name)}`,
        { text: figureText(figure), align: 'right' },
        bound === undefined ? '' : boundText(bound),
        verdict,
      ]
    })
    return listing(['  figure', 'measured', 'required', ''], rows, this.#palette)
  }
}

/** `slowestRecoveryMs` → `slowest recovery ms`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
}

function figureText(figure: number | string | boolean): string {
  if (typeof figure !== 'number') return figure === '' ? '–' : String(figure).slice(0, 24)
  return Number.isInteger(figure) ? countText(figure) : String(figure)
}
