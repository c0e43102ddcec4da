import { describe, expect, it } from 'vitest'
import { connectEnding } from '../../src/feed/ending.js'

class Failure extends Error {
  constructor(readonly code: string) {
    super(code)
  }
}
class Failures extends AggregateError {
  readonly code = 'EMFILE'
}

describe('a connection that could not be opened', () => {
  it.each([
    ['EAI_AGAIN', 'dns', /offline/],
    ['ENOTFOUND', 'dns', /offline/],
    ['ECONNREFUSED', 'connect_refused', /offline/],
    ['EMFILE', 'too_many_files', /ulimit -n/],
    ['ENFILE', 'too_many_files', /ulimit -n/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', /NODE_EXTRA_CA_CERTS/],
    ['HPE_INVALID_CONSTANT', 'not_websocket', /--url/],
    ['EHOSTUNREACH', 'network', /offline/],
  ])('for %s is told as %s', (code, cause, hint) => {
    const told = connectEnding(new Failure(code))
    expect(told).toMatchObject({ cause, final: cause === 'tls' })
    expect(told.hint).toMatch(hint)
  })

  it('is told by the first of several addresses', () => {
    expect(connectEnding(new Failures([new Failure('EMFILE')])).cause).toBe('too_many_files')
  })

  it('for a cut during the handshake has no hint: it is tried again', () => {
    expect(connectEnding(new Failure('ECONNRESET'))).toMatchObject({ cause: 'reset_or_fin', final: false })
  })
})
