/** What was wrong with the files that were read, in sentences. */
import type { JournalReport } from '../journal/report.js'

export function damageNotes(reports: readonly JournalReport[]): string[] {
  return reports.flatMap(({ path, torn, linesOf, corruptions }) => {
    const notes: string[] = []
    if (torn !== undefined) {
      notes.push(`${path}: the last ${torn.length} bytes are cut off (${torn.reason}); they were left out`)
    }
    const [first] = corruptions
    if (first !== undefined) {
      const place = first.line === undefined ? `byte ${first.byte}` : `line ${first.line}, byte ${first.byte}`
      notes.push(`${path}: ${linesOf.corrupt} unreadable lines were left out, the first at ${place} (${first.reason})`)
    }
    return notes
  })
}
