/** When a checkpoint is taken: often enough that little is read behind the last one, and so seldom that they weigh little. */

/** Unpacked bytes of a recording between two checkpoints: read and folded in a moment. */
const SPACING = 4 * 1024 * 1024
/** So many times its own size of the recording lies before a checkpoint. */
const SHARE = 16
/** A state larger than this holds a live run up for longer than it should; such a recording is indexed afterwards. */
export const MOST_LIVE = 4 * 1024 * 1024

export interface SpacingOptions {
  /** Bytes between two checkpoints at least; 4 MB unless told. */
  readonly spacing?: number
  /** So many times its own size lies before a checkpoint; 16 unless told. */
  readonly share?: number
}

/** Knows how far the recording is, and says when it is time. */
export class Spacing {
  private due: number

  /** @param begun bytes that lie before the first that is counted. */
  constructor(
    private readonly options: SpacingOptions,
    begun = 0,
  ) {
    this.due = begun + (options.spacing ?? SPACING)
  }

  isDue(bytes: number): boolean {
    return bytes >= this.due
  }

  taken(bytes: number, size: number): void {
    const { spacing = SPACING, share = SHARE } = this.options
    this.due = bytes + Math.max(spacing, share * size)
  }
}
