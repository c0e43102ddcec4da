/** A terminal picture that changes without flicker: whole lines are compared and only the changed ones are written. */
import type { Output } from './io.js'

const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const BEGIN = '\u001b[?2026h'
const END = '\u001b[?2026l'

/**
 * Draws on the alternate screen, so that the user's scrollback stays as it was; {@link close} leaves it and prints the last
 * picture into the scrollback. Every frame is one write inside a synchronised update (private mode 2026, ignored where unknown).
 */
export class Screen {
  #lines: readonly string[] = []
  #open = false
  #blocked = false
  readonly #redraw = (): void => {
    this.#lines = []
  }
  readonly #resume = (): void => {
    this.#blocked = false
  }

  constructor(private readonly output: Output) {}

  get columns(): number {
    return Math.max(20, this.output.columns ?? 80)
  }

  get rows(): number {
    return Math.max(5, this.output.rows ?? 24)
  }

  open(): void {
    if (this.#open) return
    this.#open = true
    this.output.write(ENTER)
    this.output.on('resize', this.#redraw)
    this.output.on('drain', this.#resume)
  }

  /** Shows the lines, cut to the window's height. A frame is dropped while the terminal is behind. */
  draw(lines: readonly string[]): void {
    if (!this.#open || this.#blocked) return
    const visible = lines.slice(0, this.rows)
    const changes = this.#changes(visible)
    this.#lines = visible
    if (changes !== '') this.#blocked = !this.output.write(BEGIN + changes + END)
  }

  /** Leaves the alternate screen and prints `lines` where the user's prompt will follow. */
  close(lines: readonly string[]): void {
    if (!this.#open) return
    this.#open = false
    this.output.off('resize', this.#redraw)
    this.output.off('drain', this.#resume)
    this.output.write(`${LEAVE}${lines.join('\n')}${lines.length > 0 ? '\n' : ''}`)
  }

  #changes(lines: readonly string[]): string {
    let text = this.#lines.length === 0 ? '\u001b[2J' : ''
    for (let row = 0; row < lines.length; row++) {
      if (lines[row] !== this.#lines[row]) text += `\u001b[${row + 1};1H${lines[row] ?? ''}\u001b[K`
    }
    for (let row = lines.length; row < this.#lines.length; row++) text += `\u001b[${row + 1};1H\u001b[K`
    return text
  }
}
