/** `genesis repair`: a whole recording made of what can be read of a torn or corrupt one; the original stays as it is. */
import { existsSync } from 'node:fs'
import { repairJournal } from '../../journal/repair.js'
import { EXIT, UsageError, type ExitCode } from '../../model/errors.js'
import { journalOptions } from '../../session/journal-source.js'
import { Quarantine } from '../../session/proof/quarantine.js'
import type { CommandInput } from '../command.js'
import { damageNotes } from '../damage.js'
import { countText } from '../format.js'
import { onlyFile } from '../only-file.js'
import { note, printSummary } from '../reports.js'
import { nowMicros } from '../wall-clock.js'
import { windowOptions } from '../window-options.js'

export async function run(input: CommandInput): Promise<ExitCode> {
  const path = onlyFile(input)
  const target = input.options.output ?? repairedName(path)
  if (existsSync(target))
    throw new UsageError('exists', `${target} exists already`, { hint: 'name a new file with -o' })
  const quarantine = new Quarantine(`${target}.corrupt`)
  const options = journalOptions({ ...windowOptions(input), quarantine })
  const { found, frames } = await repairJournal(path, target, nowMicros(), options)
  for (const text of damageNotes([found], quarantine)) note(input, text)
  const { linesOf, torn, damagedBytes } = found
  const damage = linesOf.corrupt + (torn === undefined ? 0 : 1) + (damagedBytes > 0 ? 1 : 0)
  printSummary(
    input,
    {
      command: 'repair',
      path,
      output: target,
      frames,
      corrupt: linesOf.corrupt,
      damagedBytes,
      torn: torn?.length ?? 0,
    },
    [`${target}: ${countText(frames)} frames of ${path}${damage === 0 ? ', which was whole already' : ''}`],
  )
  return EXIT.done
}

/** `day.jsonl.gz` → `day.repaired.jsonl.gz` */
function repairedName(path: string): string {
  if (path === '-') throw new UsageError('no_output', 'no file to write to', { hint: 'name one with -o' })
  const name = path.replace(/\/+$/, '').replace(/\.zip$/, '')
  return /(?:\.jsonl|\.json|\.ndjson)?(?:\.gz|\.zst)?$/.test(name)
    ? name.replace(
        /((?:\.jsonl|\.json|\.ndjson)?(?:\.gz|\.zst)?)$/,
        (suffix: string) => `.repaired${suffix === '' ? '.jsonl' : suffix}`,
      )
    : `${name}.repaired.jsonl`
}
