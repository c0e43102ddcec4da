/** An exchange in a box as a user starts it: `genesis exchange` in a process of its own. */
import { start, type Running } from '../support/genesis.js'

export type Event = Readonly<Record<string, unknown>>

export interface Box {
  readonly url: string
  readonly rest: string
  /** Ends it with Ctrl-C. @returns what it did, by its own account. */
  stop(): Promise<Readonly<Record<string, number>>>
}

export async function startBox(...args: readonly string[]): Promise<Box> {
  const running = start(['exchange', ...args, '--json'], { timeoutMs: 60_000 })
  await running.saw('"listening"')
  const [listening] = eventsIn(running)
  return {
    url: String(listening?.['url']),
    rest: String(listening?.['rest']),
    stop: async () => {
      running.child.kill('SIGINT')
      return (await running.finished).summary
    },
  }
}

/** The lines printed so far that are complete. */
export function eventsIn(running: Running): Event[] {
  const printed = running.printed()
  return printed
    .slice(0, printed.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as Event)
}

/** @returns whether the condition came true in time. */
export async function until(condition: () => boolean, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end;) {
    if (condition()) return true
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  return condition()
}
