/** Runs one strategy so that nothing it does can harm the run: what it throws or returns wrongly stops it, and only it. */
import { messageOf } from '../model/errors.js'
import type { Candle, Trade } from '../model/event.js'
import type { Answer, Request, StrategyContext, StrategyHandlers } from '../model/trading.js'

/** What the desk needs of a strategy; `defineStrategy` makes one. */
export interface StrategyLike {
  readonly name: string
  create(context: StrategyContext<unknown>): StrategyHandlers
}

type Handler = keyof StrategyHandlers

const NO_REQUESTS: readonly Request[] = Object.freeze([])
/** More requests than this in one answer are a defect of the strategy. */
const MOST_REQUESTS = 1_000

export class StrategyRunner {
  private handlers: StrategyHandlers = {}
  /** Why it was stopped; undefined while it runs. */
  failure: string | undefined
  /** The handler that was entered and not left: only after an interruption is there one to see. */
  inside: Handler | null = null
  /** Times a handler was called. */
  calls = 0

  /** Builds the strategy; one that cannot even be built is stopped from the start. */
  constructor(strategy: StrategyLike, context: StrategyContext<unknown>) {
    try {
      this.handlers = strategy.create(context)
      if (typeof this.handlers !== 'object' || (this.handlers as unknown) === null) {
        this.fail('create', 'returned no handlers')
      }
    } catch (thrown) {
      this.fail('create', messageOf(thrown))
    }
  }

  has(handler: Handler): boolean {
    return this.handlers[handler] !== undefined
  }

  /** Whether fills or orders mean anything to the strategy. */
  get hears(): boolean {
    return this.handlers.onFill !== undefined || this.handlers.onOrder !== undefined
  }

  /** Calls a handler. A strategy that was stopped is not called again. */
  call<Name extends Handler>(
    name: Name,
    ...input: Parameters<NonNullable<StrategyHandlers[Name]>>
  ): readonly Request[] {
    const handler = this.handlers[name] as ((...input: unknown[]) => Answer) | undefined
    if (handler === undefined) return NO_REQUESTS
    this.calls++
    this.inside = name
    try {
      const answer = handler.apply(this.handlers, input)
      this.inside = null
      return answer === undefined || answer === null ? NO_REQUESTS : this.read(name, answer)
    } catch (thrown) {
      this.fail(name, messageOf(thrown))
      return NO_REQUESTS
    }
  }

  /** The same as `call('onTrade', …)`, without its detours; so are the other two of the busiest handlers. */
  onTrade(trade: Trade): readonly Request[] {
    const { handlers } = this
    if (handlers.onTrade === undefined) return NO_REQUESTS
    this.calls++
    this.inside = 'onTrade'
    try {
      const answer = handlers.onTrade(trade)
      this.inside = null
      return answer === undefined || answer === null ? NO_REQUESTS : this.read('onTrade', answer)
    } catch (thrown) {
      this.fail('onTrade', messageOf(thrown))
      return NO_REQUESTS
    }
  }

  onCandle(candle: Candle): readonly Request[] {
    const { handlers } = this
    if (handlers.onCandle === undefined) return NO_REQUESTS
    this.calls++
    this.inside = 'onCandle'
    try {
      const answer = handlers.onCandle(candle)
      this.inside = null
      return answer === undefined || answer === null ? NO_REQUESTS : this.read('onCandle', answer)
    } catch (thrown) {
      this.fail('onCandle', messageOf(thrown))
      return NO_REQUESTS
    }
  }

  /** Takes the handlers away; the account is left as it stands. */
  stop(reason: string): void {
    this.failure ??= reason
    this.handlers = {}
  }

  /** The run is over: no more calls, and no failure. */
  retire(): void {
    this.handlers = {}
  }

  private read(name: Handler, answer: Request | readonly Request[]): readonly Request[] {
    const requests = Array.isArray(answer) ? (answer as readonly Request[]) : [answer as Request]
    const wrong = this.objection(requests)
    if (wrong === undefined) return requests
    this.fail(name, wrong)
    return NO_REQUESTS
  }

  private objection(requests: readonly unknown[]): string | undefined {
    if (requests.length > MOST_REQUESTS) return `returned ${requests.length} requests at once`
    for (const request of requests) {
      if (typeof request !== 'object' || request === null) return `returned ${typeof request}, not a request`
      if ('then' in request) return 'returned a promise; handlers are synchronous'
      if (!('type' in request) || typeof request.type !== 'string') return 'returned a request without a type'
    }
    return undefined
  }

  private fail(where: string, what: string): void {
    this.inside = null
    this.stop(`${where} ${what}`)
  }
}
