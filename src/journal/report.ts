/** What reading a journal found, to the last byte. */

/** A place in the input that could not be read. Lines count from 1, bytes from 0; a packed file's damage has no line. */
export interface Corruption {
  readonly line: number | undefined
  readonly byte: number
  readonly length: number
  readonly reason: string
}

/** `bytes = Σ bytesOf`, and `lines = items + header + other + blank + corrupt` of {@link JournalReport.linesOf}. */
export interface Tally {
  item: number
  header: number
  other: number
  blank: number
  corrupt: number
  torn: number
}

export interface JournalReport {
  readonly path: string
  /** Unpacked bytes read. */
  readonly bytes: number
  readonly lines: number
  readonly bytesOf: Readonly<Tally>
  readonly linesOf: Readonly<Tally>
  /** Frames and events given out. */
  readonly items: number
  /** The first hundred. */
  readonly corruptions: readonly Corruption[]
  /** A last line or member that was cut off, if there was one. */
  readonly torn: Corruption | undefined
  /** Packed bytes that could not be unpacked. */
  readonly damagedBytes: number
  /** Bytes of the file before the place that was searched for; nothing else counts them. */
  readonly skippedBytes: number
}

export const emptyTally = (): Tally => ({ item: 0, header: 0, other: 0, blank: 0, corrupt: 0, torn: 0 })

export function addTallies(left: Readonly<Tally>, right: Readonly<Tally>): Tally {
  return {
    item: left.item + right.item,
    header: left.header + right.header,
    other: left.other + right.other,
    blank: left.blank + right.blank,
    corrupt: left.corrupt + right.corrupt,
    torn: left.torn + right.torn,
  }
}
