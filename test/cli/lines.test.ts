import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { LinesReporter } from '../../src/cli/reporters/lines.js'

/** A reader that takes nothing until it is told to. */
class Reader extends Writable {
  text = ''
  #waiting: (() => void)[] = []
  #isReading = false

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const take = (): void => {
      this.text += chunk.toString('utf8')
      done()
    }
    if (this.#isReading) take()
    else this.#waiting.push(take)
  }

  read(): void {
    this.#isReading = true
    for (const take of this.#waiting.splice(0)) take()
  }
}

const KILOBYTE = { text: 'x'.repeat(1_000) }

function reporterFor(
  stdout: Reader,
  onBehind?: (caughtUp: Promise<void>) => void,
): { reporter: LinesReporter; notes: Reader } {
  const notes = new Reader()
  notes.read()
  const reporter = new LinesReporter({
    stdout,
    stderr: notes,
    quiet: false,
    ...(onBehind === undefined ? {} : { onBehind }),
  })
  return { reporter, notes }
}

function print(reporter: LinesReporter, count: number): void {
  for (let i = 0; i < count; i++) reporter.event(KILOBYTE)
}

describe('lines for a reader', () => {
  it('that keeps up are never waited for', () => {
    const stdout = new Reader()
    stdout.read()
    const { reporter } = reporterFor(stdout, () => expect.unreachable())
    print(reporter, 5_000)
    expect(reporter.caughtUp()).toBeNull()
  })

  it('that falls behind: whoever can wait is told once, and when it has caught up', async () => {
    const stdout = new Reader()
    const promises: Promise<void>[] = []
    const { reporter } = reporterFor(stdout, caughtUp => promises.push(caughtUp))
    print(reporter, 5_000)
    expect(promises).toEqual([reporter.caughtUp()])
    stdout.read()
    await promises[0]
    expect(reporter.caughtUp()).toBeNull()
    reporter.refresh()
    expect(stdout.text.split('\n')).toHaveLength(5_001)
  })

  it('that went away are waited for no longer', async () => {
    const stdout = new Reader()
    const { reporter } = reporterFor(stdout)
    print(reporter, 5_000)
    const caughtUp = reporter.caughtUp()
    stdout.destroy()
    await caughtUp
    expect(reporter.caughtUp()).toBeNull()
  })

  it('that never reads are refused beyond a bound, said once, and what was taken comes out whole', async () => {
    const stdout = new Reader()
    const { reporter, notes } = reporterFor(stdout)
    let refused = 0
    for (let i = 0; i < 100_000; i++) {
      try {
        reporter.event(KILOBYTE)
      } catch (error) {
        expect(String(error)).toContain('does not keep up')
        refused++
      }
    }
    expect(refused).toBeGreaterThan(20_000)
    expect(notes.text.split('\n')).toHaveLength(2)
    const caughtUp = reporter.caughtUp()
    stdout.read()
    await caughtUp
    reporter.refresh()
    expect(stdout.text.split('\n')).toHaveLength(100_000 - refused + 1)
    reporter.event(KILOBYTE)
  })
})
