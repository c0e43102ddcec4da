/** A view that moves forward over a stream of bytes, as wide as what is being looked at. */

export class Window {
  bytes: Buffer = Buffer.alloc(0)
  /** Where in {@link bytes} the unread part begins. */
  at = 0
  /** Unread bytes are all that is left. */
  ended = false
  private passed = 0
  private readonly source: AsyncIterator<Buffer>

  constructor(source: AsyncIterable<Buffer>) {
    this.source = source[Symbol.asyncIterator]()
  }

  /** Bytes of the stream before the unread part. */
  get offset(): number {
    return this.passed + this.at
  }

  get available(): number {
    return this.bytes.length - this.at
  }

  /** Makes at least `length` bytes available; false where the stream ends before. */
  async fill(length: number): Promise<boolean> {
    while (this.available < length) {
      const next = await this.source.next()
      if (next.done === true) {
        this.ended = true
        return false
      }
      this.passed += this.at
      const rest = this.bytes.subarray(this.at)
      this.bytes = rest.length === 0 ? next.value : Buffer.concat([rest, next.value])
      this.at = 0
    }
    return true
  }

  take(length: number): Buffer {
    const taken = this.bytes.subarray(this.at, this.at + length)
    this.at += length
    return taken
  }

  /** Reads on without keeping: gives out whatever is at hand, or undefined at the end. */
  async takeAny(most: number): Promise<Buffer | undefined> {
    return (await this.fill(1)) ? this.take(Math.min(this.available, most)) : undefined
  }

  /** Puts back the last `length` bytes taken; they must still be in {@link bytes}. */
  putBack(length: number): void {
    this.at -= length
  }

  async close(): Promise<void> {
    await this.source.return?.()
  }
}
