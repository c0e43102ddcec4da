import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Access, isLoopback } from '../../src/gateway/access.js'
import { pagePolicy } from '../../src/gateway/page-policy.js'
import { RateLimiter } from '../../src/gateway/rate-limiter.js'
import { readToken } from '../../src/gateway/token.js'
import { temporaryDirectory } from '../support/genesis.js'

const token = 'k'.repeat(64)
const access = new Access({ token, host: '127.0.0.1', names: ['trader.example'] })
const claim = { host: '127.0.0.1:8710', origin: undefined, authorization: `Bearer ${token}`, protocols: undefined }

describe('access', () => {
  it.each([
    ['the token in a header', {}, 'granted'],
    [
      'the token as a protocol',
      { authorization: undefined, protocols: `genesis.v1, genesis.token.${token}` },
      'granted',
    ],
    ['localhost', { host: 'localhost:8710' }, 'granted'],
    ['IPv6 loopback', { host: '[::1]:8710' }, 'granted'],
    ['a name that was allowed', { host: 'trader.example' }, 'granted'],
    ['its own page', { origin: 'http://127.0.0.1:8710' }, 'granted'],
    ['no token', { authorization: undefined }, 'no-token'],
    ['a wrong token', { authorization: 'Bearer nope' }, 'bad-token'],
    ['a longer token', { authorization: `Bearer ${token}k` }, 'bad-token'],
    ['basic authentication', { authorization: `Basic ${token}` }, 'no-token'],
    ['a name made to point here', { host: 'evil.example' }, 'bad-host'],
    ['no name', { host: undefined }, 'bad-host'],
    ['a name with a user', { host: 'x@127.0.0.1' }, 'bad-host'],
    ['a foreign page', { origin: 'http://evil.example' }, 'bad-origin'],
    ['a sandboxed page', { origin: 'null' }, 'bad-origin'],
    ['a page on another port', { origin: 'http://127.0.0.1:9999' }, 'bad-origin'],
    ['a page with our name in its own', { origin: 'http://127.0.0.1.evil.example:8710' }, 'bad-origin'],
  ])('%s', (_, change, verdict) => {
    expect(access.judge({ ...claim, ...change })).toBe(verdict)
  })

  it('knows what leads to this machine alone', () => {
    expect(['127.0.0.1', '127.9.9.9', 'localhost', '::1'].every(isLoopback)).toBe(true)
    expect(['0.0.0.0', '::', '10.0.0.1', 'localhost.evil.example', ''].some(isLoopback)).toBe(false)
  })
})

describe('the token file', () => {
  const directory = temporaryDirectory('token')

  it('is made with 32 random bytes that only its owner can read, and is read again', () => {
    const path = join(directory, 'deep', 'token')
    const made = readToken({ path, missing: 'create' })
    expect(made).toMatch(/^[0-9a-f]{64}$/)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readToken({ path, missing: 'refuse' })).toBe(made)
    expect(readFileSync(path, 'utf8')).toBe(`${made}\n`)
  })

  it.each<[string, (path: string) => void, RegExp]>([
    [
      'others can read',
      path => {
        writeFileSync(path, token)
        chmodSync(path, 0o644)
      },
      /read by others.*644/,
    ],
    ['holds too little', path => writeFileSync(path, 'short', { mode: 0o600 }), /at least 32/],
    ['is a link', path => symlinkSync('/etc/hostname', path), /symbolic link|ELOOP/],
    ['is missing where it must not be', () => undefined, /does not exist/],
  ])('is refused where it %s', (name, prepare, message) => {
    const path = join(directory, name.replaceAll(' ', '-'))
    prepare(path)
    expect(() => readToken({ path, missing: 'refuse' })).toThrow(message)
  })
})

describe('the rate limiter', () => {
  it('lets a burst through, then the rate, per caller', () => {
    let now = 0
    const limiter = new RateLimiter({ perSecond: 2, burst: 3 }, () => now)
    expect([1, 2, 3, 4].map(() => limiter.take('a'))).toEqual([0, 0, 0, 1])
    expect(limiter.take('b')).toBe(0)
    now = 500
    expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 1])
  })
})

describe("the page's policy", () => {
  it('names each inline part by its digest and allows nothing else', () => {
    const policy = pagePolicy('<style>a{}</style><script>1</script><script>2</script>')
    expect(policy).toMatch(/default-src 'none'; script-src 'sha256-[^']+' 'sha256-[^']+'; style-src 'sha256-[^']+'/)
    expect(policy).not.toContain('unsafe')
  })
})
