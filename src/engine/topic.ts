/** One event name with the subscribers that hear it, in the order in which they hear. */
import { Runner, type RunnerTopic } from './runner.js'
import type { Subscription } from './subscription.js'

export class Topic implements RunnerTopic {
  emitted = 0
  reached = 0
  failures = 0
  runner: Runner
  private members: readonly Subscription[] = []
  private owedBefore = 0
  private emittedAtChange = 0
  /** The runner of the event under way, if there is one: the runner that was in place when `emitted` had this value. */
  private underWay: Runner
  private underWaySince = 0

  constructor(
    readonly type: string,
    /** Called whenever the runner is another. */
    private readonly changed: () => void,
  ) {
    this.runner = new Runner(this, [], [])
    this.underWay = this.runner
  }

  /** The slots that all events up to now had to pass; equals `reached` whenever no event is under way. */
  get owed(): number {
    return this.owedBefore + (this.emitted - this.emittedAtChange) * this.runner.slots.length
  }

  get isUnderWay(): boolean {
    return this.reached < this.owed
  }

  get subscriptions(): readonly Subscription[] {
    return this.members
  }

  /** The subscriber hears the next event, not the one under way. */
  add(subscription: Subscription): void {
    subscription.entries.push({ topic: this, base: this.emitted })
    this.change([...this.members, subscription].sort((a, b) => a.rank - b.rank || a.order - b.order))
  }

  /** The subscriber hears nothing from now on, not even the event under way. */
  remove(subscription: Subscription): void {
    this.change(this.members.filter(member => member !== subscription))
    this.underWay.replace(subscription, subscription.miss)
  }

  install(runner: Runner): void {
    this.runner = runner
    this.changed()
  }

  /** Asks every subscriber anew how it wants to be called. */
  refresh(): void {
    this.change(this.members)
  }

  private change(members: readonly Subscription[]): void {
    if (this.underWaySince !== this.emitted) {
      this.underWay = this.runner
      this.underWaySince = this.emitted
    }
    this.owedBefore = this.owed
    this.emittedAtChange = this.emitted
    this.members = members
    const slots = members.map(member => member.slot())
    this.install(new Runner(this, slots, members))
  }
}
