import type { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import * as ws from 'ws'
import { Random } from '../../src/engine/random.js'
import { PlainMessages } from '../../src/feed/plain-messages.js'

const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable }

/** A frame of a server as it stands on the wire. */
function frame(first: number, payload: Buffer | string, mask = 0): Buffer {
  const data = Buffer.from(payload as string)
  const { length } = data
  const head =
    length < 126
      ? [first, mask | length]
      : length < 65_536
        ? [first, mask | 126, length >> 8, length & 0xff]
        : [first, mask | 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff]
  return Buffer.concat([Buffer.from(head), data])
}

const text = (payload: Buffer | string): Buffer => frame(0x81, payload)

/** Feeds the library's receiver as a socket does, with the short way in front of it or without. */
function heard(chunks: readonly Buffer[], way: 'short' | 'long'): { events: string[]; plain: number } {
  const receiver = new Receiver({ maxPayload: 100_000, maxFragments: 8, allowSynchronousEvents: true })
  const events: string[] = []
  const message = (data: Buffer, binary: boolean): void =>
    void events.push(`${binary ? 'binary' : 'text'} ${data.toString('latin1')}`)
  receiver.on('message', message)
  for (const name of ['ping', 'pong']) receiver.on(name, (data: Buffer) => events.push(`${name} ${data.toString()}`))
  receiver.on('conclude', (code: number, reason: Buffer) => events.push(`close ${code} ${reason.toString()}`))
  receiver.on('error', () => undefined)
  let plain = 0
  const messages = new PlainMessages({
    message: (data, binary) => {
      plain++
      message(data, binary)
    },
    pass: bytes => {
      receiver.write(bytes)
      return receiver.writable
    },
  })
  for (const chunk of chunks) {
    if (!receiver.writable) break
    if (way === 'short') messages.write(chunk)
    else receiver.write(chunk)
  }
  const { errored } = receiver
  if (errored !== null) events.push(`error ${(errored as NodeJS.ErrnoException).code ?? ''}`)
  return { events, plain }
}

const LETTERS = 'abcä{"'.repeat(20_000)

/** One of everything that a server may send, and of much that it may not. */
function anyFrame(random: Random): Buffer {
  const letters = (most: number): string => LETTERS.slice(0, random.int(0, most))
  switch (random.int(0, 24)) {
    case 0:
      return frame(0x89, letters(20))
    case 1:
      return frame(0x8a, letters(20))
    case 2:
      return frame(0x82, letters(300))
    case 3:
      return Buffer.concat([frame(0x01, 'one'), frame(0x89, 'between'), frame(0x00, 'two'), frame(0x80, 'three')])
    case 4:
      return text(letters(70_000))
    case 5:
      return frame(0x02, letters(5))
    case 6:
      return random.int(0, 5) === 0 ? frame(random.int(0, 255), letters(200)) : text('')
    case 7:
      return random.int(0, 5) === 0 ? text(Buffer.from([0x61, 0xff, 0x62])) : frame(0x82, '')
    case 8:
      return random.int(0, 5) === 0 ? frame(0x81, letters(50), 0x80) : text('ä')
    case 9:
      return random.int(0, 5) === 0 ? frame(0x88, Buffer.from([0x03, 0xe8, 0x62])) : text('x')
    case 10:
      return random.int(0, 9) === 0 ? Buffer.from([0x81, 127, 0xff, 0, 0, 0, 0, 0, 0, 1, 2, 3]) : text('y')
    default:
      return text(letters(random.int(0, 1) === 0 ? 120 : 400))
  }
}

/** Cut where a socket might. */
function chunked(bytes: Buffer, random: Random): Buffer[] {
  const chunks: Buffer[] = []
  const most = Math.max([1, 7, 100, 2_000, 70_000][random.int(0, 4)] ?? 1, Math.ceil(bytes.length / 2_000))
  for (let at = 0; at < bytes.length;) {
    const end = at + random.int(1, most)
    chunks.push(bytes.subarray(at, end))
    at = end
  }
  return chunks
}

describe('PlainMessages', () => {
  it('gives whole messages of one frame itself, cut anywhere', () => {
    const bytes = Buffer.concat([text('one'), text('two'.repeat(100)), frame(0x82, 'three'), text('ä')])
    const events = ['text one', `text ${'two'.repeat(100)}`, 'binary three', 'text \u00c3\u00a4']
    for (let cut = 0; cut <= bytes.length; cut++) {
      const found = heard([bytes.subarray(0, cut), bytes.subarray(cut)], 'short')
      expect(found).toEqual({ events, plain: 4 })
    }
    expect(
      heard(
        [...bytes].map(byte => Buffer.of(byte)),
        'short',
      ),
    ).toEqual({ events, plain: 4 })
  })

  it('leaves fragments, control frames and large messages to the library, in their places', () => {
    const large = 'l'.repeat(70_000)
    const bytes = [
      text('1'), frame(0x01, '2'), frame(0x89, 'p'), frame(0x80, '3'), text('4'), text(large), text('5'), frame(0x88, Buffer.of(3, 232)), text('6'),
    ] // prettier-ignore
    expect(heard([Buffer.concat(bytes)], 'short')).toEqual({
      events: ['text 1', 'ping p', 'text 23', 'text 4', `text ${large}`, 'text 5', 'close 1000 '],
      plain: 3,
    })
  })

  it('gives nothing behind what breaks the protocol', () => {
    for (const broken of [text(Buffer.of(0x61, 0xff)), frame(0x83, 'x'), frame(0xc1, 'x'), frame(0x81, 'x', 0x80)]) {
      const { events } = heard([Buffer.concat([text('before'), broken, text('after')]), text('later')], 'short')
      expect(events).toEqual(['text before', expect.stringMatching(/^error WS_ERR_/) as unknown])
    }
  })

  it('hears the same as the library alone, whatever comes and however it is cut', () => {
    let plain = 0
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(`frames ${seed}`)
      const bytes = Buffer.concat(Array.from({ length: random.int(1, 40) }, () => anyFrame(random)))
      const chunks = chunked(bytes, random)
      const [long, short] = [heard(chunks, 'long'), heard(chunks, 'short')]
      expect(short.events, `seed ${seed}`).toEqual(long.events)
      plain += short.plain
    }
    expect(plain).toBeGreaterThan(1_000)
  })
})
