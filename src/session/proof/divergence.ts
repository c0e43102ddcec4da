/** Where two runs part: the first event that differs, both sides of it, and what kind of difference it is. */
import { eventLine } from '../../model/event-line.js'
import { TRADING_EVENTS } from '../events.js'
import { SessionFiles, isSession } from '../session-files.js'
import { planTrading, Trading } from '../trading.js'
import { EventCursor } from './event-cursor.js'
import { Fold, type FoldedEvent, type FoldOptions } from './fold.js'

/**
 * `missing`: one side lacks an event that the other has; `order`: both have it, in another place; `value`: the same event says
 * something else; `time`: only times differ; `state`: one side tells of its connection or a gap; `end`: one side ends;
 * `different`: the sides have nothing in common here.
 */
export type DivergenceCause = 'missing' | 'order' | 'value' | 'time' | 'state' | 'end' | 'different'

/** Keys in the order in which they are printed. */
export interface Divergence {
  readonly type: 'difference'
  readonly cause: DivergenceCause
  readonly detail: string
  /** Place of the event on each side, counted from 0. */
  readonly index: { readonly a: number; readonly b: number }
  /** null where the side has ended. */
  readonly a: FoldedEvent | null
  readonly b: FoldedEvent | null
}

export interface Comparison {
  /** Events that are the same on both sides, to the last byte, before the first difference. */
  readonly same: number
  /** Events that only differ in when they were received, before the first other difference. */
  readonly receivedApart: number
  /** null where there is none but in times of receipt. */
  readonly divergence: Divergence | null
}

/** Events looked through for one that has only moved. */
const WINDOW = 2_000

/** Folds both; a session is run again from its tape, with its strategies. @throws as opening them does. */
export async function compareRuns(a: string, b: string, options: FoldOptions): Promise<Comparison> {
  const [left, right] = [await openRun(a, options), await openRun(b, options)]
  try {
    return await compare(left, right)
  } finally {
    await left.close()
    await right.close()
  }
}

async function openRun(path: string, options: FoldOptions): Promise<EventCursor> {
  if (!isSession(path)) return new EventCursor((await Fold.open([path], options)).batches())
  const files = new SessionFiles(path)
  const plan = await planTrading(files.read().trading)
  const fold = await Fold.open([files.tape], options)
  const trading = new Trading(fold.session, plan, { recordedRules: fold.setup.rules })
  for (const type of TRADING_EVENTS) {
    fold.session.bus.subscribe(type, event => fold.add(event), { componentId: 'diff', essential: true })
  }
  fold.onEnd = () => trading.finish()
  return new EventCursor(fold.batches())
}

async function compare(left: EventCursor, right: EventCursor): Promise<Comparison> {
  let same = 0
  let receivedApart = 0
  for (;;) {
    const [a, b] = [await left.peek(), await right.peek()]
    if (a === undefined && b === undefined) return { same, receivedApart, divergence: null }
    if (a !== undefined && b !== undefined && eventLine(a) === eventLine(b)) same++
    else if (a !== undefined && b !== undefined && isReceivedApart(a, b)) receivedApart++
    else return { same, receivedApart, divergence: await explain(left, right, a ?? null, b ?? null) }
    left.take()
    right.take()
  }
}

async function explain(
  left: EventCursor,
  right: EventCursor,
  a: FoldedEvent | null,
  b: FoldedEvent | null,
): Promise<Divergence> {
  const index = { a: left.index, b: right.index }
  const [cause, detail] = classify(a, b, await left.window(WINDOW), await right.window(WINDOW))
  return { type: 'difference', cause, detail, index, a, b }
}

function classify(
  a: FoldedEvent | null,
  b: FoldedEvent | null,
  ahead: readonly FoldedEvent[],
  bhead: readonly FoldedEvent[],
): readonly [DivergenceCause, string] {
  if (a === null || b === null) return ['end', `${a === null ? 'A' : 'B'} ends here, ${a === null ? 'B' : 'A'} goes on`]
  if (identity(a) === identity(b)) return valueDifference(a, b)
  const aInB = bhead.some(event => identity(event) === identity(a))
  const bInA = ahead.some(event => identity(event) === identity(b))
  if (aInB && bInA) return ['order', 'both sides have both events, in another order']
  if (a.type === 'status' || b.type === 'status') return stateDifference(a, b)
  if (aInB) return ['missing', `A lacks this ${b.type} of B`]
  if (bInA) return ['missing', `B lacks this ${a.type} of A`]
  return ['different', `a ${a.type} on one side, a ${b.type} on the other`]
}

function stateDifference(a: FoldedEvent, b: FoldedEvent): readonly [DivergenceCause, string] {
  const told = [a, b].flatMap((event, side) =>
    event.type === 'status' ? [`${side === 0 ? 'A' : 'B'}: ${event.stream} ${event.state} (${event.detail})`] : [],
  )
  return ['state', told.join('; ')]
}

function valueDifference(a: FoldedEvent, b: FoldedEvent): readonly [DivergenceCause, string] {
  const fields = differingFields(a, b)
  const isTime = fields.every(name => TIMES.has(name))
  return [isTime ? 'time' : 'value', `differs in ${fields.join(', ')}`]
}

const TIMES: ReadonlySet<string> = new Set(['time', 'received'])

function differingFields(a: FoldedEvent, b: FoldedEvent): string[] {
  const [left, right] = [new Map<string, unknown>(Object.entries(a)), new Map<string, unknown>(Object.entries(b))]
  return [...new Set([...left.keys(), ...right.keys()])].filter(
    name => JSON.stringify(left.get(name)) !== JSON.stringify(right.get(name)),
  )
}

function isReceivedApart(a: FoldedEvent, b: FoldedEvent): boolean {
  if (a.type !== b.type) return false
  const fields = differingFields(a, b)
  return fields.length > 0 && fields.every(name => name === 'received')
}

/** What makes two events the same one, whatever else they say. */
function identity(event: FoldedEvent): string {
  const known: Readonly<Partial<Record<string, unknown>>> = { ...event }
  const { type, exchange, symbol, stream, state, id, sequence, start, interval, order } = known
  const own =
    id ?? (sequence === '' ? undefined : sequence) ?? order ?? (type === 'status' ? known['detail'] : undefined)
  return JSON.stringify([
    type,
    exchange,
    symbol,
    stream,
    state,
    interval,
    start,
    own ?? known['time'],
    known['snapshot'],
  ])
}
