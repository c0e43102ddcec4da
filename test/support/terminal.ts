/** A small terminal: keeps what a program draws as lines of text, as far as genesis uses escape sequences. */
import { Writable } from 'node:stream'

export class FakeTerminal extends Writable {
  readonly isTTY = true
  /** Everything written, as it was written. */
  raw = ''
  /** Bytes of each write. */
  readonly writes: number[] = []
  #alternate: string[] | null = null
  readonly #main: string[] = ['']
  #row = 0

  constructor(
    public columns = 80,
    public rows = 24,
  ) {
    super({ decodeStrings: false })
  }

  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    this.emit('resize')
  }

  /** What the user sees now. */
  get screen(): string[] {
    return (this.#alternate ?? this.#main).map(line => line.trimEnd())
  }

  override _write(chunk: string | Buffer, _: BufferEncoding, done: () => void): void {
    const text = chunk.toString()
    this.raw += text
    this.writes.push(Buffer.byteLength(text))
    for (const [piece] of text.matchAll(/\u001b\[[0-9;?]*[a-zA-Z]|\n|[^\u001b\n]+/g)) this.#take(piece)
    done()
  }

  #take(piece: string): void {
    const sequence = /^\u001b\[([0-9;?]*)([a-zA-Z])$/.exec(piece)
    if (sequence === null) {
      this.#print(piece)
      return
    }
    const [, parameters = '', command] = sequence
    if (command === 'h' && parameters === '?1049') this.#alternate = []
    else if (command === 'l' && parameters === '?1049') this.#alternate = null
    else if (command === 'H') this.#row = Number(parameters.split(';')[0] ?? 1) - 1
    else if (command === 'K') this.#lines[this.#row] = this.#pending
    else if (command === 'J') this.#lines.length = 0
    if (command === 'H') this.#pending = ''
  }

  #pending = ''

  get #lines(): string[] {
    return this.#alternate ?? this.#main
  }

  #print(piece: string): void {
    if (this.#alternate !== null) {
      this.#pending += piece
      return
    }
    if (piece === '\n') this.#main.push('')
    else this.#main[this.#main.length - 1] += piece
  }
}
