/** What a run may be shown to while it lasts, by the options given. */
import type { Attach } from '../session/execute.js'
import type { CommandInput } from './command.js'

/** Loaded only where asked for: a run without them starts without their weight. */
export function attachmentsOf(input: CommandInput, serves: boolean): readonly Attach[] {
  const attachments: Attach[] = []
  if (serves || input.options.serve === true) {
    attachments.push(async (parts, note) => {
      const { serveRun } = await import('./serving.js')
      return serveRun(input, parts, note)
    })
  }
  return attachments
}
