/** The secret that opens the gateway: 32 random bytes in a file that only its owner can read. */
import { randomBytes, timingSafeEqual, createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf, UsageError } from '../model/errors.js'

export interface TokenOptions {
  readonly path: string
  /** `create` makes the file where there is none. */
  readonly missing: 'create' | 'refuse'
}

const SHORTEST = 32
const TOKEN = /^[A-Za-z0-9._~+/=-]+$/

/** @throws UsageError where the file cannot be read, others can read it, or what it holds is too short to be a secret. */
export function readToken({ path, missing }: TokenOptions): string {
  const existing = readExisting(path)
  if (existing !== undefined) return existing
  if (missing === 'refuse') {
    throw new UsageError('no_token', `token file ${path} does not exist`, {
      hint: `make one: (umask 077; openssl rand -hex 32 > ${path})`,
    })
  }
  return createToken(path)
}

/** Compares in a time that tells nothing about where two tokens differ. */
export function isSameToken(given: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(token))
}

function readExisting(path: string): string | undefined {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new UsageError('token', `token file ${path}: ${messageOf(error)}`)
  }
  try {
    const { mode } = fstatSync(file)
    if ((mode & 0o077) !== 0) {
      throw new UsageError('token', `token file ${path} can be read by others (mode ${(mode & 0o777).toString(8)})`, {
        hint: `chmod 600 ${path}`,
      })
    }
    return checked(readFileSync(file, 'utf8').trim(), path)
  } finally {
    closeSync(file)
  }
}

function checked(token: string, path: string): string {
  if (token.length >= SHORTEST && TOKEN.test(token)) return token
  throw new UsageError('token', `token file ${path}: expected at least ${SHORTEST} letters and digits on one line`, {
    hint: `make one: (umask 077; openssl rand -hex 32 > ${path})`,
  })
}

function createToken(path: string): string {
  const token = randomBytes(32).toString('hex')
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
    writeSync(file, `${token}\n`)
    closeSync(file)
    return token
  } catch (error) {
    // Another process was faster: its token is as good.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return readToken({ path, missing: 'refuse' })
    throw new UsageError('token', `token file ${path}: ${messageOf(error)}`, { hint: 'name another with --token-file' })
  }
}
