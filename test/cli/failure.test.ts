import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { reportFailure } from '../../src/cli/failure.js'
import type { Io } from '../../src/cli/io.js'
import { UsageError } from '../../src/model/errors.js'

function reported(thrown: unknown, json?: true): { readonly exit: number; readonly text: string } {
  const stderr = new PassThrough()
  const io = { stdout: new PassThrough(), stderr, env: {} } as unknown as Io
  const exit = reportFailure(thrown, io, json === undefined ? {} : { json })
  return { exit, text: String(stderr.read()) }
}

describe('a failure', () => {
  it('is one line with what to do next, without a command for the terminal', () => {
    const failure = new UsageError('option', 'no \u001b[2J such thing', { hint: 'try another' })
    expect(reported(failure)).toEqual({ exit: 2, text: 'error: no \\u{1b}[2J such thing — try another\n' })
    expect(JSON.parse(reported(failure, true).text)).toMatchObject({ type: 'error', code: 'option', exit: 2 })
  })

  it('of the limit of open files, which also the parts of the program meet, says how to raise it', () => {
    const thrown = new Error("EMFILE: too many open files, open '/dist/chunks/run.js'")
    expect(reported(thrown)).toEqual({ exit: 1, text: `error: ${thrown.message} — raise the limit of open files: ulimit -n\n` }) // prettier-ignore
    expect(JSON.parse(reported(thrown, true).text)).toMatchObject({ code: 'too_many_files' })
  })

  it('that nobody foresaw is internal', () => {
    expect(JSON.parse(reported(new Error('boom'), true).text)).toMatchObject({ code: 'internal', message: 'boom' })
  })
})
