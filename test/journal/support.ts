/** What tests of the journal share: a folder for each test, frames, recording and reading back. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import type { Frame } from '../../src/model/frame.js'
import type { JournalItem } from '../../src/journal/item.js'
import { type JournalOptions, type JournalReader, openJournal } from '../../src/journal/reader.js'
import { Recorder } from '../../src/journal/recorder.js'

export const start = 1_700_000_000_000_000

/** Gives each test of a file its own empty folder. */
export function useFolder(): (name: string) => string {
  let folder = ''
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'journal-'))))
  afterEach(() => rmSync(folder, { recursive: true }))
  return name => join(folder, name)
}

export function data(text: string | Buffer, receivedAt = start, exchange = 'binance', line = 0): Frame {
  const binary = Buffer.isBuffer(text)
  return { kind: 'data', receivedAt, exchange, line, data: binary ? text : Buffer.from(text), binary }
}

export async function record(path: string, frames: readonly Frame[]): Promise<void> {
  const recorder = await Recorder.open({ path, created: start, streams: ['btcusdt@trade'] })
  for (const frame of frames) recorder.append(frame)
  const report = await recorder.close()
  expect(report).toMatchObject({ accepted: frames.length, written: frames.length, synced: frames.length, failed: 0 })
}

export async function readAll(
  path: string,
  options?: JournalOptions,
): Promise<{ items: JournalItem[]; reader: JournalReader }> {
  const reader = await openJournal(path, options)
  const items: JournalItem[] = []
  for await (const batch of reader.batches()) items.push(...batch)
  return { items, reader }
}

/** Items as plain values, bytes as text that loses nothing. */
export const comparable = (items: readonly JournalItem[]): unknown[] =>
  items.map(item => (item.kind === 'data' ? { ...item, data: item.data.toString('latin1') } : item))

/** Every kind of frame, and every kind of text that has gone wrong somewhere. */
export const awkward: Frame[] = [
  data('{"e":"trade","p":"0.10"}'),
  data('pong'),
  data(''),
  data('42'),
  data('"text"'),
  data(' {"space":"before"}'),
  data('{"space": "within", "a" : [1, 2]}'),
  data('{\n"line":"break"\r\n}'),
  data('{"unicode":"\u2028 é 币"}'),
  data('{"broken":'),
  data('{broken}'),
  data('[0,[-1.5e-7,true,null,false],"a\\u00e9\\n"]'),
  data('{"leading":01}'),
  data('}'),
  data(Buffer.from([0, 1, 2, 255, 10, 13])),
  data('{"other":"line"}', start + 1, 'coinbase', 3),
  {
    kind: 'link',
    receivedAt: start + 2,
    exchange: 'binance',
    line: 1,
    state: 'stale',
    streams: ['a@trade'],
    detail: 'x"\n',
  },
  { kind: 'control', receivedAt: start + 3, topic: 'end', value: { reason: 'limit', deep: [1, null] } },
]
