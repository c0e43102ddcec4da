/** Runs a decompressor of Node one step at a time, so that what it has not taken can be put back. */
import { messageOf } from '../model/errors.js'
import type { Transform } from 'node:stream'
import { crc32 } from 'node:zlib'
import type { Window } from './window.js'

/** Node's decompressors count what they have taken of their input. */
export type Decompressor = Transform & { readonly bytesWritten: number }

/** Packed bytes given to it at once: at most about a thousand times as many come out. */
const STEP = 16 * 1024

export class Inflater {
  produced = 0
  checksum = 0
  failure: string | undefined
  /** The input ended before the packed stream did. */
  cut = false
  private output: Buffer[] = []
  private ended = false
  private fed = 0
  private wake: () => void = () => undefined

  constructor(
    private readonly window: Window,
    private readonly stream: Decompressor,
  ) {
    stream.on('data', (bytes: Buffer) => {
      this.output.push(bytes)
      this.produced += bytes.length
      this.checksum = crc32(bytes, this.checksum)
    })
    stream.on('end', () => {
      this.ended = true
      this.wake()
    })
    stream.on('error', error => {
      this.failure = messageOf(error)
      this.wake()
    })
  }

  /** @returns false when the packed stream has ended, well or not. */
  async step(): Promise<boolean> {
    const input = await this.window.takeAny(STEP)
    if (input === undefined) {
      // What is left comes out before the end is announced, and not before ending has been accepted.
      await this.run(() => this.stream.end())
      // At the end of the input, failing means that more was expected.
      this.cut = this.failure !== undefined
      this.failure = undefined
      return false
    }
    this.fed += input.length
    await this.run(done => this.stream.write(input, done))
    if (this.failure !== undefined) return false
    if (!this.ended) return true
    this.window.putBack(this.fed - this.stream.bytesWritten)
    return false
  }

  takeOutput(): Buffer[] {
    const { output } = this
    this.output = []
    return output
  }

  close(): void {
    this.stream.destroy()
  }

  /** At the end of the packed stream Node announces the end and never calls back. */
  private run(start: (done: () => void) => void): Promise<void> {
    return new Promise(resolve => {
      this.wake = resolve
      start(() => resolve())
    })
  }
}
