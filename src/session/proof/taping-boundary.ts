/** An error boundary that hands each frame on between its decoding and its effects: the moment at which it goes onto the tape. */
import { ErrorBoundary, type FrameDecoder, type FrameOutcome } from '../../engine/boundary.js'
import type { Decoded } from '../../model/event.js'
import type { DataFrame } from '../../model/frame.js'

/** @param found what the frame says; nothing where it was refused. */
export type Tape = (frame: DataFrame, outcome: FrameOutcome, found: readonly Decoded[]) => void

/**
 * A frame that was read as JSON need not be checked again before it is written as such, which is most of what recording costs.
 * It is taped before anyone hears of it, so that no effect is on the tape, or in the world, ahead of its cause.
 */
export class TapingBoundary extends ErrorBoundary {
  tape: Tape | null = null
  /** Who decodes a frame in place of the line's own decoder; null for that one. */
  instead: ((frame: DataFrame, own: FrameDecoder) => FrameDecoder) | null = null

  override decode(frame: DataFrame, decoder: FrameDecoder, out: Decoded[]): FrameOutcome {
    const outcome = super.decode(frame, this.instead?.(frame, decoder) ?? decoder, out)
    this.tape?.(frame, outcome, out)
    return outcome
  }
}
