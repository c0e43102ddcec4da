/** What travels between threads: numbers and bytes that change hands without a copy, texts, and whole objects for what is rare. */

export interface Pack {
  readonly numbers: Float64Array<ArrayBuffer>
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly texts: readonly string[]
  readonly objects: readonly unknown[]
}

/** The buffers of a pack, which the sender gives away. */
export function transferOf({ numbers, bytes }: Pack): ArrayBuffer[] {
  return [numbers.buffer, bytes.buffer]
}

const FIRST_NUMBERS = 4_096
const FIRST_BYTES = 64 * 1024

/** Written in any order of kinds and read in the same: {@link PackReader}. */
export class PackWriter {
  #numbers = new Float64Array(FIRST_NUMBERS)
  #bytes = new Uint8Array(FIRST_BYTES)
  #texts: string[] = []
  #objects: unknown[] = []
  /** Where a text that repeats stands. */
  readonly #known = new Map<string, number>()
  #count = 0
  #length = 0

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** Of frames' data so far. */
  get size(): number {
    return this.#length
  }

  number(value: number): void {
    if (this.#count === this.#numbers.length) {
      const grown = new Float64Array(this.#numbers.length * 2)
      grown.set(this.#numbers)
      this.#numbers = grown
    }
    this.#numbers[this.#count++] = value
  }

  /** A text that will hardly come again, such as an id. */
  text(value: string): void {
    this.number(this.#texts.push(value) - 1)
  }

  /** A text that comes time and again, such as a symbol: sent once with each pack. */
  name(value: string): void {
    let index = this.#known.get(value)
    if (index === undefined) this.#known.set(value, (index = this.#texts.push(value) - 1))
    this.number(index)
  }

  data(value: Uint8Array): void {
    const end = this.#length + value.length
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = grown
    }
    this.#bytes.set(value, this.#length)
    this.number(value.length)
    this.#length = end
  }

  /** @param value plain, so that it can be cloned. */
  object(value: unknown): void {
    this.number(this.#objects.push(value) - 1)
  }

  /** All that was written, in memory of its own; the writer begins again. */
  take(): Pack {
    const pack = {
      numbers: this.#numbers.slice(0, this.#count),
      bytes: this.#bytes.slice(0, this.#length),
      texts: this.#texts,
      objects: this.#objects,
    }
    this.#texts = []
    this.#objects = []
    this.#known.clear()
    this.#count = 0
    this.#length = 0
    return pack
  }
}

export class PackReader {
  #at = 0
  #offset = 0

  constructor(private readonly pack: Pack) {}

  get isAtEnd(): boolean {
    return this.#at >= this.pack.numbers.length
  }

  number(): number {
    const value = this.pack.numbers[this.#at++]
    if (value === undefined) throw new RangeError('a pack was read beyond its end')
    return value
  }

  text(): string {
    const value = this.pack.texts[this.number()]
    if (value === undefined) throw new RangeError('a pack names a text that is not in it')
    return value
  }

  /** A view of the pack's bytes. */
  data(): Buffer {
    const length = this.number()
    const { buffer } = this.pack.bytes
    const data = Buffer.from(buffer, this.pack.bytes.byteOffset + this.#offset, length)
    this.#offset += length
    return data
  }

  object(): unknown {
    return this.pack.objects[this.number()]
  }
}
