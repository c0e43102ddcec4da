/** A source of frames: live connections, a paced recording or a simulation, all with the same two calls. */
import type { FrameOutcome } from '../engine/boundary.js'
import type { Frame } from '../model/frame.js'

export interface FrameSource {
  /**
   * Delivers frames one after the other until the source ends or is stopped.
   * @throws GenesisError where the source cannot go on; an error thrown by `deliver` ends the run as well.
   */
  run(deliver: Deliver): Promise<void>
  /** Ends the run; when it resolves, every socket and timer is gone and nothing is delivered any more. */
  stop(reason: string): Promise<void>
}

/**
 * Synchronous; `undefined` is for frames that are not data. Only market data (`decoded`) proves a connection healthy; heartbeats
 * and acknowledgements do not.
 */
export type Deliver = (frame: Frame) => FrameOutcome | undefined
