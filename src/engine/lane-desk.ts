/** All lanes of a bus: which of them run next, and how full they are. */
import type { Lane } from './lane.js'

/** `high` asks whoever feeds the bus to pause, `normal` to go on. */
export interface Pressure {
  readonly state: 'normal' | 'high'
  /** Of the fullest lane, 0 to 1. */
  readonly fill: number
}

export interface LaneDeskOptions {
  /** Runs work soon, but not now. */
  readonly defer: (work: () => void) => void
  readonly pressureChanged: (pressure: Pressure) => void
}

const HIGH_FILL = 0.5
const LOW_FILL = 0.25

export class LaneDesk {
  private readonly lanes = new Set<Lane>()
  private readonly ready = new Set<Lane>()
  private isDeferred = false
  private state: Pressure['state'] = 'normal'
  private urgency: 'paced' | 'urgent' = 'paced'

  constructor(private readonly options: LaneDeskOptions) {}

  get pressure(): Pressure {
    return { state: this.state, fill: this.fill }
  }

  open(lane: Lane): void {
    this.lanes.add(lane)
    if (this.urgency === 'urgent') lane.setUrgency('urgent')
  }

  close(lane: Lane): void {
    this.lanes.delete(lane)
    this.ready.delete(lane)
    this.measure()
  }

  wake(lane: Lane): void {
    this.ready.add(lane)
    if (this.isDeferred) return
    this.isDeferred = true
    this.options.defer(this.pump)
  }

  /** Lets every lane deliver without rests, to get to the end. */
  setUrgency(urgency: 'paced' | 'urgent'): void {
    this.urgency = urgency
    for (const lane of this.lanes) lane.setUrgency(urgency)
  }

  /** Compares the fullest lane with the marks. @returns its fill. */
  measure(): number {
    const { fill } = this
    const state = fill >= HIGH_FILL ? 'high' : fill <= LOW_FILL ? 'normal' : this.state
    if (state !== this.state) {
      this.state = state
      this.options.pressureChanged({ state, fill })
    }
    return fill
  }

  /** What does not add up in any lane. */
  check(): string[] {
    return [...this.lanes].flatMap(lane => lane.check() ?? [])
  }

  private get fill(): number {
    let fill = 0
    for (const lane of this.lanes) fill = Math.max(fill, lane.fill)
    return fill
  }

  /** One batch for each lane that is ready, the most important subscriber's first. */
  private readonly pump = (): void => {
    this.isDeferred = false
    const lanes = [...this.ready].sort((a, b) => a.rank - b.rank || a.order - b.order)
    this.ready.clear()
    for (const lane of lanes) lane.run()
  }
}
