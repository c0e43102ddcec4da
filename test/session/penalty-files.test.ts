import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HostPenalties } from '../../src/feed/host-penalty.js'
import { PenaltyFiles } from '../../src/session/penalty-files.js'
import { temporaryDirectory } from '../support/genesis.js'

const NOW = 1_732_400_000_000
const WEEK = 7 * 86_400_000

function store(directory = join(temporaryDirectory('penalties'), 'below')) {
  const time = { now: NOW }
  const notes: string[] = []
  const files = new PenaltyFiles(
    directory,
    () => time.now,
    text => notes.push(text),
  )
  return { directory, time, notes, files }
}

describe('penalties on disk', () => {
  it('are seen by another process until they are over', () => {
    const { directory, time, files } = store()
    const other = new PenaltyFiles(directory, () => time.now)
    expect(other.waitMs('api.binance.com')).toBe(0)
    files.note('api.binance.com', 7_000)
    expect(other.waitMs('api.binance.com')).toBe(7_000)
    expect(other.waitMs('api.kraken.com')).toBe(0)
    time.now += 6_999
    expect(other.waitMs('api.binance.com')).toBe(1)
    time.now += 1
    expect(other.waitMs('api.binance.com')).toBe(0)
  })

  it('last as long as the longest of them', () => {
    const { directory, time, files } = store()
    const other = new PenaltyFiles(directory, () => time.now)
    files.note('a:443', 120_000)
    other.note('a:443', 2_000)
    expect(files.waitMs('a:443')).toBe(120_000)
    other.note('a:443', 180_000)
    expect(files.waitMs('a:443')).toBe(180_000)
  })

  it('lie in files of their owner alone, one a host, with nothing left beside them', () => {
    const { directory, files } = store()
    files.note('127.0.0.1:9000', 5_000)
    files.note('127.0.0.1:9000', 6_000)
    files.note('../../etc/passwd', 5_000)
    expect(readdirSync(directory).sort()).toEqual(['..%2F..%2Fetc%2Fpasswd.until', '127.0.0.1%3A9000.until'])
    expect(statSync(join(directory, '127.0.0.1%3A9000.until')).mode & 0o777).toBe(0o600)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(directory, '127.0.0.1%3A9000.until'), 'utf8')).toBe(`${String(NOW + 6_000)}\n`)
  })

  it.each([
    ['stale', String(NOW - 1)],
    ['of a clock that was wrong', String(NOW + WEEK + 1)],
    ['empty', ''],
    ['text', 'soon'],
    ['negative', '-5'],
    ['far too long', `${String(NOW + 5_000)}${' '.repeat(100)}`],
  ])('are ignored where the file is %s, and written anew', (_, text) => {
    const { directory, files } = store()
    mkdirSync(directory)
    writeFileSync(join(directory, 'a.until'), text)
    expect(files.waitMs('a')).toBe(0)
    files.note('a', 5_000)
    expect(files.waitMs('a')).toBe(5_000)
  })

  it('stay within the process where nothing can be read or written', () => {
    const { directory, files } = store()
    writeFileSync(directory, 'a file where the directory should be')
    files.note('a', 5_000)
    expect(files.waitMs('a')).toBe(0)
    const unreadable = store()
    mkdirSync(join(unreadable.directory, 'a.until'), { recursive: true })
    unreadable.files.note('a', 5_000)
    expect(unreadable.files.waitMs('a')).toBe(0)
    expect(readdirSync(unreadable.directory)).toEqual(['a.until'])
    unreadable.files.note('x'.repeat(300), 5_000)
    expect(unreadable.files.waitMs('x'.repeat(300))).toBe(0)
  })

  it('replace a link instead of writing through it', () => {
    const { directory, files } = store()
    mkdirSync(directory)
    const target = join(directory, 'target')
    writeFileSync(target, 'mine')
    symlinkSync(target, join(directory, 'a.until'))
    files.note('a', 5_000)
    expect(readFileSync(target, 'utf8')).toBe('mine')
    expect(files.waitMs('a')).toBe(5_000)
  })

  it('are told once for each', () => {
    const { notes, files } = store()
    files.note('a', 500)
    for (let count = 0; count < 3; count++) files.waitMs('a')
    expect(notes).toEqual([])
    files.note('a', 9_000)
    for (let count = 0; count < 3; count++) files.waitMs('a')
    expect(notes).toEqual(['a has asked to be left alone for 9s more; waiting'])
  })

  it('are waited for by whoever wants to connect or to ask', () => {
    const { directory, time } = store()
    const penalties = () => new HostPenalties(() => 0, () => 0, new PenaltyFiles(directory, () => time.now)) // prettier-ignore
    const [one, other] = [penalties(), penalties()]
    one.refused('a', 418, null)
    const roomy = { count: 100, perMs: 1_000 }
    expect(other.waitMs('a')).toBe(120_000)
    expect(other.reserveConnect('a', roomy)).toBe(120_000)
    expect(other.reserveRequest('a', roomy)).toBe(120_000)
  })
})
