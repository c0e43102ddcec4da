/** A bar with the time left, on stderr where that is a terminal. */
import type { CommandInput } from './command.js'
import { spanText } from './format.js'

const WIDTH = 30
const CLEAR = '\r\x1b[K'

export class ProgressBar {
  readonly #begun = performance.now()
  readonly #shows: boolean
  #drawn = false

  constructor(private readonly input: Pick<CommandInput, 'io' | 'options'>) {
    this.#shows = input.options.quiet !== true && input.io.stderr.isTTY === true
  }

  /** @param share of the work that is done, 0 to 1. */
  show(share: number): void {
    if (!this.#shows) return
    const elapsedMs = performance.now() - this.#begun
    const left = share <= 0 ? '' : ` · ${spanText((elapsedMs / share) * (1 - share) * 1000)} left`
    const filled = Math.round(share * WIDTH)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`
    this.input.io.stderr.write(`${CLEAR}${bar} ${(share * 100).toFixed(0)}%${left}`)
    this.#drawn = true
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#drawn) this.input.io.stderr.write(CLEAR)
    this.#drawn = false
  }
}
