/** What was wrong with the files that were read, in sentences. */
import type { JournalReport } from '../journal/report.js'
import type { Quarantine } from '../session/proof/quarantine.js'
import { countText } from './format.js'

export function damageNotes(reports: readonly JournalReport[], quarantine: Quarantine | null = null): string[] {
  const notes = reports.flatMap(report => notesOf(report))
  if (quarantine !== null && quarantine.kept > 0) {
    notes.push(`${countText(quarantine.kept)} unreadable lines are kept in ${quarantine.path}`)
  }
  return notes
}

function notesOf({ path, torn, linesOf, damagedBytes, corruptions }: JournalReport): string[] {
  const notes: string[] = []
  if (torn !== undefined) {
    notes.push(`${path}: the last ${torn.length} bytes are cut off (${torn.reason}); they were left out`)
  }
  const [first] = corruptions
  if (first === undefined) return notes
  const place = first.line === undefined ? `byte ${first.byte}` : `line ${first.line}, byte ${first.byte}`
  const what = [
    ...(linesOf.corrupt > 0 ? [`${countText(linesOf.corrupt)} unreadable lines`] : []),
    ...(damagedBytes > 0 ? [`${countText(damagedBytes)} damaged bytes`] : []),
  ].join(' and ')
  return [...notes, `${path}: ${what} were left out, the first at ${place} (${first.reason})`]
}
