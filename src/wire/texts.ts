/** Texts that repeat from message to message (symbols, stream names), recognised by their bytes and turned into what they mean only once. */
import { bytes, expectedWords, textStandsAt } from './scanner.js'

interface Known<T> {
  readonly length: number
  readonly hash: number
  readonly words: Int32Array
  readonly meaning: T
}

/** More than any exchange lists; hostile ones cannot grow the table past it. */
const MOST = 8_192
const LONGEST = 64
const QUOTE = 0x22
const BACKSLASH = 0x5c

export class Texts<T> {
  /** Behind the text that {@link read} found, where its quote stands. */
  end = 0
  private readonly known = new Map<number, Known<T>[]>()
  private count = 0
  private last: Known<T> | undefined

  /** @param mean what a text means; undefined where only the general way may judge it. */
  constructor(private readonly mean: (text: string) => T | undefined) {}

  /** The meaning of the text at `at`, whose quote was passed; undefined where there is none, or the text is not plain. */
  read(at: number): T | undefined {
    const { last } = this
    if (last !== undefined && textStandsAt(at, last.length, last.words)) {
      this.end = at + last.length
      return last.meaning
    }
    return this.find(at)
  }

  private find(at: number): T | undefined {
    let hash = 0
    let end = at
    for (let byte = bytes[end] ?? 0; byte !== QUOTE; byte = bytes[++end] ?? 0) {
      if (byte < 0x20 || byte > 0x7e || byte === BACKSLASH || end - at >= LONGEST) return undefined
      hash = (Math.imul(hash, 31) + byte) | 0
    }
    this.end = end
    for (const entry of this.known.get(hash) ?? []) {
      if (entry.length === end - at && textStandsAt(at, entry.length, entry.words)) {
        this.last = entry
        return entry.meaning
      }
    }
    return this.learn(at, end, hash)
  }

  private learn(at: number, end: number, hash: number): T | undefined {
    const meaning = this.mean(bytes.toString('latin1', at, end))
    if (meaning === undefined) return undefined
    if (this.count++ >= MOST) {
      this.known.clear()
      this.count = 1
    }
    this.last = { length: end - at, hash, words: expectedWords(bytes.subarray(at, end)), meaning }
    this.known.set(hash, [...(this.known.get(hash) ?? []), this.last])
    return meaning
  }
}
