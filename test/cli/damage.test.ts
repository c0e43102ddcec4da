import { describe, expect, it } from 'vitest'
import { damageNotes } from '../../src/cli/damage.js'
import { emptyTally, type JournalReport } from '../../src/journal/report.js'
import { Quarantine } from '../../src/session/proof/quarantine.js'

const whole: JournalReport = {
  path: 'a.jsonl', bytes: 10, lines: 1, bytesOf: emptyTally(), linesOf: emptyTally(), items: 1, corruptions: [], torn: undefined,
  damagedBytes: 0, skippedBytes: 0,
} // prettier-ignore

describe('damageNotes', () => {
  it('has nothing to say of what is whole', () => {
    expect(damageNotes([whole], new Quarantine('nowhere'))).toEqual([])
  })

  it('tells of a cut, of the first of many bad lines, and of damage in packed files', () => {
    const torn = { line: 9, byte: 900, length: 40, reason: 'the last line is cut off' }
    const line = { line: 3, byte: 120, length: 5, reason: 'not a line of this format' }
    const member = { line: undefined, byte: 77, length: 800, reason: 'gzip member: checksum does not match' }
    expect(damageNotes([{ ...whole, torn }])).toEqual([
      'a.jsonl: the last 40 bytes are cut off (the last line is cut off); they were left out',
    ])
    expect(damageNotes([{ ...whole, linesOf: { ...emptyTally(), corrupt: 1200 }, corruptions: [line] }])).toEqual([
      'a.jsonl: 1,200 unreadable lines were left out, the first at line 3, byte 120 (not a line of this format)',
    ])
    expect(damageNotes([{ ...whole, damagedBytes: 800, corruptions: [member] }])).toEqual([
      'a.jsonl: 800 damaged bytes were left out, the first at byte 77 (gzip member: checksum does not match)',
    ])
  })

  it('says where unreadable lines are kept', () => {
    const quarantine = new Quarantine('/tmp/x.corrupt')
    quarantine.kept = 2
    expect(damageNotes([whole], quarantine)).toEqual(['2 unreadable lines are kept in /tmp/x.corrupt'])
  })
})
