/** The way to an open connection: wait for the host's limits, fetch a ticket where one is needed, then say where to connect. */
import { messageOf } from '../model/errors.js'
import type { Exchange, Ticket } from '../exchanges/exchange.js'
import type { Stream } from '../model/stream.js'
import { hostOf, restBase } from './addresses.js'
import { ending } from './ending.js'
import type { Ending } from './ending.js'
import type { Route } from './failover.js'
import type { Shared } from './feed-options.js'
import { startRequest } from './rest.js'
import type { Cancel } from './timers.js'

export interface ApproachListener {
  ready(address: string): void
  failed(ending: Ending): void
}

/** Tickets from one host: KuCoin, the strictest known, allows far more. */
const TICKETS = { count: 10, perMs: 1_000 }

export class Approach {
  private cancel: Cancel = () => undefined
  private over = false

  constructor(
    private readonly shared: Shared,
    private readonly exchange: Exchange,
    private readonly stream: Stream,
    private readonly route: Route,
    private readonly listener: ApproachListener,
  ) {}

  start(): void {
    let address: string
    try {
      address = this.exchange.address(this.stream, this.route.base)
    } catch (error) {
      this.listener.failed(ending('network', messageOf(error), { final: true }))
      return
    }
    this.awaitSlot(address, this.shared.penalties.reserveConnect(hostOf(address), this.exchange.limits.connects))
  }

  abort(): void {
    this.over = true
    this.cancel()
  }

  private awaitSlot(address: string, waitMs: number): void {
    if (this.over) return
    if (waitMs <= 0) {
      this.proceed(address)
      return
    }
    this.cancel = this.shared.timers.after(waitMs, () =>
      // Meanwhile another connection may have been told to stay away.
      this.awaitSlot(address, this.shared.penalties.waitMs(hostOf(address))),
    )
  }

  private proceed(address: string): void {
    const { ticket } = this.exchange
    if (ticket === undefined) {
      this.listener.ready(address)
      return
    }
    const url = ticket.url(restBase(this.route.base, this.shared.urls), this.stream)
    const waitMs = this.shared.penalties.reserveRequest(hostOf(url), TICKETS)
    this.cancel = this.shared.timers.after(waitMs, () => this.fetchTicket(ticket, url))
  }

  private fetchTicket(ticket: Ticket, url: string): void {
    const { clock, timers, ca, timing } = this.shared
    const { method } = ticket
    const { proxy } = this.route
    const request = startRequest({ url, method, proxy, clock, timers, ca, deadlineMs: timing.restMs })
    this.cancel = request.abort
    void request.answer.then(answer => {
      if (this.over) return
      if ('body' in answer) this.useTicket(ticket, answer.body)
      else this.ticketRefused(url, answer.failure)
    })
  }

  private useTicket(ticket: Ticket, body: string): void {
    const connectId = Math.floor(this.shared.random() * 2 ** 48).toString(16)
    let address: string
    try {
      address = ticket.address(body, connectId)
    } catch (error) {
      this.listener.failed(ending('ticket', `no ticket: ${messageOf(error)}`))
      return
    }
    this.listener.ready(address)
  }

  private ticketRefused(url: string, failure: Ending): void {
    const { status, retryAfterMs, detail } = failure
    if (status === 429 || status === 418) this.shared.penalties.refused(hostOf(url), status, retryAfterMs)
    this.listener.failed({ ...failure, status: null, cause: 'ticket', detail: `no ticket: ${detail}` })
  }
}
