/** Users' code is run from where the user said, and from nowhere that others can write to. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cacheDirectory, fingerprint } from '../../src/session/strategy-file.js'
import { temporaryDirectory } from '../support/genesis.js'

const directory = temporaryDirectory('strategy-file')

describe('the cache of compiled strategies', () => {
  it('is a directory of our own', () => {
    const path = join(directory, 'own')
    expect([cacheDirectory(path), cacheDirectory(path)]).toEqual([path, path])
  })

  it('is never one that others may write to, or that leads elsewhere', () => {
    const open = join(directory, 'open')
    mkdirSync(open)
    chmodSync(open, 0o777)
    const link = join(directory, 'link')
    symlinkSync(open, link)
    for (const path of [open, link]) {
      const chosen = cacheDirectory(path)
      expect(chosen).not.toBe(path)
      expect(chosen.startsWith(`${path}-`)).toBe(true)
    }
  })
})

it('a strategy file is known by its content', () => {
  const path = join(directory, 'mine.ts')
  writeFileSync(path, 'abc')
  expect(fingerprint(path)).toEqual({
    path,
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  })
})
