/** Addresses joined from a base and a path. */
import { describe, expect, it } from 'vitest'
import { joinAddress, restOrigin } from '../../../src/exchanges/family/address.js'

describe('joinAddress', () => {
  it.each([
    ['wss://stream.binance.com:9443', 'wss://stream.binance.com:9443/stream'],
    ['wss://stream.binance.com:9443/', 'wss://stream.binance.com:9443/stream'],
    ['ws://127.0.0.1:9000', 'ws://127.0.0.1:9000/stream'],
    ['ws://[::1]:9000', 'ws://[::1]:9000/stream'],
    ['ws://127.0.0.1:9000/ws', 'ws://127.0.0.1:9000/ws'],
    ['ws://127.0.0.1:9000/own/path?x=1', 'ws://127.0.0.1:9000/own/path?x=1'],
    ['ws://127.0.0.1:9000?token=1', 'ws://127.0.0.1:9000?token=1'],
  ])('%s becomes %s', (base, address) => {
    expect(joinAddress(base, '/stream')).toBe(address)
  })
})

describe('restOrigin', () => {
  it.each([
    [null, 'https://api.example.com'],
    ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
    ['ws://127.0.0.1:9000/stream?x=1', 'http://127.0.0.1:9000'],
    ['wss://example.com', 'https://example.com'],
    ['https://example.com/', 'https://example.com'],
  ])('%s becomes %s', (base, origin) => {
    expect(restOrigin(base, 'https://api.example.com')).toBe(origin)
  })
})
