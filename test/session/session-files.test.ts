import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { SessionFiles, isSession, type SessionConfiguration } from '../../src/session/session-files.js'

let directory: string
const configuration: SessionConfiguration = {
  genesis: 'session',
  version: 1,
  created: 1_732_400_000_000_000,
  software: 'genesis 0.1.0',
  streams: ['binance:btcusdt@trade'],
  lines: 1,
  trading: { strategies: ['sma'], parameters: ['fast=5'], capital: '10000', seed: 1 },
}

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'genesis-test-session-')), 'session')
})

describe('SessionFiles', () => {
  it('reads back what it wrote', () => {
    const files = new SessionFiles(directory)
    files.create(configuration)
    expect(isSession(directory)).toBe(true)
    expect(new SessionFiles(directory).read()).toMatchObject(configuration)
  })

  it('does not write over a session', () => {
    new SessionFiles(directory).create(configuration)
    expect(() => new SessionFiles(directory).create(configuration)).toThrow(/holds a session already/)
  })

  it.each([
    ['no session', undefined],
    ['broken JSON', '{"genesis":"session",'],
    ['another version', JSON.stringify({ ...configuration, version: 2 })],
    ['missing parts', '{"genesis":"session","version":1}'],
  ])('names what is wrong with %s', (_, text) => {
    const files = new SessionFiles(directory)
    if (text !== undefined) {
      files.create(configuration)
      writeFileSync(join(directory, 'session.json'), text)
    }
    expect(() => files.read()).toThrow(expect.objectContaining({ exit: 2 }))
  })

  it('knows no result before the run has ended, and the whole summary after', () => {
    const files = new SessionFiles(directory)
    files.create(configuration)
    expect(files.readResult()).toBeUndefined()
    files.writeResult({ type: 'summary', digest: 'abc' } as never)
    expect(files.readResult()).toMatchObject({ digest: 'abc' })
    expect(readFileSync(join(directory, 'result.json'), 'utf8')).toMatch(/\n$/)
  })
})
