/** Unpacked bytes that wait until it is known whether they can be trusted. */

/** So much is held until a checksum has verified it; of what is longer all goes out unverified but its end. */
const VERIFIED = 8 * 1024 * 1024
/** What is held back of it: damage shows some way behind its place. More would live long enough to wait for the next great collection. */
const END = 1024 * 1024

/** Of one member or entry, in order. */
export class HeldBack {
  private readonly held: Buffer[] = []
  private length = 0
  private total = 0

  add(bytes: Buffer): void {
    this.held.push(bytes)
    this.length += bytes.length
    this.total += bytes.length
  }

  /** What need not wait for the checksum any longer, because so much has followed it. */
  *passed(): Generator<Buffer> {
    while (this.total > VERIFIED && this.length > END) {
      const bytes = this.held.shift()
      if (bytes === undefined) return
      this.length -= bytes.length
      yield bytes
    }
  }

  /** All the rest, once it is trusted. */
  rest(): readonly Buffer[] {
    return this.held
  }
}
