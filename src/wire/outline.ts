/** Where the values of a JSON message stand: its tree with the places of everything, for learning a layout from it. */

export interface Outline {
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'word'
  /** First byte and the one behind the last. */
  readonly start: number
  readonly end: number
  /** Values of an object or array, in their order, by key or index; empty in the others. */
  readonly children: readonly (readonly [key: string, value: Outline])[]
}

/**
 * The outline of a message that is known to be JSON.
 * @param text one character for each byte (`latin1`).
 * @returns undefined where a key is repeated or not plain, which no layout is learned from.
 */
export function outlineOf(text: string): Outline | undefined {
  try {
    return new Outliner(text).value()
  } catch (error) {
    if (error instanceof NotPlain) return undefined
    throw error
  }
}

class NotPlain extends Error {}

const SPACE = /[ \t\r\n]*/y
const STRING = /"(?:[^"\\]|\\.)*"/sy
const NUMBER = /[-+\d.eE]+/y
const WORD = /true|false|null/y

class Outliner {
  private at = 0

  constructor(private readonly text: string) {}

  value(): Outline {
    this.match(SPACE)
    const start = this.at
    switch (this.text[start]) {
      case '{':
        return this.container('object', '}', start)
      case '[':
        return this.container('array', ']', start)
      case '"':
        this.match(STRING)
        return { kind: 'string', start, end: this.at, children: [] }
      case 't':
      case 'f':
      case 'n':
        this.match(WORD)
        return { kind: 'word', start, end: this.at, children: [] }
      default:
        if (this.match(NUMBER) === '') throw new NotPlain()
        return { kind: 'number', start, end: this.at, children: [] }
    }
  }

  private container(kind: 'object' | 'array', close: string, start: number): Outline {
    const children: [string, Outline][] = []
    const keys = new Set<string>()
    this.at++
    this.match(SPACE)
    while (this.text[this.at] !== close) {
      const key = kind === 'object' ? this.key() : String(children.length)
      if (keys.has(key)) throw new NotPlain()
      keys.add(key)
      children.push([key, this.value()])
      this.match(SPACE)
      if (this.text[this.at] === ',') this.at++
      this.match(SPACE)
    }
    this.at++
    return { kind, start, end: this.at, children }
  }

  private key(): string {
    this.match(SPACE)
    const quoted = this.match(STRING)
    if (!/^"[ -~]*"$/.test(quoted) || quoted.includes('\\')) throw new NotPlain()
    this.match(SPACE)
    this.at++
    return quoted.slice(1, -1)
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? ''
    this.at += found.length
    return found
  }
}
