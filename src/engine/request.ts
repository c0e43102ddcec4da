/** Questions between components: one answer each, deadlines that callees inherit, and no call cycle ever waited for. */
import { GenesisError, UsageError, messageOf } from '../model/errors.js'
import { MICROS_PER_MS } from '../model/time.js'
import {
  StackScope,
  nameOf,
  type Call,
  type CallPlace,
  type CallScope,
  type RequestOptions,
  type Responder,
  type RespondOptions,
} from './call.js'
import { OpenRequest } from './open-request.js'
import { isPromiseLike } from './pending-calls.js'
import type { Cancel, Timers } from './timers.js'

/** `requests = replies + timeouts + rejected + cancelled + cycleRefused + pending`, exactly. */
export interface RequestStats {
  readonly requests: number
  readonly replies: number
  readonly timeouts: number
  readonly rejected: number
  readonly cancelled: number
  readonly cycleRefused: number
  readonly pending: number
  readonly late: number
  readonly duplicates: number
}

export interface RequestDeskOptions {
  readonly timers: Timers
  readonly scope?: CallScope
  /** 10,000 unless told. */
  readonly maxPending?: number
  /** Called whenever a request is no longer pending. */
  readonly settled?: () => void
}

export class RequestDesk {
  private readonly timers: Timers
  private readonly scope: CallScope
  private readonly maxPending: number
  private readonly settled: () => void
  private readonly responders = new Map<string, Map<string, { respond: Responder<never>; manual: boolean }>>()
  private readonly open = new Set<OpenRequest>()
  private readonly counts = {
    requests: 0,
    replies: 0,
    timeouts: 0,
    rejected: 0,
    cancelled: 0,
    cycleRefused: 0,
    late: 0,
    duplicates: 0,
  }

  constructor(options: RequestDeskOptions) {
    this.timers = options.timers
    this.scope = options.scope ?? new StackScope()
    this.maxPending = options.maxPending ?? 10_000
    this.settled = options.settled ?? (() => undefined)
  }

  /** @returns a function that takes the responder away. @throws UsageError where the target already answers this type. */
  respond(target: string, requestType: string, respond: Responder<never>, options: RespondOptions = {}): Cancel {
    const types = this.responders.get(target) ?? new Map<string, { respond: Responder<never>; manual: boolean }>()
    if (types.has(requestType)) throw new UsageError('request_responder', `${target} already answers ${requestType}`)
    types.set(requestType, { respond, manual: options.answers === 'manual' })
    this.responders.set(target, types)
    return () => {
      types.delete(requestType)
      if (types.size === 0) this.responders.delete(target)
    }
  }

  /**
   * Asks `target`. The promise is rejected with a GenesisError: `request_cycle` at once where the target already waits in this
   * chain of calls, `request_unknown` where nobody answers, `request_timeout`, `request_failed` with the responder's error as
   * the cause, `request_answer` where the answer was not accepted, `request_full`, `request_cancelled` when the bus stops.
   */
  request(target: string, requestType: string, data: unknown, options: RequestOptions = {}): Promise<unknown> {
    const parent = options.parent ?? this.scope.getStore()
    const callers = parent?.chain ?? (options.from === undefined ? [] : [options.from])
    const timeoutMs = validTimeout(options.timeoutMs)
    this.counts.requests++
    if (callers.includes(target)) {
      this.counts.cycleRefused++
      return Promise.reject(cycleError([...callers, target]))
    }
    const refusal = this.refusal(target, requestType)
    if (refusal !== undefined) {
      this.counts.rejected++
      return Promise.reject(refusal)
    }
    const deadline = Math.min(this.timers.now() + timeoutMs * MICROS_PER_MS, parent?.deadline ?? Infinity)
    return this.ask({ target, requestType, chain: [...callers, target], deadline }, data, options.accepts)
  }

  get pending(): number {
    return this.open.size
  }

  cancelAll(): void {
    const reason = new GenesisError('request_cancelled', 'the bus has stopped')
    for (const request of [...this.open]) request.end('cancelled', reason)
  }

  stats(): RequestStats {
    return { ...this.counts, pending: this.open.size }
  }

  private refusal(target: string, requestType: string): GenesisError | undefined {
    if (this.open.size >= this.maxPending) {
      return new GenesisError('request_full', `more than ${this.maxPending} requests are open`)
    }
    if (this.responders.get(target)?.has(requestType) === true) return undefined
    const known = [...(this.responders.get(target)?.keys() ?? [])].join(', ')
    const hint = known === '' ? `nobody answers as ${target}` : `${target} answers ${known}`
    return new GenesisError('request_unknown', `${target} does not answer ${requestType}`, 1, { hint })
  }

  private ask(place: CallPlace, data: unknown, accepts: RequestOptions['accepts']): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const request = new OpenRequest(resolve, reject, outcome => {
        this.open.delete(request)
        this.counts[outcome]++
        this.settled()
      })
      this.open.add(request)
      request.expireAt(this.timers, place)
      if (!request.isOpen) return
      this.callResponder(place, data, request, accepts)
    })
  }

  private callResponder(
    place: CallPlace,
    data: unknown,
    request: OpenRequest,
    accepts: RequestOptions['accepts'],
  ): void {
    const responder = this.responders.get(place.target)?.get(place.requestType)
    if (responder === undefined) return
    const answer = (value: unknown): void => this.answer(request, value, place, accepts)
    const fail = (error: unknown): void => this.fail(request, error, place)
    const call = this.callOf(place, answer)
    try {
      const value = this.scope.run(call, () => (responder.respond as Responder)(data, call))
      if (isPromiseLike(value)) value.then(late => this.answerReturned(request, late, responder.manual, answer), fail)
      else this.answerReturned(request, value, responder.manual, answer)
    } catch (error) {
      fail(error)
    }
  }

  private callOf(place: CallPlace, reply: (answer: unknown) => void): Call {
    const call: Call = {
      ...place,
      reply,
      request: (target, requestType, data, options) =>
        this.request(target, requestType, data, { ...options, parent: call }),
    }
    return call
  }

  /** After `call.reply`, a return value of undefined is no second answer. */
  private answerReturned(
    request: OpenRequest,
    value: unknown,
    manual: boolean,
    answer: (value: unknown) => void,
  ): void {
    if (value === undefined && (manual || request.wasAnswered)) return
    answer(value)
  }

  private answer(request: OpenRequest, value: unknown, place: CallPlace, accepts: RequestOptions['accepts']): void {
    if (!this.isFirst(request)) return
    if (accepts === undefined || isAccepted(accepts, value)) request.succeed(value)
    else
      request.end('rejected', new GenesisError('request_answer', `${nameOf(place)} gave an answer of the wrong kind`))
  }

  private fail(request: OpenRequest, error: unknown, place: CallPlace): void {
    if (!this.isFirst(request)) return
    const message = `${nameOf(place)} failed: ${messageOf(error)}`
    request.end('rejected', new GenesisError('request_failed', message, 1, { cause: error }))
  }

  private isFirst(request: OpenRequest): boolean {
    const first = request.isOpen
    if (!first) this.counts[request.wasAnswered ? 'duplicates' : 'late']++
    request.wasAnswered = true
    return first
  }
}

const LONGEST_MS = 2 ** 31 - 1

function validTimeout(timeoutMs = 5_000): number {
  if (timeoutMs > 0 && timeoutMs <= LONGEST_MS) return timeoutMs
  throw new UsageError('request_timeout_option', `timeoutMs must lie between 0 and ${LONGEST_MS}, not ${timeoutMs}`)
}

function isAccepted(accepts: (answer: unknown) => boolean, answer: unknown): boolean {
  try {
    return accepts(answer)
  } catch {
    return false
  }
}

function cycleError(chain: readonly string[]): GenesisError {
  return new GenesisError(
    'request_cycle',
    `ERR_CYCLE [${chain.join('→')}]: ${chain.at(-1) ?? ''} already waits in this chain`,
  )
}
