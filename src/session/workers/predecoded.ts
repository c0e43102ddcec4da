/** What workers have found in frames, kept until the fold comes to them: there it takes the place of a decoder. */
import type { FrameDecoder } from '../../engine/boundary.js'
import { DecodeError, GenesisError } from '../../model/errors.js'
import type { DataFrame } from '../../model/frame.js'
import type { Finding } from './found-codec.js'

interface Waiting {
  readonly data: Buffer
  readonly finding: Finding
}

export class Predecoded {
  #waiting: Waiting[] = []
  #next = 0
  #finding: Finding = null
  /** Tells of a frame what was found in it, or refuses it with the reason that was found. */
  readonly #teller: FrameDecoder = {
    decode: (_data, _receivedAt, out) => {
      const finding = this.#finding ?? []
      if (!('code' in finding)) for (const item of finding) out.push(item)
      else if (finding.code === 'internal') throw new Error(finding.message)
      else throw new DecodeError(finding.code, finding.message)
    },
  }

  /** To be called in the order in which the frames are delivered. */
  put(data: Buffer, finding: Finding): void {
    this.#waiting.push({ data, finding })
  }

  /**
   * Who decodes this frame: its finding, or `own` where no worker has seen it, as the tape of a resumed run.
   * @throws GenesisError where frames are not folded in the order in which they were put.
   */
  decoderOf({ data }: DataFrame, own: FrameDecoder): FrameDecoder {
    const waiting = this.#waiting[this.#next]
    if (waiting === undefined) return own
    if (waiting.data !== data) throw new GenesisError('out_of_step', 'a frame was folded out of its order')
    this.#next++
    if (this.#next === this.#waiting.length) {
      this.#waiting = []
      this.#next = 0
    }
    this.#finding = waiting.finding
    // A frame that is too large, or was understood while it was read, needs no decoder where it is folded.
    return waiting.finding === null ? own : this.#teller
  }
}
