/** Faults as a user asks for them: `cut@1500,stall@3000,garbage=1%,dup=1%,drop=0.1%,reorder=1%,late-ack=2s`. */
import { UsageError } from '../../model/errors.js'
import { nearest } from '../../model/symbol.js'
import { MICROS_PER_MS, parseDuration } from '../../model/time.js'

export interface FaultPlan {
  /** Each happens once, on the connection that carries the message with this number. */
  readonly triggers: readonly FaultTrigger[]
  /** Probabilities for each message. */
  readonly garbage: number
  readonly duplicate: number
  readonly drop: number
  readonly reorder: number
  readonly lateAckMs: number
  readonly withholdAcks: boolean
  /** So many connection attempts are answered with 429 first. */
  readonly busy: number
  /** Every connection attempt is answered with this HTTP status; null where none is. */
  readonly status: number | null
}

export interface FaultTrigger {
  readonly what: 'cut' | 'reset' | 'close' | 'stall' | 'shutdown'
  /** Messages delivered before it, over all connections. */
  readonly after: number
}

export const NO_FAULTS: FaultPlan = {
  triggers: [], garbage: 0, duplicate: 0, drop: 0, reorder: 0, lateAckMs: 0, withholdAcks: false, busy: 0, status: null,
} // prettier-ignore

type Reader = (plan: FaultPlan, value: string) => FaultPlan | undefined

const FAULTS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['cut', trigger('cut')],
  ['reset', trigger('reset')],
  ['close', trigger('close')],
  ['stall', trigger('stall')],
  ['shutdown', trigger('shutdown')],
  ['garbage', (plan, value) => withShare(value, garbage => ({ ...plan, garbage }))],
  ['dup', (plan, value) => withShare(value, duplicate => ({ ...plan, duplicate }))],
  ['drop', (plan, value) => withShare(value, drop => ({ ...plan, drop }))],
  ['reorder', (plan, value) => withShare(value, reorder => ({ ...plan, reorder }))],
  ['late-ack', (plan, value) => withMs(value, lateAckMs => ({ ...plan, lateAckMs }))],
  ['no-ack', (plan, value) => (value === '' ? { ...plan, withholdAcks: true } : undefined)],
  ['busy', (plan, value) => withCount(value, '=', busy => ({ ...plan, busy }))],
  ['status', (plan, value) => withCount(value, '=', status => (status >= 400 && status < 600 ? { ...plan, status } : undefined))],
]) // prettier-ignore

/** @throws UsageError where a fault is unknown or its value is not one it takes. */
export function parseFaults(text: string): FaultPlan {
  let plan = NO_FAULTS
  for (const item of text.split(',').filter(part => part.trim() !== '')) {
    const [, name = '', value = ''] = /^\s*([a-z-]*)(.*?)\s*$/.exec(item) ?? []
    const reader = FAULTS.get(name)
    if (reader === undefined) throw unknownFault(item, name)
    const next = reader(plan, value)
    if (next === undefined) throw new UsageError('fault', `fault "${item}": ${EXAMPLES}`)
    plan = next
  }
  return plan
}

const EXAMPLES = 'write it like cut@1500, garbage=1%, late-ack=2s, busy=3 or no-ack'

function unknownFault(item: string, name: string): UsageError {
  const near = nearest(name, FAULTS.keys())
  const hint = near === undefined ? `there are ${[...FAULTS.keys()].join(', ')}` : `did you mean ${near}?`
  return new UsageError('fault', `unknown fault "${item}"`, { hint })
}

function trigger(what: FaultTrigger['what']): Reader {
  return (plan, value) => withCount(value, '@', after => ({ ...plan, triggers: [...plan.triggers, { what, after }] }))
}

function withCount(
  value: string,
  sign: '@' | '=',
  use: (count: number) => FaultPlan | undefined,
): FaultPlan | undefined {
  return value.startsWith(sign) && /^\d{1,12}$/.test(value.slice(1)) ? use(Number(value.slice(1))) : undefined
}

function withShare(value: string, use: (share: number) => FaultPlan): FaultPlan | undefined {
  const [, digits] = /^=(\d{1,3}(?:\.\d{1,6})?)%$/.exec(value) ?? []
  const share = Number(digits) / 100
  return share >= 0 && share <= 1 ? use(share) : undefined
}

function withMs(value: string, use: (ms: number) => FaultPlan): FaultPlan | undefined {
  const micros = value.startsWith('=') ? parseDuration(value.slice(1)) : undefined
  return micros === undefined ? undefined : use(Math.round(micros / MICROS_PER_MS))
}
