/** A worker's half of the fold: frames to what they say, by decoders that keep their history line by line as the engine's do. */
import { ErrorBoundary, type DeadLetter, type FrameOutcome } from '../../engine/boundary.js'
import { VirtualClock } from '../../engine/clock.js'
import { Engine, type LineDecoder } from '../../engine/engine.js'
import type { Decoded } from '../../model/event.js'
import type { Frame } from '../../model/frame.js'
import type { Finding } from './found-codec.js'

export interface DecodedFrame {
  readonly outcome: FrameOutcome
  readonly finding: Finding
}

export class FrameDecoding {
  readonly #engine: Engine
  #found: Decoded[] = []
  #letter: DeadLetter | null = null

  constructor(createDecoder: (exchange: string) => LineDecoder) {
    const keep = (item: Decoded): void => void this.#found.push(item)
    const leave = (): void => undefined
    this.#engine = new Engine({
      clock: new VirtualClock(),
      boundary: new ErrorBoundary({ keep: letter => (this.#letter = letter) }),
      createDecoder,
      outlet: { market: keep, book: keep, notice: keep, imported: leave, link: leave, control: leave },
    })
  }

  /** What a data frame says; of another frame, only that its time has come. */
  decode(frame: Frame): DecodedFrame {
    this.#found = []
    this.#letter = null
    const outcome = this.#engine.ingest(frame)
    if (outcome !== 'refused') return { outcome, finding: this.#found }
    return { outcome, finding: refusalOf(this.#letter) }
  }
}

function refusalOf(letter: DeadLetter | null): Finding {
  if (letter === null || letter.stage === 'size') return null
  return { code: letter.code, message: letter.message }
}
