/** Ends a run whose strategy does not return: users' handlers share our thread, so only an interruption from outside can stop a loop. */
import { Script } from 'node:vm'
import type { FrameOutcome } from '../engine/boundary.js'
import { GenesisError } from '../model/errors.js'
import type { FeedEvent } from '../model/event.js'
import type { Frame } from '../model/frame.js'
import type { RunSource } from './run.js'

/** Work that may be interrupted is reached by the script through this name. */
const SLOT = Symbol.for('genesis.guarded')
const SCRIPT = new Script(`globalThis[Symbol.for('genesis.guarded')]()`)
/** Pieces delivered under one watch: starting a watch costs as much as decoding a hundred frames. */
const MOST_AT_ONCE = 512

type Piece = { readonly frame: Frame } | { readonly event: FeedEvent } | { readonly act: () => void }

export class StrategyGuard {
  /** @param culprit which handler of which strategy was entered and not left; asked after an interruption. */
  constructor(
    private readonly hangMs: number,
    private readonly culprit: () => string,
  ) {}

  /**
   * Runs `work` to its end, or interrupts it wherever it is once it has taken too long. After that nothing that took part can go
   * on; what was written down before is whole.
   * @throws GenesisError `strategy_hangs` after an interruption, and whatever `work` throws.
   */
  run(work: () => void): void {
    const holder = globalThis as unknown as Record<symbol, unknown>
    holder[SLOT] = work
    try {
      SCRIPT.runInThisContext({ timeout: this.hangMs })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      throw new GenesisError(
        'strategy_hangs',
        `${this.culprit()} did not return for ${this.hangMs / 1000} s`,
        undefined,
        {
          hint: 'look for a loop that does not end, or allow more time with --watchdog; a session goes on with genesis paper --resume',
        },
      )
    } finally {
      holder[SLOT] = undefined
    }
  }

  /** The source with everything it delivers under watch: what comes at one turn of the event loop is gathered and passed on together. */
  over(source: RunSource & { onBegin?: () => void }): RunSource {
    return {
      stop: reason => source.stop(reason),
      run: (deliver, deliverEvent) => this.#gather(source, deliver, deliverEvent),
    }
  }

  #gather(
    source: RunSource & { onBegin?: () => void },
    deliver: (frame: Frame) => FrameOutcome | undefined,
    deliverEvent: (event: FeedEvent) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const gathered = new Gathered(pieces => this.run(() => passAll(pieces, deliver, deliverEvent)), reject)
      const { onBegin } = source
      if (onBegin !== undefined) source.onBegin = () => gathered.add({ act: onBegin })
      source
        .run(
          frame => {
            gathered.add({ frame })
            return undefined
          },
          event => gathered.add({ event }),
        )
        .then(() => {
          gathered.flush()
          resolve()
        })
        .catch(reject)
    })
  }
}

function passAll(
  pieces: readonly Piece[],
  deliver: (frame: Frame) => FrameOutcome | undefined,
  deliverEvent: (event: FeedEvent) => void,
): void {
  for (const piece of pieces) {
    if ('frame' in piece) deliver(piece.frame)
    else if ('event' in piece) deliverEvent(piece.event)
    else piece.act()
  }
}

/** What was delivered and has not been passed on: it is, as soon as the code that delivers it pauses. */
class Gathered {
  #waiting: Piece[] = []
  #isOver = false

  constructor(
    private readonly pass: (pieces: readonly Piece[]) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  add(piece: Piece): void {
    if (this.#isOver) return
    if (this.#waiting.push(piece) === 1) queueMicrotask(() => this.flush())
  }

  flush(): void {
    const pieces = this.#waiting
    this.#waiting = []
    try {
      for (let at = 0; at < pieces.length && !this.#isOver; at += MOST_AT_ONCE) {
        this.pass(pieces.slice(at, at + MOST_AT_ONCE))
      }
    } catch (error) {
      this.#isOver = true
      this.failed(error)
    }
  }
}
