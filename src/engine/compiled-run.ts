/** Writes the loop over a topic's handlers out as straight code, so that the engine can inline each handler where it is called. */
import type { Runner, RunnerTopic, Slot, SlotOwner } from './runner.js'

type RunnerClass = new (topic: RunnerTopic, slots: Slot[], owners: readonly SlotOwner[]) => Runner
export type RunCode = (runner: Runner, data: unknown, source: string) => void

/** A call site that has met more than four classes is no longer inlined, and the plain runner is one of them. */
const MOST_CLASSES = 2
/** With more slots the call of a function that is not inlined weighs little. */
const MOST_SLOTS_FOR_CLASS = 2
let classes = 0
let serial = 0

/**
 * A `run` written for these slots: the function alone, or, for the first topics with few slots, a runner whose class has it as
 * its method. Undefined where the process forbids code from text.
 *
 * A shared loop calls all handlers of all topics from one place, which V8 cannot inline; from 4 handlers on that costs three
 * to five times the calls themselves (`npm run bench -- bus`). The text is made of integers alone: nothing from outside enters
 * it. The serial number makes each text unique, because equal texts would share the type feedback that this is for.
 */
export function compileRun(
  Base: RunnerClass,
  topic: RunnerTopic,
  slots: Slot[],
  owners: readonly SlotOwner[],
): Runner | RunCode | undefined {
  const isClass = slots.length <= MOST_SLOTS_FOR_CLASS && classes < MOST_CLASSES
  const text = isClass ? classText(slots.length) : functionText(slots.length)
  try {
    const compiled = evaluate(text, { Base, topic, slots })
    if (!isClass) return compiled as RunCode
    classes++
    return new (compiled as RunnerClass)(topic, slots, owners)
  } catch {
    return undefined
  }
}

function evaluate(text: string, names: Readonly<Record<string, unknown>>): unknown {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see compileRun
  const make = new Function(...Object.keys(names), `'use strict'\nconst type = topic.type, first = slots[0]\n${text}`)
  return (make as (...values: unknown[]) => unknown)(...Object.values(names))
}

function classText(count: number): string {
  return `return class CompiledRun${serial++} extends Base { run(data, source) { const runner = this\n${body(count)} } }`
}

function functionText(count: number): string {
  return `return function compiledRun${serial++}(runner, data, source) {\n${body(count)} }`
}

function body(count: number): string {
  return `let at = 0, slot, value
topic.emitted++
try {
${Array.from({ length: count }, (_, at) => call(at)).join('\n')}
  topic.reached += at
} catch (error) {
  runner.resume(at, error, data, source)
}`
}

/** A slot is replaced only while an event is under way; the first one has been called by then, and need not be looked up. */
function call(at: number): string {
  const slot = at === 0 ? 'first' : `slots[${at}]`
  return `slot = ${slot}; value = slot(data, type, source); if (value !== undefined) runner.returned(${at}, value); at = ${at + 1}`
}
