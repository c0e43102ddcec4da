/** What a run may be shown to while it lasts, by the options given. */
import type { Attach } from '../session/execute.js'
import type { CommandInput } from './command.js'

/** The window for `genesis mechanisms` stands open beside every run; what was not asked for is not even loaded. */
export function attachmentsOf(input: CommandInput, serves: boolean): readonly Attach[] {
  const attachments: Attach[] = [
    async (parts, note) => {
      const { monitorAttachment } = await import('../session/monitor.js')
      return monitorAttachment(input.io.env)(parts, note)
    },
  ]
  if (serves || input.options.serve === true) {
    attachments.push(async (parts, note) => {
      const { serveRun } = await import('./serving.js')
      return serveRun(input, parts, note)
    })
  }
  const { publish } = input.options
  if (publish !== undefined) {
    attachments.push(async (parts, note) => {
      const { publishRun } = await import('./publishing.js')
      return publishRun(publish, parts, note)
    })
  }
  return attachments
}
