/** A bar with the time left, on stderr where that is a terminal. */
import type { CommandInput } from './command.js'
import { spanText } from './format.js'

const WIDTH = 30
const CLEAR = '\r\x1b[K'

export class ProgressBar {
  readonly #begun = performance.now()
  readonly #shows: boolean
  #last = ''

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
    const text = `${bar} ${(share * 100).toFixed(0)}%${left}`
    if (text !== this.#last) this.input.io.stderr.write(`${CLEAR}${text}`)
    this.#last = text
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#last !== '') this.input.io.stderr.write(CLEAR)
    this.#last = ''
  }
}
