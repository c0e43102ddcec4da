/** Carries one event past the handlers of its topic, in order, whatever any of them throws. */
import { compileRun, type RunCode } from './compiled-run.js'
import { isPromiseLike } from './pending-calls.js'

/** A handler as a topic calls it. */
export type Slot = (data: unknown, eventType: string, source: string) => unknown

/** Who is answerable for a slot. */
export interface SlotOwner {
  failSync(error: unknown): void
  await(promise: PromiseLike<unknown>): void
}

/** The counters of a topic that a runner moves. */
export interface RunnerTopic {
  readonly type: string
  emitted: number
  /** Slots passed, whether their handler returned or threw. */
  reached: number
  failures: number
  /** Puts another runner in place for the events to come. */
  install(runner: Runner): void
  readonly runner: Runner
}

/** Runs after which a topic's slots count as settled and its run is compiled. */
const HOT = 500
/** Beyond this the loop is as good. */
const MOST_COMPILED = 32

/**
 * Slots and owners lie in step and never change place; a topic whose subscribers change gets a new runner, so that the event
 * under way still meets the old ones. One try block stands around the whole run and is entered again after a throw.
 */
export class Runner {
  private static readonly loop: RunCode = (runner, data, source) => {
    runner.topic.emitted++
    runner.runFrom(0, data, source)
    if (++runner.runs === HOT) runner.compile()
  }

  private runs = 0
  private code: RunCode = Runner.loop

  constructor(
    protected readonly topic: RunnerTopic,
    readonly slots: Slot[],
    readonly owners: readonly SlotOwner[],
  ) {}

  run(data: unknown, source: string): void {
    this.code(this, data, source)
  }

  /** Puts `slot` in the place of an owner's own, also for the event under way. */
  replace(owner: SlotOwner, slot: Slot): void {
    const place = this.owners.indexOf(owner)
    if (place >= 0) this.slots[place] = slot
  }

  protected runFrom(start: number, data: unknown, source: string): void {
    const { slots, topic } = this
    const { type } = topic
    for (let at = start; ; at++) {
      try {
        for (; at < slots.length; at++) {
          const slot = slots[at] as Slot
          const value = slot(data, type, source)
          if (value !== undefined) this.returned(at, value)
        }
        topic.reached += at
        return
      } catch (error) {
        this.fail(at, error)
      }
    }
  }

  /** For compiled runs: counts the failure of the slot at `at` and goes on behind it. */
  protected resume(at: number, error: unknown, data: unknown, source: string): void {
    this.fail(at, error)
    this.runFrom(at + 1, data, source)
  }

  protected returned(at: number, value: unknown): void {
    if (isPromiseLike(value)) this.owners[at]?.await(value)
  }

  private fail(at: number, error: unknown): void {
    this.topic.failures++
    this.owners[at]?.failSync(error)
  }

  private compile(): void {
    const compiled =
      this.slots.length <= MOST_COMPILED ? compileRun(Runner, this.topic, this.slots, this.owners) : undefined
    if (typeof compiled === 'function') this.code = compiled
    else if (compiled !== undefined && this.topic.runner === this) this.topic.install(compiled)
  }
}
