/** `genesis diff`: where two recordings or two sessions first say something different. */
import { EXIT, UsageError, type ExitCode } from '../../model/errors.js'
import { eventLine } from '../../model/event-line.js'
import { compareRuns, type Comparison } from '../../session/proof/divergence.js'
import type { CommandInput } from '../command.js'
import { countText } from '../format.js'
import { printRows, printSummary } from '../reports.js'
import { windowOptions } from '../window-options.js'

export async function run(input: CommandInput): Promise<ExitCode> {
  const [a, b] = input.args
  if (a === undefined || b === undefined || input.args.length > 2) {
    throw new UsageError('two_files', 'two runs are compared', { hint: 'genesis diff a.jsonl b.jsonl' })
  }
  const comparison = await compareRuns(a, b, windowOptions(input))
  const { divergence, same, receivedApart } = comparison
  if (divergence !== null) printRows(input, [divergence], { header: ['A', 'B'], cells: () => sides(comparison) })
  const isSame = divergence === null
  printSummary(
    input,
    {
      command: 'diff',
      a,
      b,
      same: isSame && receivedApart === 0,
      events: same,
      receivedApart,
      cause: divergence?.cause ?? null,
    },
    [verdict(comparison)],
  )
  return isSame ? EXIT.done : EXIT.verification
}

function verdict({ divergence, same, receivedApart }: Comparison): string {
  const apart = receivedApart === 0 ? '' : `, ${countText(receivedApart)} of them received at other times`
  const agreed = `${countText(same + receivedApart)} events are the same${apart}`
  if (divergence === null) return `no difference: ${agreed}`
  const { cause, detail, index } = divergence
  return `first difference (${cause}): ${detail}; at event ${countText(index.a)} of A and ${countText(index.b)} of B, after ${agreed}`
}

function sides({ divergence }: Comparison): string[] {
  return [divergence?.a, divergence?.b].map(side =>
    side === null || side === undefined ? '(the end)' : eventLine(side).replaceAll(',"', ',\n"'),
  )
}
