/** Writes the loop over a topic's handlers out as straight code, so that the engine can inline each handler where it is called. */
import type { Runner, RunnerTopic, Slot, SlotOwner } from './runner.js'

type RunnerClass = new (topic: RunnerTopic, slots: Slot[], owners: readonly SlotOwner[]) => Runner
export type RunCode = (runner: Runner, data: unknown, source: string) => void

/** A call site that has met more than four classes is no longer inlined; one of them is the uncompiled runner. */
const MOST_CLASSES = 2
let classes = 0
let serial = 0

/**
 * A runner with a `run` written for these slots: a class of its own for the first topics that become hot, a function behind
 * one shared class for later ones. Undefined where the process forbids code from text.
 *
 * A shared loop calls all handlers of all topics from one place, which V8 cannot inline; from 4 handlers on that costs three
 * to five times the calls themselves (`npm run bench -- bus`). The text is made of integers alone: nothing from outside enters
 * it. The serial number makes each text unique, because equal texts would share the type feedback that this is for.
 */
export function compileRun(
  Base: RunnerClass,
  WithCode: new (code: RunCode, ...parts: ConstructorParameters<RunnerClass>) => Runner,
  ...parts: ConstructorParameters<RunnerClass>
): Runner | undefined {
  const [topic, slots] = parts
  try {
    if (classes < MOST_CLASSES) {
      const Compiled = evaluate(classText(slots.length), { Base, topic, slots }) as RunnerClass
      classes++
      return new Compiled(...parts)
    }
    return new WithCode(evaluate(functionText(slots.length), { Base, topic, slots }) as RunCode, ...parts)
  } catch {
    return undefined
  }
}

function evaluate(text: string, names: Readonly<Record<string, unknown>>): unknown {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see compileRun
  const make = new Function(...Object.keys(names), `'use strict'\nconst type = topic.type\n${text}`)
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

function call(at: number): string {
  return `slot = slots[${at}]; value = slot(data, type, source); if (value !== undefined) runner.returned(${at}, value); at = ${at + 1}`
}
