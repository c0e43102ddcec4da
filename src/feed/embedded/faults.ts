/** Faults on request: what the embedded exchange does wrong on purpose, seeded and counted to the message. */
import { Random } from '../../engine/random.js'
import { garbageFor } from './garbage.js'
import type { FaultPlan } from './fault-plan.js'

/** What a fault can do to one client's connection. */
export interface FaultLink {
  put(data: string | Buffer): void
  /** Ends the transport without a closing handshake, after what was put before. */
  cut(): void
  /** Ends it at once and throws away what is under way. */
  reset(): void
  /** Closes with a closing handshake. */
  close(): void
  /** Leaves the connection open and mute: no data, no answers, no pongs. */
  stall(): void
  /** Announces the end and closes a little later. */
  shutdown(): void
  readonly isMute: boolean
}

/** Exact: offered = delivered + dropped + withheld + lost + held, and sent = delivered + duplicated + garbage. */
export interface FaultCounts {
  /** Messages that the market had for clients. */
  offered: number
  delivered: number
  /** Put on connections, of whatever kind. */
  sent: number
  dropped: number
  /** Not sent because the connection was stalled or gone. */
  withheld: number
  /** Waiting to be sent after the one that follows. */
  held: number
  /** Was waiting so when its connection ended. */
  lost: number
  duplicated: number
  garbage: number
  reordered: number
  cuts: number
  stalls: number
  acksDelayed: number
  acksWithheld: number
  refusedConnections: number
}

/** One for the whole exchange: `cut@1500` means the connection that carries the 1,500th message of all. */
export class Faults {
  readonly counts: FaultCounts = {
    offered: 0, delivered: 0, sent: 0, dropped: 0, withheld: 0, held: 0, lost: 0, duplicated: 0, garbage: 0, reordered: 0, cuts: 0,
    stalls: 0, acksDelayed: 0, acksWithheld: 0, refusedConnections: 0,
  } // prettier-ignore
  private readonly random: Random
  private readonly waiting = new Map<FaultLink, string>()
  private readonly triggers: FaultPlan['triggers'][number][]

  constructor(
    private readonly plan: FaultPlan,
    seed: number | string,
  ) {
    this.random = new Random(`${seed}/faults`)
    this.triggers = [...plan.triggers].sort((a, b) => a.after - b.after)
  }

  /** The status with which the next connection attempt is refused, or null. */
  refusal(): number | null {
    const { status, busy } = this.plan
    if (status === null && this.counts.refusedConnections >= busy) return null
    this.counts.refusedConnections++
    return status ?? 429
  }

  /** Sends a message of the market, or does to it what the plan says. */
  data(text: string, link: FaultLink): void {
    this.counts.offered++
    if (link.isMute) this.counts.withheld++
    else if (this.happens(this.plan.drop)) this.counts.dropped++
    else if (!this.waiting.has(link) && this.happens(this.plan.reorder)) this.hold(text, link)
    else this.deliver(text, link)
  }

  /** Sends an answer to a request, late or never where the plan says so; `later` runs its argument after so many ms. */
  ack(text: string, link: FaultLink, later: (run: () => void, ms: number) => void): void {
    if (this.plan.withholdAcks) {
      this.counts.acksWithheld++
    } else if (this.plan.lateAckMs > 0) {
      this.counts.acksDelayed++
      later(() => link.put(text), this.plan.lateAckMs)
    } else {
      link.put(text)
    }
  }

  /** The connection is gone. */
  left(link: FaultLink): void {
    if (!this.waiting.delete(link)) return
    this.counts.held--
    this.counts.lost++
  }

  private hold(text: string, link: FaultLink): void {
    this.waiting.set(link, text)
    this.counts.held++
    this.counts.reordered++
  }

  private deliver(text: string, link: FaultLink): void {
    if (this.happens(this.plan.garbage)) {
      this.counts.garbage++
      this.put(garbageFor(text, this.random), link)
    }
    this.pass(text, link)
    const overtaken = this.waiting.get(link)
    if (overtaken === undefined) return
    this.waiting.delete(link)
    this.counts.held--
    if (link.isMute) this.counts.lost++
    else this.pass(overtaken, link)
  }

  private pass(text: string, link: FaultLink): void {
    this.put(text, link)
    this.counts.delivered++
    if (this.happens(this.plan.duplicate)) {
      this.counts.duplicated++
      this.put(text, link)
    }
    while ((this.triggers[0]?.after ?? Number.POSITIVE_INFINITY) <= this.counts.delivered) {
      const trigger = this.triggers.shift()
      if (trigger !== undefined) this.strike(trigger.what, link)
    }
  }

  private strike(what: FaultPlan['triggers'][number]['what'], link: FaultLink): void {
    if (what === 'stall') this.counts.stalls++
    else this.counts.cuts++
    link[what]()
  }

  private put(data: string | Buffer, link: FaultLink): void {
    this.counts.sent++
    link.put(data)
  }

  private happens(probability: number): boolean {
    return probability > 0 && this.random.chance(probability)
  }
}
