/** Writes the loop over a topic's handlers out as straight code, so that the engine can inline each handler where it is called. */

let serial = 0

/**
 * A subclass of `Base` whose `run` calls exactly `count` slots; undefined where the process forbids code from text.
 *
 * A shared loop calls all handlers of all topics from one place, which V8 cannot inline; from 4 handlers on that costs three
 * to five times the calls themselves (`npm run bench -- bus`). The text is made of integers alone, nothing from outside enters it.
 * The serial number makes each text unique: equal texts would share the type feedback that this is for.
 */
export function compileRun<Base extends abstract new (...parts: never[]) => object>(
  Base: Base,
  count: number,
): Base | undefined {
  const calls = Array.from({ length: count }, (_, at) => call(at)).join('\n')
  const text = `'use strict'
return class CompiledRun${serial++} extends Base {
  run(data, source) {
    const topic = this.topic, slots = this.slots, type = topic.type
    let at = 0, slot, value
    topic.emitted++
    try {
${calls}
      topic.reached += at
    } catch (error) {
      this.resume(at, error, data, source)
    }
  }
}`
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- see above
    return new Function('Base', text)(Base) as Base
  } catch {
    return undefined
  }
}

function call(at: number): string {
  return `slot = slots[${at}]; value = slot(data, type, source); if (value !== undefined) this.returned(${at}, value); at = ${at + 1}`
}
