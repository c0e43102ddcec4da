/** From what a strategy asked to an order the exchange's rules allow, or the reason why not. */
import type { Micros } from '../model/time.js'
import { MICROS_PER_DAY } from '../model/time.js'
import type { Amount, BracketRequest, OrderKind, OrderRequest, ReasonCode, TimeInForce } from '../model/trading.js'
import type { Market } from './market.js'
import { isMultiple, readAmount, textOf, ZERO, type Decimal } from './money.js'

/** A request with every field read and checked. */
export interface Draft {
  readonly market: Market
  readonly side: 'buy' | 'sell'
  readonly kind: OrderKind
  readonly size: Decimal
  readonly price: Decimal | null
  readonly stopPrice: Decimal | null
  readonly trailing: string | null
  readonly activation: Decimal | null
  readonly timeInForce: TimeInForce
  readonly expires: Micros | null
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly group: string | null
  readonly tag: string | null
}

export interface Objection {
  readonly code: ReasonCode
  readonly detail: string
}

const KINDS: ReadonlySet<string> = new Set<OrderKind>([
  'market',
  'limit',
  'stop',
  'stop-limit',
  'trailing-stop',
  'take-profit',
])
const TIMES: ReadonlySet<string> = new Set<TimeInForce>(['GTC', 'IOC', 'FOK', 'GTD', 'day'])

/** Strategies are users' code, JavaScript too, so nothing about the request is taken on trust. */
export function draftOrder(request: OrderRequest, market: Market, now: Micros): Draft | Objection {
  return checkChoices(request) ?? readOrder(request, market, now)
}

/** Whether {@link draftOrder} objected. */
export function isObjection(result: object): result is Objection {
  return 'code' in result
}

function checkChoices(request: OrderRequest): Objection | undefined {
  const { side, type, timeInForce } = request as { side: unknown; type: unknown; timeInForce?: unknown }
  if (side !== 'buy' && side !== 'sell') return { code: 'state', detail: `side is neither buy nor sell` }
  if (typeof type !== 'string' || !KINDS.has(type)) return { code: 'state', detail: 'no such kind of order' }
  if (timeInForce !== undefined && (typeof timeInForce !== 'string' || !TIMES.has(timeInForce))) {
    return { code: 'state', detail: 'timeInForce is none of GTC, IOC, FOK, GTD, day' }
  }
  return undefined
}

function readOrder(request: OrderRequest, market: Market, now: Micros): Draft | Objection {
  const size = readAmount(request.size)
  if (size === undefined || size.lte(ZERO))
    return { code: 'size', detail: `size ${shown(request.size)} is not above zero` }
  const price = readPrice(request.price, needsPrice(request.type), 'price')
  if (isObjection(price)) return price
  const stopPrice = readPrice(request.stopPrice, needsStop(request.type), 'stopPrice')
  if (isObjection(stopPrice)) return stopPrice
  const trailing = readTrailing(request)
  if (trailing !== null && isObjection(trailing)) return trailing
  const activation = readPrice(request.activation, false, 'activation')
  if (isObjection(activation)) return activation
  const bracket = checkBracket(request)
  if (bracket !== undefined) return bracket
  const expires = readExpiry(request, now)
  if (expires !== null && typeof expires === 'object') return expires
  const draft: Draft = {
    market,
    side: request.side,
    kind: request.type,
    size,
    price: request.type === 'market' ? null : price.value,
    stopPrice: stopPrice.value,
    trailing: trailing?.text ?? null,
    activation: request.type === 'trailing-stop' ? activation.value : null,
    timeInForce: request.timeInForce ?? 'GTC',
    expires,
    postOnly: request.postOnly === true,
    reduceOnly: request.reduceOnly === true,
    group: request.oco ?? null,
    tag: request.tag ?? null,
  }
  return checkRules(draft) ?? draft
}

/** The exchange's own rules: price step, size step, smallest size, smallest value. A rule it has not told is not enforced. */
export function checkRules(draft: Draft): Objection | undefined {
  const { market, size } = draft
  const offTick = checkTick(market, draft.price) ?? checkTick(market, draft.stopPrice)
  if (offTick !== undefined) return offTick
  if (market.stepSize !== null && !isMultiple(size, market.stepSize)) {
    return { code: 'lot', detail: `size ${textOf(size)} is not a multiple of ${textOf(market.stepSize)}` }
  }
  if (market.minSize !== null && size.lt(market.minSize)) {
    return { code: 'lot', detail: `size ${textOf(size)} is below the smallest, ${textOf(market.minSize)}` }
  }
  return undefined
}

function checkTick({ tickSize }: Market, price: Decimal | null): Objection | undefined {
  if (price === null || tickSize === null || isMultiple(price, tickSize)) return undefined
  return { code: 'tick', detail: `price ${textOf(price)} is not a multiple of ${textOf(tickSize)}` }
}

function needsPrice(kind: OrderKind): boolean {
  return kind === 'limit' || kind === 'stop-limit'
}

function needsStop(kind: OrderKind): boolean {
  return kind === 'stop' || kind === 'stop-limit' || kind === 'take-profit'
}

const NO_PRICE = Object.freeze({ value: null })

function readPrice(amount: Amount | undefined, needed: boolean, name: string): { value: Decimal | null } | Objection {
  if (amount === undefined) {
    return needed ? { code: 'price', detail: `this kind of order needs a ${name}` } : NO_PRICE
  }
  const value = readAmount(amount)
  if (value === undefined || value.lte(ZERO)) {
    return { code: 'price', detail: `${name} ${shown(amount)} is not above zero` }
  }
  return { value }
}

function readTrailing(request: OrderRequest): { text: string } | Objection | null {
  if (request.type !== 'trailing-stop') return null
  const { trailing } = request
  const read = readDistance(trailing)
  if (read === undefined) {
    return { code: 'price', detail: `trailing ${shown(trailing)} is neither a distance nor a share such as 0.5%` }
  }
  return { text: read.isShare ? `${textOf(read.value)}%` : textOf(read.value) }
}

/** `25` or `'0.5%'`. @returns undefined where it is neither, or not above zero. */
export function readDistance(amount: unknown): { readonly value: Decimal; readonly isShare: boolean } | undefined {
  const isShare = typeof amount === 'string' && amount.endsWith('%')
  const value = readAmount((isShare ? amount.slice(0, -1) : amount) as Amount | undefined)
  return value === undefined || value.lte(ZERO) ? undefined : { value, isShare }
}

const BRACKET: readonly (keyof BracketRequest)[] = ['takeProfit', 'stopLoss', 'trailing', 'activation']

function checkBracket({ bracket }: OrderRequest): Objection | undefined {
  if (bracket === undefined) return undefined
  if (typeof bracket !== 'object' || (bracket as unknown) === null) {
    return { code: 'price', detail: `bracket ${shown(bracket)} holds no exits` }
  }
  const wrong = BRACKET.find(name => bracket[name] !== undefined && readDistance(bracket[name]) === undefined)
  if (wrong === undefined) return undefined
  return {
    code: 'price',
    detail: `bracket ${wrong} ${shown(bracket[wrong])} is neither a price nor a share such as 2%`,
  }
}

function readExpiry(request: OrderRequest, now: Micros): Micros | Objection | null {
  if (request.timeInForce === 'day') return (Math.floor(now / MICROS_PER_DAY) + 1) * MICROS_PER_DAY
  if (request.timeInForce !== 'GTD') return null
  const { expires } = request
  if (typeof expires !== 'number' || !Number.isSafeInteger(expires) || expires <= now) {
    return { code: 'time', detail: 'a GTD order needs an expiry in the future, in microseconds' }
  }
  return expires
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 40) : typeof value
}
