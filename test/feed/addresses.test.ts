import { describe, expect, it } from 'vitest'
import { hostOf, restBase } from '../../src/feed/addresses.js'

describe('restBase', () => {
  it.each([
    ['ws://127.0.0.1:9000/ws', [], 'http://127.0.0.1:9000'],
    ['ws://[::1]:9000', [], 'http://[::1]:9000'],
    ['wss://mirror.example/ws', ['wss://mirror.example/ws'], 'https://mirror.example'],
    ['wss://stream.binance.com:9443', [], null],
    ['wss://stream.binance.com:9443', ['ws://127.0.0.1:1'], null],
  ])('of %s with the custom addresses %j is %s', (base, urls, expected) => {
    expect(restBase(base, urls)).toBe(expected)
  })
})

describe('hostOf', () => {
  it('is host and port, and the text itself where it is no address', () => {
    expect(hostOf('wss://a.example:9443/ws?x=1')).toBe('a.example:9443')
    expect(hostOf('nonsense')).toBe('nonsense')
  })
})
