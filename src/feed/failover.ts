/** QuantumTunnelV4 · transport failover: endpoints and proxies in turn, with a backoff that only market data resets. */
import { Backoff } from './backoff.js'
import type { Random } from './timers.js'

/** One way to the exchange. */
export interface Route {
  readonly base: string
  /** Address of an HTTP proxy, or null for a direct connection. */
  readonly proxy: string | null
}

/** How an attempt on a route ended. */
export interface RouteFailure {
  /** For how long the connection had delivered market data. */
  readonly dataMs: number
  /** Trying this route again is pointless: refused by law, by rule or by certificate. */
  readonly final: boolean
  /** The other side broke the WebSocket protocol. */
  readonly protocolError: boolean
}

interface RouteState {
  readonly route: Route
  dead: boolean
  attempts: number
  protocolErrors: number[]
  openAtMs: number
}

export interface FailoverStats {
  readonly routes: readonly {
    readonly base: string
    readonly proxy: string | null
    readonly attempts: number
    readonly dead: boolean
  }[]
  readonly failures: number
  readonly switches: number
}

/** Data for less than this, again and again, is no reason to stay on a route. */
const WORKING_MS = 1_000
const PATIENCE = 3
/** More protocol errors than this within the window, and the route rests. */
const PROTOCOL_ERRORS = 5
const PROTOCOL_WINDOW_MS = 60_000
const CIRCUIT_MS = 300_000

/** Chooses the route of each attempt and the pause before it. */
export class Failover {
  private readonly states: readonly RouteState[]
  private readonly backoff: Backoff
  private current = 0
  private failures = 0
  private switches = 0
  /** Routes that failed since data last flowed; a route not among them is tried without growing delays. */
  private readonly failedSinceData = new Set<RouteState>()

  constructor(
    routes: readonly Route[],
    private readonly monotonicMs: () => number,
    random: Random,
    /** `once` switches the mechanism off: one route, one attempt. */
    private readonly attempts: 'endless' | 'once' = 'endless',
  ) {
    if (routes.length === 0) throw new RangeError('a failover needs at least one route')
    const used = attempts === 'once' ? routes.slice(0, 1) : routes
    this.states = used.map(route => ({ route, dead: false, attempts: 0, protocolErrors: [], openAtMs: 0 }))
    this.backoff = new Backoff({ random })
  }

  /** The route of the next attempt. */
  get route(): Route {
    return this.state.route
  }

  /** Counts an attempt on the current route. */
  attempt(): Route {
    this.state.attempts++
    return this.state.route
  }

  /**
   * Notes how the last attempt ended and turns to the route of the next.
   * A connection that had carried data is tried again where it was; one that had not gives way to the next route.
   * @returns milliseconds to wait; null where every route refused us for good.
   */
  failed(failure: RouteFailure): number | null {
    this.failures++
    this.backoff.recovered(failure.dataMs)
    const state = this.state
    if (failure.dataMs > 0) this.failedSinceData.clear()
    else this.failedSinceData.add(state)
    state.dead ||= failure.final
    if (failure.protocolError) this.countProtocolError(state)
    if (this.attempts === 'once' || this.states.every(other => other.dead)) return null
    const worked = failure.dataMs >= WORKING_MS || (failure.dataMs > 0 && this.backoff.count < PATIENCE)
    if (!worked || !this.isUsable(state)) this.turn()
    return this.delay()
  }

  stats(): FailoverStats {
    return {
      routes: this.states.map(({ route, attempts, dead }) => ({ ...route, attempts, dead })),
      failures: this.failures,
      switches: this.switches,
    }
  }

  private delay(): number {
    const state = this.state
    const circuitMs = Math.max(0, state.openAtMs - this.monotonicMs())
    const fresh = this.failedSinceData.size > 0 && !this.failedSinceData.has(state)
    return Math.max(circuitMs, fresh ? 0 : this.backoff.next())
  }

  private turn(): void {
    const order = this.states.map((_, step) => (this.current + 1 + step) % this.states.length)
    const living = order.filter(index => this.states[index]?.dead === false)
    const next =
      living.find(index => this.states[index] !== undefined && this.isUsable(this.states[index])) ??
      this.soonest(living)
    if (next !== this.current) this.switches++
    this.current = next
  }

  /** Every living route rests: the one whose rest ends first. */
  private soonest(living: readonly number[]): number {
    const openAt = (index: number): number => this.states[index]?.openAtMs ?? 0
    return living.reduce((best, index) => (openAt(index) < openAt(best) ? index : best), living[0] ?? this.current)
  }

  private countProtocolError(state: RouteState): void {
    const now = this.monotonicMs()
    state.protocolErrors = [...state.protocolErrors.filter(at => now - at < PROTOCOL_WINDOW_MS), now]
    if (state.protocolErrors.length <= PROTOCOL_ERRORS) return
    state.openAtMs = now + CIRCUIT_MS
    state.protocolErrors = []
  }

  private isUsable(state: RouteState): boolean {
    return !state.dead && state.openAtMs <= this.monotonicMs()
  }

  private get state(): RouteState {
    const state = this.states[this.current]
    if (state === undefined) throw new RangeError('no such route')
    return state
  }
}
