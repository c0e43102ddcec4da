/** What a host has asked of us: to stay away for a while, and not to be stormed. Shared by all connections to it, its penalties by all processes. */
import { WindowLimiter } from './limiter.js'
import type { Rate } from './limiter.js'
import type { Random } from './timers.js'

/** What other processes were told by hosts. */
export interface PenaltyStore {
  /** Milliseconds that the host still wants to be left alone; 0 where nothing is known. */
  waitMs(host: string): number
  /** Tells the other processes, unless they know of a longer penalty. */
  note(host: string, pauseMs: number): void
}

interface Host {
  untilMs: number
  refusals: number
  readonly gates: Map<string, WindowLimiter>
}

/** Reconnects to one host in any second; what comes on top waits, so that fifty cut connections do not return as one wave. */
const HERD: Rate = { count: 10, perMs: 1_000 }
const FIRST_429_MS = 2_000
const LONGEST_429_MS = 300_000
/** Binance answers 418 once it has banned an address, for two minutes the first time. */
const BANNED_MS = 120_000
const MOST_HOSTS = 1_000

export class HostPenalties {
  private readonly hosts = new Map<string, Host>()

  constructor(
    private readonly monotonicMs: () => number,
    private readonly random: Random,
    /** Where other processes see penalties; null to keep them to oneself. */
    private readonly store: PenaltyStore | null = null,
  ) {}

  /** Notes a 429 or 418; without a Retry-After the pause grows with each in a row. */
  refused(host: string, status: number, retryAfterMs: number | null): void {
    const entry = this.entry(host)
    const guess =
      status === 418 ? BANNED_MS : Math.min(LONGEST_429_MS, FIRST_429_MS * 2 ** Math.min(entry.refusals, 10))
    entry.refusals++
    const pauseMs = (retryAfterMs ?? guess) * (1 + 0.1 * this.random())
    entry.untilMs = Math.max(entry.untilMs, this.monotonicMs() + pauseMs)
    this.store?.note(host, pauseMs)
  }

  /** The host serves us again. */
  served(host: string): void {
    const entry = this.hosts.get(host)
    if (entry !== undefined) entry.refusals = 0
  }

  /** Milliseconds that the host still wants to be left alone. */
  waitMs(host: string): number {
    const ownMs = (this.hosts.get(host)?.untilMs ?? 0) - this.monotonicMs()
    return Math.max(0, ownMs, this.store?.waitMs(host) ?? 0)
  }

  /** Takes a slot for one connection attempt. @returns milliseconds until it, any penalty included. */
  reserveConnect(host: string, limit: Rate): number {
    const entry = this.entry(host)
    const gate = this.gate(entry, 'limit', () => WindowLimiter.below(limit, this.monotonicMs))
    const herd = this.gate(entry, 'herd', () => new WindowLimiter(HERD, this.monotonicMs))
    return Math.max(this.waitMs(host), gate.reserve(), herd.reserve())
  }

  /** Takes a slot for one REST request. @returns milliseconds until it, any penalty included. */
  reserveRequest(host: string, limit: Rate): number {
    const gate = this.gate(this.entry(host), 'request', () => new WindowLimiter(limit, this.monotonicMs))
    return Math.max(this.waitMs(host), gate.reserve())
  }

  private gate(entry: Host, name: string, create: () => WindowLimiter): WindowLimiter {
    const known = entry.gates.get(name)
    if (known !== undefined) return known
    const gate = create()
    entry.gates.set(name, gate)
    return gate
  }

  private entry(host: string): Host {
    const known = this.hosts.get(host)
    if (known !== undefined) return known
    if (this.hosts.size >= MOST_HOSTS) this.hosts.clear()
    const entry: Host = { untilMs: 0, refusals: 0, gates: new Map() }
    this.hosts.set(host, entry)
    return entry
  }
}

/**
 * Reads a Retry-After header: seconds or an HTTP date (RFC 9110 §10.2.3).
 * @param wallMs now, for the date form.
 * @returns milliseconds from now, at most seven days; null where there is none that can be read.
 */
export function parseRetryAfter(header: string | undefined, wallMs: number): number | null {
  if (header === undefined) return null
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - wallMs
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), 7 * 86_400_000)
}
